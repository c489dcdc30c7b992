"""A rollout that another host walks is taken over, if that host is dead, by its owner's typed name."""

from __future__ import annotations

import time

from rollouts import cutover, rollout, seen
from screen_text import shows, until
from textual.pilot import Pilot
from tuikit import FakeDesk, config, make_app, service

from console.rollout.records import DecisionKind
from screens.arming import Arming
from screens.messages import Decided, NoSignOfLife


def armed() -> Arming:
    return Arming().arm(time.time(), "")


async def _remote_shown(pilot: Pilot[int], desk: FakeDesk, now: float) -> None:
    """A rollout whose runner is on jump1, out of sight from here, is followed."""
    told = seen(rollout(cutover(service(now), config().services["api"], now), now))
    told.view = told.view._replace(remote={"a1b2c3": "alice@jump1"})
    desk.post(told)
    await shows(pilot, "press f to follow it")
    await pilot.press("f")
    await shows(pilot, "its runner is on jump1, out of sight from here; if jump1 is dead, u takes it over")


async def test_a_rollout_of_a_dead_host_is_taken_over_by_its_owners_typed_name() -> None:
    now = time.time()
    app, _, desk = make_app(service(now), arming=armed())
    async with app.run_test(size=(120, 40)) as pilot:
        await _remote_shown(pilot, desk, now)
        await pilot.press("u")
        await shows(pilot, "Take over rollout a1b2c3 from jump1", "Look there first")
        await pilot.press(*"alice@jump", "enter")
        assert desk.watched_for_life == [], "the whole name"
        await pilot.press("1", "enter")
        await until(pilot, lambda: desk.watched_for_life == [("a1b2c3", "alice@jump1")])
        assert desk.settled == []
        app.screen.post_message(NoSignOfLife("a1b2c3", "alice@jump1"))
        await shows(pilot, "shows no sign of life", "finish", "go back", "leave")
        await pilot.press("g", "enter")
        await pilot.press(*"api", "enter")
        await until(pilot, lambda: desk.settled == [("a1b2c3", DecisionKind.GO_BACK)])
        assert desk.taken_over == ["alice@jump1"]


async def test_who_gives_a_sign_of_life_is_not_taken_over() -> None:
    now = time.time()
    app, _, desk = make_app(service(now), arming=armed())
    async with app.run_test(size=(120, 40)) as pilot:
        await _remote_shown(pilot, desk, now)
        app.screen.post_message(Decided("not taken over: the runner on jump1 has renewed its lease", failed=True))
        await shows(pilot, "not taken over: the runner on jump1 has renewed its lease")
        app.screen.post_message(NoSignOfLife("a1b2c3", "bob@jump2"))
        await shows(pilot, "is not as it was shown: nothing was taken over")


async def test_an_unarmed_console_takes_nothing_over() -> None:
    now = time.time()
    app, _, desk = make_app(service(now))
    async with app.run_test(size=(120, 40)) as pilot:
        await _remote_shown(pilot, desk, now)
        await pilot.press("u")
        await shows(pilot, "read-only")
        assert desk.watched_for_life == []
