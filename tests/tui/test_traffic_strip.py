"""The strip of the last minute: what does not change is not drawn anew, what was lost is never hidden."""

from __future__ import annotations

import itertools

from console.model.colour import Colour
from console.model.traffic import Traffic, VipAnswer
from screens.view.glyphs import ASCII
from screens.view.line import plain
from screens.view.traffic import strip

BEGAN = 1_800_000_000.0
VERSIONS = {Colour.BLUE: frozenset({"b"}), Colour.GREEN: frozenset({"g"})}


def drawn(seconds: int, *lost: int) -> str:
    """The strip so many seconds after the first answer, with one answer a second."""
    answers = tuple(
        VipAnswer(BEGAN + at, 1.0, None if at in lost else 200, None if at in lost else "b", "reset" * (at in lost))
        for at in range(max(seconds - 60, 0), seconds + 1)
    )
    return plain(strip(Traffic("http://vip/", answers, VERSIONS), 60, BEGAN + seconds, ASCII))


def test_it_fills_in_steps() -> None:
    pictures = [drawn(seconds) for seconds in range(1, 90)]
    changes = sum(before != after for before, after in itertools.pairwise(pictures))
    assert changes <= 13
    assert pictures[-1] == "B" * 60
    assert 0 < pictures[8].count("B") <= 10, "no more is shown than was seen"


def test_a_loss_is_shown_at_once_however_full_it_is() -> None:
    for seconds in range(1, 90):
        for lost in (0, seconds // 2, seconds):
            seen = drawn(seconds, lost).count(ASCII.lost)
            assert seen == (1 if seconds - lost < 60 else 0), (seconds, lost)
