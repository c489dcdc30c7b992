"""Times in words that change seldom."""

from __future__ import annotations

import pytest

from screens.view.words import Magnitudes, age, gap


@pytest.mark.parametrize(
    ("seconds", "words"), [(-5, "0s"), (40, "40s"), (60, "1m"), (299, "4m"), (899, "10m"), (7200, "2h"), (300000, "3d")]
)
def test_an_age_has_one_unit(seconds: float, words: str) -> None:
    assert age(seconds) == words


def test_jitter_does_not_change_a_magnitude() -> None:
    speeds = Magnitudes()
    assert {speeds.words("a", ms) for ms in (9.0, 31.0, 12.0, 60.0, 2.0)} == {"~10ms"}
    assert speeds.words("a", 80.0) == "~100ms"
    assert speeds.words("a", 40.0) == "~100ms"
    assert speeds.words("b", 40.0) == "~100ms"
    assert speeds.words("a", 9000.0) == "~10s"


@pytest.mark.parametrize(
    ("ms", "words"), [(250, "under 500 ms"), (600, "under 1 s"), (1500, "under 2 s"), (7300, "7 s")]
)
def test_a_gap_is_a_round_figure(ms: float, words: str) -> None:
    assert gap(ms) == words
