"""The screen fills the terminal after every change of its size, from the header to the keys."""

from __future__ import annotations

import time

import pytest
from screen_text import shows
from tuikit import make_app, service

SIZES = [(120, 40), (80, 24), (120, 40), (100, 30), (80, 24), (160, 50), (80, 24)]


@pytest.mark.parametrize("start", range(3))
async def test_the_keys_are_at_the_bottom_at_every_size(start: int) -> None:
    app, _, _ = make_app(service(time.time()))
    async with app.run_test(size=SIZES[start]) as pilot:
        await shows(pilot, "LB ACTIVE")
        for width, height in SIZES[start + 1 :]:
            await pilot.resize_terminal(width, height)
            await pilot.pause(0.3)
            keys = app.screen.query_one("#keys").region
            assert keys.bottom == height, f"{width}x{height}: the keys end at {keys.bottom}"
            assert keys.width == width
