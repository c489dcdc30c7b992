"""Times and counts in few words that change seldom: what ticks costs bytes and says nothing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from console.model.colour import Colour
from screens.view.glyphs import Glyphs

if TYPE_CHECKING:  # only named here: the first paint does not wait for their import
    from console.model.service import Source

_UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))
STEP = 5  # seconds
_GAPS_MS = (100, 200, 500, 1000, 2000, 5000)


def age(seconds: float) -> str:
    """`3d`, `15m`, `40s`: one unit, the largest that fits, and not more than twelve steps an hour.

    Ages below zero are a clock that differs, shown as `0s`.
    """
    for size, unit in _UNITS:
        if seconds >= size:
            number = int(seconds // size)
            return f"{number // 5 * 5 if unit == 'm' and number > 5 else number}{unit}"
    return "0s"


def long(seconds: float) -> str:
    """`45 s`, `5 min`, `3 h`, `4 days`: an age for a sentence; seconds in steps of STEP."""
    for size, unit in ((172_800, "days"), (7200, "h"), (120, "min")):
        if seconds >= size:
            return f"{int(seconds // (size // 2))} {unit}"
    return f"{max(int(seconds // STEP * STEP), 0)} s"


def gap(ms: float) -> str:
    """A gap rounded up to a round figure: a few requests a second can tell no more."""
    step = next((step for step in _GAPS_MS if ms <= step), None)
    if step is None:
        return f"{ms / 1000:.0f} s"
    return f"under {step // 1000} s" if step >= 1000 else f"under {step} ms"


class Magnitudes:
    """Durations as powers of ten (`~10ms`), each by a key. One that stays near what is shown is not shown anew.

    Jitter around a round figure would repaint a line with every look at the cloud.
    """

    def __init__(self) -> None:
        self._shown: dict[str, int] = {}

    def words(self, key: str, ms: float) -> str:
        """The magnitude of this duration; the one shown for the key before, while within a factor of seven of it."""
        shown = self._shown.get(key)
        if shown is None or not 10**shown / 7 < ms < 10**shown * 7:
            shown = self._shown[key] = max(round(math.log10(max(ms, 1.0))), 0)
        return f"~{10 ** (shown - 3)}s" if shown >= 3 else f"~{10**shown}ms"


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 instance`, `6 instances`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def role_glyph(role: str, glyphs: Glyphs) -> str:
    """The sign of live, idle, both, none; a question mark for what the weights do not tell."""
    signs = {"live": glyphs.live, "idle": glyphs.idle, "both": glyphs.both, "none": glyphs.none}
    return signs.get(role, glyphs.unknown)


def name(colour: Colour) -> str:
    """`BLUE`."""
    return colour.value.upper()


def quantity(number: float) -> str:
    """`0`, `7`, `410`, `2.3k`, `41M`: two or three figures, so that what hardly changes is not shown anew."""
    for size, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(number) >= size:
            shown = number / size
            return f"{shown:.1f}{unit}" if abs(shown) < 10 else f"{shown:.0f}{unit}"
    return f"{number:.1f}" if 0 < abs(number) < 10 and number != int(number) else f"{number:.0f}"


def freshness(source: Source, now: float) -> str:
    """`fresh`, `STALE 40s`, `never seen`: how old a source's facts are, coarse while all is well."""
    if source.seen_at is None:
        return "never seen"
    return "fresh" if source.fresh(now) else f"STALE {age(now - source.seen_at)}"
