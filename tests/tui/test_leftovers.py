"""Memory: nothing that was drawn outlives its screen."""

from __future__ import annotations

import gc
import time

from screen_text import shows
from textual._styles_cache import StylesCache
from tuikit import make_app, service

from screens import leftovers


def kept() -> int:
    """How many widgets' drawn lines are in memory."""
    gc.collect()
    return sum(isinstance(each, StylesCache) for each in gc.get_objects())


async def test_the_lines_of_closed_screens_are_let_go() -> None:
    app, _, _ = make_app(service(time.time()))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "api-blue-1")
        leftovers.forget_lines()
        before = kept()
        for _ in range(3):
            await pilot.press("b")
            await shows(pilot, "203.0.113.7")
            await pilot.press("escape")
            await shows(pilot, "api-blue-1")
        assert kept() > before + 10, "Textual keeps them; once it does no more, screens/leftovers.py can go"
        leftovers.forget_lines()
        assert kept() <= before + 3
