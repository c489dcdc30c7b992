"""The key of a train on the fleet: it begins on plans of that moment, and is taken back or let go on."""

from __future__ import annotations

import time

from screen_text import shows, until
from textual.pilot import Pilot
from tuikit import FakeDesk, config, make_app, service

from console.config.train import Train
from screens.arming import Arming
from screens.messages import JournalSeen, JournalView, TrainView
from screens.program import BluegreenApp

NAMES = ("cinder", "nova")


def made(environment: str = "staging", *, armed: bool = True) -> tuple[BluegreenApp, FakeDesk]:
    now = time.time()
    settings = config(*NAMES, environment=environment, trains={"upgrade": Train(NAMES)})
    arming = Arming().arm(now, "upgrade night") if armed else None
    app, _, desk = make_app(*(service(now, name) for name in NAMES), settings=settings, arming=arming)
    return app, desk


async def asked(pilot: Pilot[int]) -> None:
    await shows(pilot, "well 3/3")
    await pilot.press("T")


async def test_it_begins_with_the_plans_of_all_services_in_the_order_of_the_config() -> None:
    app, desk = made()
    async with app.run_test(size=(120, 40)) as pilot:
        await asked(pilot)
        await shows(pilot, "Train upgrade: 2 services", "CUT OVER cinder", "CUT OVER nova", "Cancel")
        await pilot.press("y", "enter")
        await until(pilot, lambda: desk.trains == [("upgrade", ["cinder", "nova"], "upgrade night")])


async def test_it_begins_from_the_screen_of_one_of_its_services_as_well() -> None:
    app, desk = made()
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "well 3/3")
        await pilot.press("enter")
        await shows(pilot, "LB ACTIVE")
        await pilot.press("T")
        await shows(pilot, "Train upgrade: 2 services", "CUT OVER cinder", "CUT OVER nova")
        await pilot.press("y", "enter")
        await until(pilot, lambda: desk.trains == [("upgrade", ["cinder", "nova"], "upgrade night")])


async def test_in_production_its_name_is_typed() -> None:
    app, desk = made("production")
    async with app.run_test(size=(80, 24)) as pilot:
        await asked(pilot)
        await shows(pilot, "Type upgrade to begin")
        await pilot.press("y", "enter", "escape")
        await shows(pilot, "not started")
        assert desk.trains == []


async def test_a_console_that_is_not_armed_says_so() -> None:
    app, desk = made(armed=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await asked(pilot)
        await shows(pilot, "train: ", "press o")
        assert desk.trains == []


async def test_a_service_without_a_plan_keeps_the_train_from_beginning() -> None:
    app, desk = made()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "well 3/3")
        app.snapshot = None
        await pilot.press("T")
        await shows(pilot, "train upgrade: cinder was not seen yet")
        assert desk.trains == []


async def test_one_that_is_under_way_is_taken_back_from_any_console_that_may_write() -> None:
    app, desk = made(armed=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "well 3/3")
        going = TrainView("upgrade", "cinder is shifted and proven")
        desk.post(JournalSeen(JournalView(trains=dict.fromkeys(NAMES, going))))
        await shows(pilot, "train upgrade: cinder is shifted")
        await pilot.press("T")
        await shows(pilot, "take all back", "it is going on by itself")
        await pilot.press("b", "enter")
        await until(pilot, lambda: desk.trains == [("upgrade", "back", "")])


async def test_one_that_stopped_goes_on() -> None:
    app, desk = made()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "well 3/3")
        stopped = TrainView("upgrade", "its conductor is gone", needs_you=True)
        desk.post(JournalSeen(JournalView(trains=dict.fromkeys(NAMES, stopped))))
        await shows(pilot, "upgrade needs you")
        await pilot.press("T")
        await shows(pilot, "its conductor is gone", "from what the record says")
        await pilot.press("o", "enter")
        await until(pilot, lambda: desk.trains == [("upgrade", "on", "")])


async def test_a_service_of_no_train_says_so() -> None:
    now = time.time()
    app, _, _ = make_app(service(now, "cinder"), service(now, "nova"))
    async with app.run_test(size=(120, 40)) as pilot:
        await asked(pilot)
        await shows(pilot, "no train of the config has this service")
