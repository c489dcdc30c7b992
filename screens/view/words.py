"""Times and counts in few words that change seldom: what ticks costs bytes and says nothing."""

from __future__ import annotations

from console.model.colour import Colour
from screens.view.glyphs import Glyphs

_UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))
_STEPS_MS = (10, 100, 1000)


def age(seconds: float) -> str:
    """`3d`, `14m`, `40s`: one unit, the largest that fits; ages below zero are a clock that differs, shown as `0s`."""
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return "0s"


def coarse_ms(ms: float) -> str:
    """A duration rounded up to a power of ten (`<100ms`), so that jitter does not repaint it; seconds above one."""
    step = next((step for step in _STEPS_MS if ms <= step), None)
    return f"{ms / 1000:.0f}s" if step is None else "<1s" if step == 1000 else f"<{step}ms"


def about_ms(ms: float) -> str:
    """A duration to one digit and a half: `40 ms`, `250 ms`, `1.5 s`."""
    if ms >= 10_000:
        return f"{ms / 1000:.0f} s"
    if ms >= 1000:
        return f"{ms / 1000:.1f} s"
    step = 50 if ms >= 200 else 10
    return f"{max(round(ms / step) * step, step):.0f} ms"


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
