"""Where the cloud has no batch of members the console plans a call for each: after the refusal, or beforehand."""

from __future__ import annotations

import time

import pytest
from rollouts import cutover, rollout, seen
from screen_text import shows, text_of, until
from tuikit import config, make_app, service

from console.rollout.batches import ONE_BY_ONE
from console.rollout.records import RolloutState
from screens.arming import Arming
from screens.messages import Begun


def armed() -> Arming:
    return Arming().arm(time.time(), "")


async def test_what_a_501_has_refused_is_planned_again_with_a_call_for_each_member() -> None:
    now = time.time()
    app, _, desk = make_app(service(now), arming=armed())
    plan = cutover(service(now), config().services["api"], now)
    sentence = f"the load balancer's provider does not do this (where it has no batch of members, {ONE_BY_ONE})"
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("c")
        await shows(pilot, "CUT OVER api")
        desk.post(Begun(rollout(plan, now)))
        desk.post(seen(rollout(plan, now, RolloutState.REFUSED, sentence)))
        await shows(pilot, "does not do this", "press e to plan it again with a call for each member")
        await pilot.press("e")
        await shows(pilot, "CUT OVER api", "6 writes, 6 members", "read before you start")
        await pilot.press("enter")
        await pilot.press(*"api", "enter", *"why", "enter")
        await until(pilot, lambda: len(desk.begun) == 1)
        assert desk.begun[0][0].intent.one_by_one


async def test_a_plan_is_divided_beforehand_and_put_together_again() -> None:
    now = time.time()
    app, _, _ = make_app(service(now))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("c")
        await shows(pilot, "1 write, 6 members")
        await pilot.press("e")
        await shows(pilot, "6 writes, 6 members")
        await pilot.press("e")
        await shows(pilot, "1 write, 6 members")


@pytest.mark.parametrize("state", [RolloutState.DONE, RolloutState.REFUSED, RolloutState.RUNNING])
async def test_of_a_rollout_that_met_no_501_nothing_is_offered(state: RolloutState) -> None:
    now = time.time()
    app, _, desk = make_app(service(now), arming=armed())
    plan = cutover(service(now), config().services["api"], now)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("c")
        desk.post(Begun(rollout(plan, now)))
        desk.post(seen(rollout(plan, now, state, "as it went")))
        await shows(pilot, "rollout a1b2c3 by alice")
        await pilot.press("e")
        await shows(pilot, "the cloud has refused no batch of this rollout")
        assert "press e" not in text_of(app)
