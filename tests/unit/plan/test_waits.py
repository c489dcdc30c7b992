"""How long a step waits is told in words that read well, whatever the number."""

from __future__ import annotations

import pytest

from console.model.colour import Colour
from console.plan.waits import confirm, span_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (5.0, "5 s"),
        (60.0, "60 s"),
        (90.0, "90 s"),
        (119.96, "120 s"),
        (120.0, "2 minutes"),
        (150.0, "2.5 minutes"),
        (218.0, "3.6 minutes"),  # what is left of a wait that is taken up again
        (3600.0, "60 minutes"),
    ],
)
def test_a_span_of_time_in_words(seconds: float, words: str) -> None:
    assert span_words(seconds) == words


def test_a_minute_is_not_called_minutes() -> None:
    assert "without a word within 60 s it goes back" in confirm(Colour.GREEN, 60.0).words
