"""What an app of the lab can be told to do wrong."""

from __future__ import annotations

import pytest
from lab.dataplane.faults import Faults, parse


def test_words() -> None:
    assert parse("ok") == Faults()
    assert parse("unhealthy,slow=800") == Faults(unhealthy=True, slow=800)
    assert parse("error-rate=0.3") == Faults(error_rate=0.3)
    assert parse("latent=20") == Faults(latent=20, then="error-rate=1")
    assert parse("latent=20:crash") == Faults(latent=20, then="crash")
    assert parse("refuse").closed
    assert parse("crash").closed


@pytest.mark.parametrize("mode", ["", "sick", "slow=much", "hang=1", "latent=1:sick"])
def test_unknown_words(mode: str) -> None:
    with pytest.raises(ValueError, match=r"is not one of|could not convert"):
        parse(mode)
