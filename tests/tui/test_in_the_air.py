"""While a rollout is in the air its way back is one key, on every screen, with whom, how far and how long."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from rollouts import cutover, rollout, seen
from rotations import pools, power, two_balancers
from screen_text import shows, text_of
from tuikit import FakeDesk, config, make_app, service

from console.config.model import Release
from console.model.service import Service
from console.rollout.records import RolloutState
from screens.arming import Arming
from screens.in_the_air import back_words
from screens.keys import Place
from screens.messages import JournalSeen
from screens.navigate import Spot
from screens.program import BluegreenApp

WORDS = "R back to BLUE 3f2a9c1: 3 instances, 1 call, usually 4 s"


def flying(
    seconds: float = 4.0, *, orphan: bool = False, arming: Arming | None = None, state: RolloutState | None = None
) -> tuple[BluegreenApp, FakeDesk]:
    now = time.time()
    facts, settings = service(now), config("api")
    app, _, desk = make_app(facts, settings=settings, arming=arming or Arming())
    current = rollout(cutover(facts, settings.services["api"], now), now, state or RolloutState.RUNNING)
    view = seen(current, orphan=orphan).view
    desk.post(JournalSeen(view._replace(shift_seconds={"api": seconds} if seconds else {})))
    return app, desk


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("place", [Place.FLEET, Place.SERVICE, Place.BALANCER, Place.COMMITS, Place.PROBLEMS])
async def test_it_is_on_every_screen(place: Place, size: tuple[int, int]) -> None:
    app, _ = flying()
    async with app.run_test(size=size) as pilot:
        await shows(pilot, "LB ")
        if place is not Place.SERVICE:
            app.trail.go(Spot(place, "" if place is Place.FLEET else "api"))
        await shows(pilot, "back to BLUE 3f2a9c1: 3 instances, 1 call, usually 4 s")


@pytest.mark.parametrize(
    ("facts", "release", "calls"),
    [
        (pools, Release(), "2 calls"),
        (two_balancers, Release(), "2 calls"),
        (service, Release(shift=(50, 100)), "1 call"),
        (power, Release(), "6 calls"),
    ],
    ids=["two listeners", "two load balancers", "two shares", "workers"],
)
def test_the_way_back_counts_each_object_that_is_written(
    facts: Callable[[float], Service], release: Release, calls: str
) -> None:
    now = time.time()
    world, settings = facts(now), config("api").services["api"]
    settings = settings._replace(release=release, rotation=settings.rotation._replace(kind=world.rotation))
    words = back_words(rollout(cutover(world, settings, now), now), 0.0)
    assert f" 3 instances, {calls}, " in words


async def test_seconds_that_nobody_has_measured_are_not_known() -> None:
    app, _ = flying(0.0)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "3 instances, 1 call, time not known")


async def test_the_key_asks_and_then_goes_back_also_from_an_unarmed_console() -> None:
    app, desk = flying()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, WORDS)
        await pilot.press("b")
        await shows(pilot, WORDS)
        await pilot.press("R")
        await shows(pilot, "Abort rollout a1b2c3", "BLUE serves again", "usually 4 s")
        assert not desk.aborted
        await pilot.press("g", "enter")
        await pilot.pause()
    assert desk.aborted == [("a1b2c3", "", False)]


async def test_what_nobody_walks_is_settled_by_the_same_key() -> None:
    app, desk = flying(orphan=True, arming=Arming().arm(time.time(), ""))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, WORDS)
        await pilot.press("R")
        await shows(pilot, "Settle rollout a1b2c3", "go back")
    assert not desk.aborted


async def test_a_console_that_may_not_says_why() -> None:
    app, desk = flying(arming=Arming("the config says so"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("R")
        await shows(pilot, "back: read-only: the config says so")
    assert not desk.aborted


async def test_nothing_in_the_air_has_no_way_back() -> None:
    app, _, _ = make_app(service(time.time()))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        assert "back to BLUE" not in text_of(app)
        await pilot.press("R")
        await shows(pilot, "back: no rollout is in the air")
