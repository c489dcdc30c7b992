"""From 80x24 to 250x60: no fact that a decision needs is missing, nothing is wider than the screen."""

from __future__ import annotations

import re
import time

import pytest
from closeups import balancer_closeup, instance_closeup
from rotations import counted, pools, power, static, two_balancers
from screen_text import lines_of, shows, text_of
from tuikit import make_app, service

from console.model.service import Service
from console.model.snapshot import Snapshot
from screens.facts_screen import FactsScreen
from screens.view.glyphs import ASCII, UNICODE, Glyphs

SIZES = [(80, 24), (80, 50), (100, 30), (110, 30), (120, 24), (120, 40), (160, 45), (250, 60)]
DECISIVE = ["PRODUCTION", "BLUE live", "GREEN idle", "rollback", "fresh", "READ-ONLY", "? help", "q quit"]


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_screen_says_what_a_decision_needs(size: tuple[int, int], glyphs: Glyphs) -> None:
    now = time.time()
    facts = counted(now)
    app, watcher, _ = make_app(facts, glyphs=glyphs)
    async with app.run_test(size=size) as pilot:
        await shows(pilot, *DECISIVE, "LB ACTIVE", "api-blue-1", "lost 0", "132 open", "ships")
        await pilot.press("enter")
        closeups = (balancer_closeup(facts, now),)
        watcher.publish(Snapshot(now, 99, {facts.name: facts}, instance_closeup(now), closeups))
        await shows(pilot, *DECISIVE, "LB ACTIVE", "api-blue-1", "healthy", "Octavia, fresh", "10.0.0.1:8774")
        await pilot.press("b")
        await shows(pilot, *DECISIVE, "load balancer api", "203.0.113.7", "active_standby")
        await pilot.pause(0.2)
        assert all(len(each) <= size[0] for each in lines_of(app))
        assert app.screen.query_one("#keys").region.bottom == size[1]
        if glyphs.ascii_only:
            assert text_of(app).isascii()


@pytest.mark.parametrize("make", [pools, power, static, two_balancers, service], ids=lambda make: make.__name__)
@pytest.mark.parametrize("size", [(80, 24), (110, 30), (250, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_rotation_at_every_size(size: tuple[int, int], make: object) -> None:
    assert callable(make)
    facts: Service = make(time.time())
    app, _, _ = make_app(facts)
    async with app.run_test(size=size) as pilot:
        await shows(pilot, *DECISIVE, "blue-1", "ships")
        await pilot.press("tab")
        await shows(pilot, "green-1")


@pytest.mark.parametrize("size", [(80, 24), (80, 36), (100, 30), (120, 30)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_where_not_all_instances_have_room_the_cursor_is_in_sight_and_the_others_are_counted(
    size: tuple[int, int],
) -> None:
    app, _, _ = make_app(service(time.time(), size=30))
    async with app.run_test(size=size) as pilot:
        await shows(pilot, "LB ACTIVE", "api-blue-1 ", "more below")
        for colour in ("blue", "green"):
            await pilot.press("G")
            await shows(pilot, f"api-{colour}-30 ", "more above")
            rows = re.findall(rf"api-{colour}-\d+ ", text_of(app))
            assert f"{30 - len(rows)} more above" in text_of(app)
            await pilot.press("tab")


@pytest.mark.parametrize("size", [(79, 24), (80, 23), (60, 20), (40, 10), (30, 8), (20, 5)], ids=str)
async def test_a_terminal_that_is_too_small_says_so_in_one_line_as_long_as_it_is(size: tuple[int, int]) -> None:
    app, _, _ = make_app(service(time.time()))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, *DECISIVE)
        assert "80x24" not in text_of(app)
        await pilot.resize_terminal(*size)
        await shows(pilot, f"{size[0]}x{size[1]}", "80x24", "? help", "q quit")
        assert sum("80x24" in each for each in lines_of(app)) == 1
        screen = app.screen
        assert isinstance(screen, FactsScreen)
        screen.say("said")
        await shows(pilot, "80x24", "said")
        await pilot.resize_terminal(80, 24)
        await shows(pilot, *DECISIVE)
        assert "80x24" not in text_of(app)


async def test_where_keys_would_take_most_of_the_screen_the_facts_have_the_room() -> None:
    app, _, _ = make_app(service(time.time()))
    async with app.run_test(size=(30, 8)) as pilot:
        await shows(pilot, "PRODUCTION", "BLUE live", "GREEN idle", "? help", "q quit")
        assert "tab side" not in text_of(app)
