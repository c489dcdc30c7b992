"""The keys that launch and retire: what they plan, what is typed, and why they are not open."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from screen_text import shows, text_of, until
from shipped import shipped
from tuikit import config, make_app, service, with_instances

from console.model.colour import Colour
from console.plan.orders import LaunchOrder, RetireOrder
from console.plan.plan import Action, Intent, Refusal
from screens import ordering
from screens.arming import Arming

ORDER = LaunchOrder(("api-green-1", "api-green-2"), "image-3", "api-3", "flavor-1", "m1.small", ("net-1",), port=80)


def answering(monkeypatch: pytest.MonkeyPatch, found: Intent | Refusal) -> None:
    """The cloud has been asked: this is what it comes to."""
    monkeypatch.setattr(ordering, "_ordered", lambda *_: found)


async def test_l_plans_instances_of_the_colour_that_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, Intent(Action.LAUNCH, Colour.GREEN, order=ORDER))
    empty = with_instances(service(time.time()), Colour.GREEN)
    app, _, desk = make_app(empty, arming=Arming().arm(time.time(), ""))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ", "launch")
        await pilot.press("l")
        await shows(pilot, "LAUNCH api", "launch 2 instances", "healthy where they stand")
        await pilot.press("enter")
        await shows(pilot, "Cancel")
        await pilot.press(*"y", "enter", *"new release", "enter")
        await until(pilot, lambda: [plan.action for plan, _ in desk.begun] == [Action.LAUNCH])


async def test_l_says_why_not_while_the_idle_colour_is_warm() -> None:
    app, _, _ = make_app(service(time.time()))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("l")
        await shows(pilot, "GREEN has 3 already")


async def test_t_deletes_only_after_count_and_name(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, Intent(Action.RETIRE, Colour.GREEN, order=RetireOrder()))
    app, _, desk = make_app(service(time.time()), arming=Arming().arm(time.time(), ""))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("t")
        await shows(pilot, "RETIRE api", "delete 3 instances")
        await pilot.press("enter")
        await shows(pilot, "3 api")
        await pilot.press(*"api", "enter", "escape")
        await shows(pilot, "not started")
        assert desk.begun == []


async def test_what_moves_no_traffic_ships_nothing_and_says_nothing_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, Intent(Action.RETIRE, Colour.GREEN, order=RetireOrder()))
    app, _, _ = make_app(shipped(time.time()))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("t")
        await shows(pilot, "RETIRE api", "delete 3 instances", "enter start")
        assert "go back after" not in text_of(app)
        await pilot.press("escape", "c")
        await shows(pilot, "CUT OVER api", "go back after")


async def test_a_refusal_is_shown_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, Refusal("quota", "3 instances need 3 ports", "raise the quota of ports", 0))
    app, _, _ = make_app(with_instances(service(time.time()), Colour.GREEN))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("l")
        await shows(pilot, "3 instances need 3 ports", "raise the quota of ports")


def test_the_config_of_the_screens_has_a_launch_section() -> None:
    assert config().services["api"].launch.retries == 2


async def test_l_plans_the_adoption_of_what_serves_without_a_label_beside_what_stands_by(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Action] = []

    def answer(config: object, service: object, action: Action) -> Refusal:
        asked.append(action)
        return Refusal("none", "nobody was asked", "", 0)

    monkeypatch.setattr(ordering, "_ordered", answer)
    there = service(time.time())
    strangers = tuple(replace(one.member, tags=()) for one in there.blue.instances if one.member is not None)
    bare = replace(with_instances(there, Colour.BLUE), foreign=strangers)
    app, _, _ = make_app(bare)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("l")
        await shows(pilot, "nobody was asked")
    assert asked == [Action.ADOPT]
