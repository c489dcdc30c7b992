"""A freeze, a version that was rolled back, a way back that nobody knows to work: on the screens where one decides."""

from __future__ import annotations

import time

import pytest
from screen_text import shows, text_of
from tuikit import config, make_app, service

from console.model.record import Barred, Freeze, Proven, Record
from screens.arming import Arming
from screens.messages import JournalSeen, JournalView


def armed() -> Arming:
    return Arming().arm(time.time(), "release 2026.2")


def seen(*names: str, record: Record) -> JournalSeen:
    return JournalSeen(JournalView(records=dict.fromkeys(names, record)))


def freeze(until: float | None = None) -> Record:
    return Record(Freeze("alice@jump1", "holidays", time.time(), until))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_freeze_is_on_top_and_its_plan_says_who_and_why(size: tuple[int, int]) -> None:
    app, _, _ = make_app(service(time.time()), arming=armed())
    async with app.run_test(size=size) as pilot:
        await shows(pilot, "LB ")
        app.post_message(seen("api", record=freeze()))
        await shows(pilot, "FROZEN until somebody takes it back")
        await pilot.press("c")
        await shows(pilot, "frozen until somebody takes it back by alice@jump1: holidays")
        await pilot.press("enter")
        await shows(pilot, "refused: ")


async def test_when_a_freeze_ends_the_plan_comes_back_with_what_must_be_read() -> None:
    now = time.time()
    app, _, _ = make_app(service(now), arming=armed())
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        app.post_message(seen("api", record=freeze()))
        await pilot.press("c")
        await shows(pilot, "REFUSED")
        app.post_message(seen("api", record=Record()))
        await shows(pilot, "read before you start")
        assert "REFUSED" not in text_of(app)


async def test_a_freeze_does_not_keep_anybody_from_going_back() -> None:
    app, _, _ = make_app(service(time.time()), arming=armed())
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        app.post_message(seen("api", record=freeze()))
        await shows(pilot, "FROZEN")
        await pilot.press("r", "enter")
        await shows(pilot, "Type api to roll back", "Cancel")


async def test_the_fleet_names_who_froze_what() -> None:
    now = time.time()
    app, _, _ = make_app(service(now, "api"), service(now, "glance"), settings=config("api", "glance"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "glance")
        app.post_message(seen("glance", record=freeze()))
        await shows(pilot, "frozen until somebody takes it back by alice@jump1: holidays")


async def test_what_was_rolled_back_is_refused_with_what_ends_that() -> None:
    facts = service(time.time())
    bar = Barred(facts.green.version, "1a2b3c", time.time(), "errors")
    app, _, _ = make_app(facts, arming=armed())
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        app.post_message(seen("api", record=Record(barred=(bar,))))
        await pilot.press("c")
        await shows(pilot, "REFUSED", "which was rolled back (rollout 1a2b3c", "press A to allow it")


async def test_a_way_back_that_nobody_knows_to_work_is_typed_and_says_so() -> None:
    facts = service(time.time())
    settings = config(environment="stage")
    app, _, _ = make_app(facts, settings=settings, arming=armed())
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        app.post_message(seen("api", record=Record()))
        await shows(pilot, "not known to be proven")
        await pilot.press("r", "enter")
        await shows(pilot, "Type api to roll back")
        await pilot.press("escape")
        proof = Proven(facts.green.version, "1a2b3c", time.time(), until=True)
        app.post_message(seen("api", record=Record(proven=(proof,))))
        await shows(pilot, "carried all traffic until rollout 1a2b3c")
        await pilot.press("enter")
        await shows(pilot, "Type y to roll back")


async def test_what_a_rollout_outlives_is_in_the_dialog_that_starts_it() -> None:
    app, _, _ = make_app(service(time.time()), arming=armed())
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        app.post_message(JournalSeen(JournalView(outlives="It outlives everything but a reboot.")))
        await pilot.press("c", "enter")
        await shows(pilot, "It outlives everything but a reboot.")
