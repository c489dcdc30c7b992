"""The console opens read-only; arming is typed, timed, and can be taken away."""

from __future__ import annotations

import time

import pytest
from screen_text import line_with, shows, text_of, until
from tuikit import config, make_app, service

from screens.arming import ARMED_FOR, Arming


def test_a_console_that_nobody_armed_says_why_it_changes_nothing() -> None:
    arming = Arming()
    assert arming.words(0.0) == "READ-ONLY"
    assert "press o" in arming.why_not(0.0)


def test_arming_ends_after_half_an_hour() -> None:
    arming = Arming().arm(100.0, "release")
    assert arming.armed(100.0 + ARMED_FOR - 1)
    assert not arming.armed(100.0 + ARMED_FOR)
    assert arming.words(100.0) == "ARMED 30 min"
    assert arming.words(100.0 + ARMED_FOR - 61) == "ARMED 2 min"


def test_what_is_forbidden_can_not_be_armed() -> None:
    arming = Arming("it was started with --read-only").arm(0.0, "")
    assert not arming.armed(1.0)
    assert "--read-only" in arming.why_not(1.0)


async def test_typing_the_name_and_a_reason_arms() -> None:
    app, _, _ = make_app(service(time.time()))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "READ-ONLY")
        await pilot.press("o", *"api", "enter", *"why", "enter")
        await until(pilot, lambda: app.arming.armed(time.time()))
        assert app.arming.reason == "why"
        assert "ARMED 30 min" in text_of(app)
        await pilot.press("o")
        await shows(pilot, "READ-ONLY")


@pytest.mark.parametrize("keys", [["enter"], ["escape"], [*"ap", "enter", "escape"], [*"api", "enter", "escape"]])
async def test_a_dialog_that_is_not_completed_arms_nothing(keys: list[str]) -> None:
    app, _, _ = make_app(service(time.time()))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("o", *keys)
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert not app.arming.armed(time.time())


async def test_a_read_only_console_says_why_it_can_not_be_armed() -> None:
    app, _, _ = make_app(service(time.time()), arming=Arming("config.yaml says read_only"))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("o")
        await shows(pilot, "can not be armed")
        assert "config.yaml says read_only" in line_with(app, "can not be armed")


async def test_when_the_time_is_over_it_is_read_only_again() -> None:
    moment = [time.time()]
    app, _, _ = make_app(
        service(moment[0]), settings=config(), clock=lambda: moment[0], arming=Arming().arm(moment[0], "release")
    )
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "ARMED")
        moment[0] += ARMED_FOR + 1
        await pilot.pause(1.2)
        assert "READ-ONLY" in text_of(app)
        assert "read-only again" in text_of(app)
