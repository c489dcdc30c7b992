"""A drain that is refused because too few would serve: the operator says that it is enough, and it is planned so."""

from __future__ import annotations

import time

import pytest
from screen_text import shows, text_of, until
from textual.pilot import Pilot
from tuikit import instance, make_app, service, with_instances

from console.model.colour import Colour
from console.plan.orders import SingleOrder
from console.plan.plan import Plan
from screens.arming import Arming
from screens.change import ChangeScreen
from screens.dialogs.typed import TypedDialog
from screens.instance import InstanceScreen


async def refused_drain(pilot: Pilot[int]) -> None:
    await shows(pilot, "api-blue-1")
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, InstanceScreen))
    await pilot.press("d")
    await shows(pilot, "REFUSED", "safety rule 1")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_it_is_said_with_what_it_comes_to_and_the_plan_is_shown_and_started_as_ever(
    size: tuple[int, int],
) -> None:
    now = time.time()
    app, _, desk = make_app(service(now, size=2), arming=Arming().arm(now, ""))
    async with app.run_test(size=size) as pilot:
        await refused_drain(pilot)
        await shows(pilot, "press l: 1 of 2 would serve, and that is enough", "enough…")
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, TypedDialog))
        await shows(pilot, "Drain all the same: api-blue-1", "1 of 2 would serve.", "Is 0.5 of the capacity", "Cancel")
        await pilot.press(*"api", "tab", *"host", "enter")
        await shows(pilot, "1 write", "0.5 of the capacity of now is enough")
        screen = app.screen
        assert isinstance(screen, ChangeScreen)
        assert isinstance(screen.forecast, Plan)
        assert isinstance(screen.intent.order, SingleOrder)
        assert (screen.intent.order.names, screen.intent.order.min_ratio) == (("api-blue-1",), 0.5)
        assert desk.begun == []
        await pilot.press("enter")
        await shows(pilot, "host")
        await pilot.press("y", "enter")
        await until(pilot, lambda: [reason for _, reason in desk.begun] == ["host"])


async def test_who_does_not_type_it_leaves_it_refused() -> None:
    now = time.time()
    app, _, _ = make_app(service(now, size=2))
    async with app.run_test(size=(80, 24)) as pilot:
        await refused_drain(pilot)
        await pilot.press("l")
        await shows(pilot, "Drain all the same")
        await pilot.press("enter")
        await shows(pilot, "nothing was said: it stays refused", "REFUSED")


async def test_where_none_would_be_left_it_can_not_be_said() -> None:
    now = time.time()
    alone = with_instances(service(now), Colour.BLUE, instance(Colour.BLUE, 1, now))
    app, _, _ = make_app(alone)
    async with app.run_test(size=(120, 40)) as pilot:
        await refused_drain(pilot)
        assert "press l" not in text_of(app)
        assert "no --min-ratio helps" in text_of(app)
        await pilot.press("l")
        await shows(pilot, "enough: it can not be said here: the refusal says what helps")
