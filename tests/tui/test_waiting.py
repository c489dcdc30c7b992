"""A rollout that waits for a word: it says so with the time that is left, and the word is typed."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from rollouts import cutover, events, rollout, seen
from screen_text import shows, text_of, until
from tuikit import config, make_app, service

from console.config.model import Config, Release
from console.plan.plan import Action
from console.rollout.records import EventKind
from screens.arming import Arming
from screens.messages import JournalSeen


def by_shares() -> Config:
    found = config()
    release = Release(shift=(10, 100), confirm_within=300.0, bake=600.0)
    return found._replace(services={name: one._replace(release=release) for name, one in found.services.items()})


def waits(step: str, now: float) -> JournalSeen:
    """A rollout that is at this step since now."""
    settings = by_shares()
    current = rollout(cutover(service(now), next(iter(settings.services.values())), now), now)
    return seen(current, events(now - 1, (EventKind.BEGUN, step, step)))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_it_says_what_it_waits_for_and_what_happens_without_a_word(size: tuple[int, int]) -> None:
    now = time.time()
    app, _, desk = make_app(service(now), settings=by_shares(), arming=Arming().arm(now, ""))
    async with app.run_test(size=size) as pilot:
        desk.post(waits("pause-10", now))
        await shows(pilot, "LB ")
        await pilot.press("f")
        await shows(pilot, "WAITS FOR YOU", ", then it goes back by itself: n go on, x more time")


async def test_the_word_is_typed_and_goes_to_the_journal() -> None:
    now = time.time()
    app, _, desk = make_app(service(now), settings=by_shares(), arming=Arming().arm(now, ""))
    async with app.run_test(size=(120, 40)) as pilot:
        desk.post(waits("confirm", now))
        await shows(pilot, "LB ")
        await pilot.press("f", "n")
        await shows(pilot, "Keep it: api", "Cancel")
        await pilot.press(*"api", "enter")
        await until(pilot, lambda: desk.words == [("a1b2c3", "confirm", "")])


async def test_a_console_that_is_not_armed_may_stop_it_and_not_let_it_go_on() -> None:
    now = time.time()
    app, _, desk = make_app(service(now), settings=by_shares())
    async with app.run_test(size=(120, 40)) as pilot:
        desk.post(waits("pause-10", now))
        await shows(pilot, "LB ")
        await pilot.press("f", "n")
        await shows(pilot, "press o to arm")
        assert len(app.screen_stack) == 2
        assert desk.words == []


async def test_no_more_time_is_offered_than_the_login_of_its_runner_lasts() -> None:
    now = time.time()
    app, _, desk = make_app(service(now), settings=by_shares(), arming=Arming().arm(now, ""))
    current = rollout(cutover(service(now), next(iter(by_shares().services.values())), now), now)
    rest = sum(step.deadline for step in current.plan.steps[[one.id for one in current.plan.steps].index("bake") :])
    back = sum(one.deadline for one in current.plan.steps if one.kind in ("reconcile", "shift", "prove"))
    told = (EventKind.AUTHENTICATED, "", "alice", {"ends_at": now + rest + back + 720.0})
    async with app.run_test(size=(120, 40)) as pilot:
        desk.post(seen(current, events(now - 2, told, (EventKind.BEGUN, "bake", "bake"))))
        await shows(pilot, "LB ")
        await pilot.press("f", "x")
        await shows(pilot, "the login of its runner ends before that, and is not renewed: 12", "minutes more at most")
        await pilot.press("1", "enter", "5", "enter")
        await until(pilot, lambda: desk.extended == [("a1b2c3", 300)])


async def test_a_way_back_is_not_made_to_wait_and_the_key_says_so() -> None:
    now = time.time()
    app, _, desk = make_app(service(now), arming=Arming().arm(now, ""))
    back = cutover(service(now), next(iter(config().services.values())), now, Action.ROLLBACK)
    async with app.run_test(size=(120, 40)) as pilot:
        desk.post(seen(rollout(back, now), events(now - 1, (EventKind.BEGUN, "reconcile", "look again"))))
        await shows(pilot, "LB ")
        await pilot.press("f", "w")
        await shows(pilot, "a way back does not wait: a, then hold, stops it where it is")
        assert desk.held == []


async def test_more_time_is_asked_for_in_minutes() -> None:
    now = time.time()
    app, _, desk = make_app(service(now), settings=by_shares(), arming=Arming().arm(now, ""))
    async with app.run_test(size=(120, 40)) as pilot:
        desk.post(waits("bake", now))
        await shows(pilot, "LB ")
        await pilot.press("f")
        await shows(pilot, "BAKES", "n ends it early")
        await pilot.press("x")
        await shows(pilot, "15 minutes")
        await pilot.press("1", "enter")
        await until(pilot, lambda: desk.extended == [("a1b2c3", 900)])


async def test_w_lets_it_wait_before_the_next_write() -> None:
    now = time.time()
    app, _, desk = make_app(service(now), settings=by_shares(), arming=Arming().arm(now, ""))
    async with app.run_test(size=(120, 40)) as pilot:
        desk.post(waits("prove-10", now))
        await shows(pilot, "LB ")
        await pilot.press("f", "w")
        await until(pilot, lambda: desk.held == ["a1b2c3"])


async def test_the_fleet_puts_what_waits_before_what_is_well() -> None:
    now = time.time()
    found = by_shares()
    one = next(iter(found.services.values()))
    both = found._replace(services={"first": one._replace(name="first"), **found.services})
    app, _, desk = make_app(service(now), replace(service(now), name="first"), settings=both)
    async with app.run_test(size=(120, 40)) as pilot:
        message = waits("pause-10", now)
        desk.post(JournalSeen(message.view._replace(waiting=frozenset({"a1b2c3"}))))
        await shows(pilot, "waits for you")
        text = text_of(app)
        assert text.index(" api ") < text.index(" first ")
