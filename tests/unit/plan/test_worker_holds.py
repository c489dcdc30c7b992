"""Workers that are drained are held, by a tag of their server; nothing starts whom somebody holds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plan_rotations import done, power_config, power_service, release
from plan_singles import after, asked, blues, greens, made, one, refused

from console.model.instance import Instance
from console.model.service import Service
from console.plan.backwards import back
from console.plan.orders import SingleOrder
from console.plan.plan import Action, Intent, Plan

SETTINGS = power_config(release=release(0.5))


def off(worker: Instance) -> Instance:
    assert worker.server is not None
    return replace(worker, server=replace(worker.server, status="SHUTOFF", power_state=4))


def world() -> Service:
    return power_service(blues(), [off(each) for each in greens()])


def standings(service: Service) -> dict[str, tuple[bool, str | None]]:
    return {each.name: (each.runs, each.held_by) for side in service.colours for each in side.instances}


def calls(found: Plan) -> list[str]:
    return [f"{write.call.method} {write.call.path}" for step in found.steps for write in step.writes]


def bobs(action: Action, name: str) -> Intent:
    return Intent(action, order=SingleOrder((name,), "bob@jump2"))


def test_a_worker_is_held_before_it_is_stopped_and_free_before_it_is_started() -> None:
    before = world()
    out = made(before, asked(Action.DRAIN, "api-blue-1"), SETTINGS)
    tag = "/servers/server-blue-1/tags/bluegreen:hold=alice@jump1"
    assert calls(out) == [f"PUT {tag}", "POST /servers/server-blue-1/action"]
    assert out.goal == "api-blue-1 is stopped, held by alice@jump1"
    left = after(before, out)
    restored = made(left, asked(Action.RESTORE, "api-blue-1"), SETTINGS)
    assert calls(restored) == [f"DELETE {tag}", "POST /servers/server-blue-1/action"]
    assert restored.steps[-1].id == "check"
    assert standings(after(left, restored)) == standings(before)


def test_whom_somebody_has_drained_is_started_by_no_cutover_and_no_way_back() -> None:
    left = after(world(), made(world(), asked(Action.DRAIN, "api-blue-1"), SETTINGS))
    cutover = made(left, Intent(Action.CUTOVER), SETTINGS)
    there = after(left, cutover)
    for home in (made(there, back(cutover, there), SETTINGS), made(there, Intent(Action.ROLLBACK), SETTINGS)):
        assert not one(after(there, home), "api-blue-1").runs
        assert "api-blue-1 stays off: held by alice@jump1" in home.notes


@pytest.mark.parametrize("sent", range(4))
@pytest.mark.parametrize("action", [Action.DRAIN, Action.RESTORE, Action.HOLD, Action.UNHOLD])
@pytest.mark.parametrize("held", [(), ("api-blue-1",), ("api-blue-1", "api-blue-2")])
def test_what_is_undone_is_as_before_however_far_it_got(action: Action, held: tuple[str, ...], sent: int) -> None:
    first, *others = blues()
    service = power_service([off(first), *others], world().green.instances)
    for name in held:
        service = after(service, made(service, bobs(Action.HOLD, name), SETTINGS))
    found = made(service, asked(action, "api-blue-1", "api-blue-2", min_ratio=0.3), SETTINGS)
    left = service
    for write in [write for step in found.steps for write in step.writes][:sent]:
        left = done(left, write.call)
    home = made(left, back(found, left), SETTINGS)
    assert standings(after(left, home)) == standings(service)


def test_whom_somebody_else_holds_stays_theirs() -> None:
    before = after(world(), made(world(), bobs(Action.HOLD, "api-blue-1"), SETTINGS))
    out = made(before, asked(Action.DRAIN, "api-blue-1"), SETTINGS)
    assert calls(out) == ["POST /servers/server-blue-1/action"]
    assert "api-blue-1 is held by bob@jump2: that stays" in out.notes
    mine = made(before, asked(Action.HOLD, "api-blue-1"), SETTINGS)
    assert one(after(before, mine), "api-blue-1").held_by == "alice@jump1"
    assert "api-blue-1 is held by bob@jump2: that hold ends" in mine.notes


def test_whom_somebody_has_taken_hold_of_since_is_left_to_them() -> None:
    before = world()
    out = made(before, asked(Action.DRAIN, "api-blue-1"), SETTINGS)
    left = after(before, out)
    theirs = after(left, made(left, bobs(Action.HOLD, "api-blue-1"), SETTINGS))
    home = made(theirs, back(out, theirs), SETTINGS)
    assert calls(home) == []
    assert "api-blue-1 has been held by bob@jump2 since: it stays as it stands" in home.notes


def test_a_name_that_nova_takes_in_no_tag_is_cut_to_one() -> None:
    order = SingleOrder(("api-blue-1",), "alice,/@" + "x" * 80)
    (call,) = calls(made(world(), Intent(Action.HOLD, order=order), SETTINGS))
    label = call.removeprefix("PUT /servers/server-blue-1/tags/")
    assert (len(label), label[:25]) == (60, "bluegreen:hold=alice__@xx")


@pytest.mark.parametrize("action", [Action.DRAIN, Action.HOLD])
def test_the_way_out_is_not_held_as_long_as_what_works_is_not_enough(action: Action) -> None:
    ill = [replace(each, probe=replace(each.probe, ok=False, status=503)) for each in blues() if each.probe]
    service = power_service(ill, [off(each) for each in greens()])
    assert refused(service, asked(action, "api-green-1", "api-green-2"), SETTINGS).code == "way out"
