"""A freeze, its end, and a version that may go out again: asked for by key, with who may and why."""

from __future__ import annotations

import time

import pytest
from screen_text import shows, text_of, until
from tuikit import FakeDesk, config, make_app, service

from console.model.record import Barred, Freeze, Record
from screens.arming import Arming
from screens.messages import JournalSeen, JournalView
from screens.program import BluegreenApp

Made = tuple[BluegreenApp, FakeDesk]


def made(record: Record, arming: Arming | None = None, *, environment: str = "production") -> Made:
    facts = service(time.time())
    settings = config("api", environment=environment)
    app, _, desk = make_app(facts, settings=settings, arming=arming or Arming().arm(time.time(), ""))
    desk.post(JournalSeen(JournalView(records={"api": record})))
    return app, desk


def bar(version: str) -> Barred:
    return Barred(version, "1a2b3c", time.time(), "errors")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_freeze_asks_how_long_and_why(size: tuple[int, int]) -> None:
    app, desk = made(Record())
    async with app.run_test(size=size) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("F")
        await shows(pilot, "how long?", "until it is taken back", "A way back is never stopped by it")
        await pilot.press("4", "enter")
        await shows(pilot, "Type api to freeze", "Reason (needed):")
        before = time.time()
        await pilot.press(*"api", "enter", *"audit", "enter")
        await pilot.pause()
    (name, until, reason) = desk.frozen[0]
    assert (name, reason) == ("api", "audit")
    assert until is not None
    assert before + 4 * 3600 - 60 < until <= time.time() + 4 * 3600


async def test_a_freeze_without_an_end_is_one_of_the_choices() -> None:
    app, desk = made(Record(), environment="stage")
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("F", "u", "enter", "y", "tab", *"audit", "tab", "tab", "enter")
        await pilot.pause()
    assert desk.frozen == [("api", None, "audit")]


async def test_a_sign_stands_before_the_way_that_enter_would_take() -> None:
    """A background alone is not seen on every terminal, nor by everybody."""
    app, _ = made(Record(), environment="stage")
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("F")
        await shows(pilot, "enter chooses")
        mark = app.look.glyphs.selected
        assert f"{mark} n" in text_of(app)
        await pilot.press("u")
        await until(pilot, lambda: f"{mark} u" in text_of(app))
        assert f"{mark} n" not in text_of(app)


async def test_enter_alone_freezes_nothing_and_a_reason_is_asked_for() -> None:
    app, desk = made(Record())
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("F", "enter")
        await shows(pilot, "not frozen")
        await pilot.press("F", "4", "enter", *"api", "enter", "enter")
        await shows(pilot, "a reason is asked for")
    assert not desk.frozen


async def test_the_same_key_ends_the_freeze() -> None:
    app, desk = made(Record(Freeze("alice@jump1", "holidays", time.time())))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "FROZEN")
        await pilot.press("F")
        await shows(pilot, "frozen until somebody takes it back by alice@jump1: holidays", "Type api to end the freeze")
        await pilot.press(*"api", "enter", *"back", "enter")
        await pilot.pause()
    assert desk.unfrozen == [("api", "back")]


async def test_what_was_rolled_back_is_allowed_with_a_reason() -> None:
    app, desk = made(Record(barred=(bar("8be41d0"),)))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("A")
        await shows(pilot, "Type api to allow 8be41d0", "8be41d0 was rolled back")
        await pilot.press(*"api", "enter", *"fixed", "enter")
        await pilot.pause()
    assert desk.allowed == [("api", "8be41d0", "fixed")]


async def test_of_several_versions_one_is_chosen() -> None:
    app, desk = made(Record(barred=(bar("8be41d0"), bar("77d0a1e"))), environment="stage")
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("A", "2", "enter")
        await shows(pilot, "Type y to allow 77d0a1e")
        await pilot.press("y", "enter", *"fixed", "enter")
        await pilot.pause()
    assert desk.allowed == [("api", "77d0a1e", "fixed")]


@pytest.mark.parametrize("key", ["F", "A"])
@pytest.mark.parametrize(
    ("arming", "why"),
    [(Arming(), "read-only: press o to arm"), (Arming("the config says so"), "read-only: the config says so")],
)
async def test_a_read_only_console_says_why_not(key: str, arming: Arming, why: str) -> None:
    app, desk = made(Record(barred=(bar("8be41d0"),)), arming)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press(key)
        await shows(pilot, why)
    assert not desk.frozen
    assert not desk.allowed


async def test_where_nothing_is_barred_there_is_nothing_to_allow() -> None:
    app, _ = made(Record())
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("A")
        await shows(pilot, "allow: no version of it is barred")
