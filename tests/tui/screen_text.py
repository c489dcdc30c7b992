"""What stands on the screen of a program under test, as text."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual.app import App
from textual.pilot import Pilot


def lines_of(app: App[int]) -> list[str]:
    """The visible screen, a string a line."""
    width, height = app.size
    strips = app.screen._compositor.render_strips(app.size)
    return ["".join(segment.text for segment in strip).ljust(width) for strip in strips][:height]


def text_of(app: App[int]) -> str:
    """The visible screen."""
    return "\n".join(lines_of(app))


def line_with(app: App[int], part: str) -> str:
    """The first line that holds `part`; fails, showing the screen, where there is none."""
    found = next((line for line in lines_of(app) if part in line), None)
    assert found is not None, f"{part!r} is not on the screen:\n{text_of(app)}"
    return found


async def shows(pilot: Pilot[int], *parts: str, within: float = 15.0) -> None:
    """Wait until every part is on the screen; fails, showing the screen, when it does not come (seconds)."""
    end = time.monotonic() + within
    while not all(part in text_of(pilot.app) for part in parts):
        missing = [part for part in parts if part not in text_of(pilot.app)]
        assert time.monotonic() < end, f"{missing} did not come:\n{text_of(pilot.app)}"
        await pilot.pause(0.02)


async def until(pilot: Pilot[int], holds: Callable[[], object], within: float = 15.0) -> None:
    """Wait until the condition holds; fails when it does not come (seconds)."""
    end = time.monotonic() + within
    while not holds():
        assert time.monotonic() < end, f"it did not come:\n{text_of(pilot.app)}"
        await pilot.pause(0.02)
