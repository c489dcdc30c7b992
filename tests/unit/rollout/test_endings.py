"""How an error ends a rollout: the sentence is true whatever was written before it."""

from __future__ import annotations

import pytest

from console.errors import ApiError, Drift, Refused
from console.rollout.records import RolloutState
from console.rollout.runner.endings import ended_by
from console.rollout.runner.writing import _is_locked

ERRORS = (Drift(("weight of member x is 7, was 100",)), Refused("x is ERROR", "nothing was sent", rule=2))


@pytest.mark.parametrize("error", ERRORS)
def test_after_a_write_nobody_says_that_nothing_was_written(error: Refused) -> None:
    ended = ended_by(error, written=True)
    assert (ended.state, ended.exit_code) == (RolloutState.STOPPED, 7)
    assert error.message in ended.sentence
    assert "nothing was" not in ended.sentence
    assert "bluegreen resume" in ended.sentence


@pytest.mark.parametrize("error", ERRORS)
def test_before_any_write_it_is_refused_and_says_so(error: Refused) -> None:
    ended = ended_by(error, written=False)
    assert (ended.state, ended.exit_code) == (RolloutState.REFUSED, 3)
    assert "nothing was" in ended.sentence


def test_a_proxys_503_is_not_taken_for_octavias_own() -> None:
    """Octavia's comes before anything is done; a proxy's may come after the work was done."""
    said = "cloud prod: PUT load-balancer /v2/lbaas/pools/p/members answered 503: "
    assert _is_locked(ApiError(f"{said}The project is busy and unable to lock the resource. Please retry.", "", 503))
    assert not _is_locked(ApiError(f"{said}503 Service Unavailable No server is available.", "", 503))
