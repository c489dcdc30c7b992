"""Changes of single instances: what is planned, what is refused, and that it is undone."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from plan_rotations import (
    done,
    pools_config,
    pools_service,
    power_config,
    power_service,
    several_config,
    several_service,
)
from plan_worlds import NOW, config, instance, usual
from plan_worlds import service as weights_service

from console.config.model import ServiceConfig
from console.model.colour import Colour
from console.model.instance import Instance
from console.model.record import Freeze, Record
from console.model.service import Service
from console.plan.backwards import back
from console.plan.orders import SingleOrder
from console.plan.plan import Action, Intent, Plan, Refusal
from console.plan.planner import plan


def asked(action: Action, *names: str, min_ratio: float | None = None, target: Colour | None = None) -> Intent:
    return Intent(action, target, order=SingleOrder(names, "alice@jump1", min_ratio))


def made(service: Service, intent: Intent, settings: ServiceConfig | None = None) -> Plan:
    found = plan(service, settings or config(), intent, NOW)
    assert isinstance(found, Plan), found
    return found


def refused(service: Service, intent: Intent, settings: ServiceConfig | None = None) -> Refusal:
    found = plan(service, settings or config(), intent, NOW)
    assert isinstance(found, Refusal), found
    return found


def after(service: Service, found: Plan) -> Service:
    for step in found.steps:
        for write in step.writes:
            service = done(service, write.call)
    return service


def one(service: Service, name: str) -> Instance:
    return next(each for side in service.colours for each in side.instances if each.name == name)


def blues() -> list[Instance]:
    return [instance(Colour.BLUE, n, 100) for n in (1, 2, 3)]


def greens(weight: int = 0) -> list[Instance]:
    return [instance(Colour.GREEN, n, weight) for n in (1, 2, 3)]


def world() -> Service:
    """In pools, so that a call can be carried out on it."""
    return several_service(blues(), greens())


def test_one_of_three_cannot_be_spared_unless_that_is_said() -> None:
    refusal = refused(world(), asked(Action.DRAIN, "api-blue-2"), several_config())
    assert (refusal.code, refusal.rule) == ("floor", 1)
    assert "--min-ratio" in refusal.hint
    found = made(world(), asked(Action.DRAIN, "api-blue-2", min_ratio=0.6), several_config())
    assert any("0.6 of the capacity" in note for note in found.notes)


def test_out_held_and_back_again() -> None:
    before, settings = world(), several_config()
    out = made(before, asked(Action.DRAIN, "api-blue-2", min_ratio=0.5), settings)
    assert out.writes == 2, "a write for each pool"
    left = after(before, out)
    assert [member.weight for member in one(left, "api-blue-2").members] == [0, 0]
    assert one(left, "api-blue-2").held_by == "alice@jump1"
    restored = made(left, back(out, left), settings)
    home = after(left, restored)
    assert [member.weight for member in one(home, "api-blue-2").members] == [100, 100]
    assert one(home, "api-blue-2").held_by is None
    assert made(home, back(out, home), settings).writes == 0


def test_who_is_ill_may_always_leave() -> None:
    ill = weights_service([instance(Colour.BLUE, 1, 100), instance(Colour.BLUE, 2, 100, probe_ok=False)], greens())
    assert made(ill, asked(Action.DRAIN, "api-blue-2")).writes == 1


def test_what_is_held_stays_out_of_a_cutover_and_in_it() -> None:
    held = after(world(), made(world(), asked(Action.HOLD, "api-green-1"), several_config()))
    assert one(held, "api-green-1").held_by == "alice@jump1"
    cutover = plan(held, replace(several_config(), release=replace(config().release, min_ratio=0.5)),
                   Intent(Action.CUTOVER), NOW)  # fmt: skip
    assert isinstance(cutover, Plan)
    assert all(change.name != "api-green-1" for step in cutover.steps for change in step.changes)


def test_a_disabled_member_is_seen_healthy_before_it_serves() -> None:
    disabled = [instance(Colour.BLUE, 1, 100), instance(Colour.BLUE, 2, 100, admin_up=False)]
    found = made(weights_service(disabled, greens()), asked(Action.RESTORE, "api-blue-2"))
    assert [step.id for step in found.steps] == ["reconcile", "enable", "check", "change"]
    (enable,) = found.steps[1].writes
    (item,) = (enable.call.body or {})["members"]
    assert (item["weight"], item["admin_state_up"]) == (0, True)
    assert found.steps[2].healthy == ("server-blue-2",)


def test_an_ill_one_is_not_put_back() -> None:
    ill = [instance(Colour.BLUE, 1, 100), instance(Colour.BLUE, 2, 0, operating="ERROR")]
    assert refused(weights_service(ill, greens()), asked(Action.RESTORE, "api-blue-2")).code == "unhealthy"


def test_one_of_the_idle_colour_is_not_put_beside_the_live_one() -> None:
    assert refused(usual(), asked(Action.RESTORE, "api-green-2")).code == "idle"


def test_one_for_another_in_one_write() -> None:
    spare = [*blues()[:2], instance(Colour.BLUE, 3, 0)]
    found = made(weights_service(spare, greens()), asked(Action.REPLACE, "api-blue-1", "api-blue-3"))
    (step,) = [step for step in found.steps if step.writes]
    assert len(step.writes) == 1
    items = {item["name"]: item["weight"] for item in (step.writes[0].call.body or {})["members"]}
    assert items == {"api-blue-1": 0, "api-blue-3": 100}
    ill = [*blues()[:2], instance(Colour.BLUE, 3, 0, operating="ERROR")]
    assert (
        refused(weights_service(ill, greens()), asked(Action.REPLACE, "api-blue-1", "api-blue-3")).code == "unhealthy"
    )


def test_clients_of_the_idle_colour_are_sent_away_and_it_can_be_undone() -> None:
    before, settings = world(), several_config()
    out = made(before, asked(Action.EVICT), settings)
    left = after(before, out)
    assert all(not member.admin_state_up for each in left.green.instances for member in each.members)
    assert all(member.admin_state_up for each in left.blue.instances for member in each.members)
    home = made(left, asked(Action.ADMIT), settings)
    assert [step.id for step in home.steps] == ["reconcile", "enable", "check"]
    assert all(member.admin_state_up for each in after(left, home).green.instances for member in each.members)


def test_a_colour_that_serves_is_not_sent_away() -> None:
    assert refused(world(), asked(Action.EVICT, target=Colour.BLUE), several_config()).code == "serving"


@pytest.mark.parametrize("action", [Action.DRAIN, Action.RESTORE])
def test_a_worker_is_stopped_and_started(action: Action) -> None:
    workers = power_service(blues(), greens())
    third = one(workers, "api-blue-3")
    assert third.server is not None
    off = replace(third, server=replace(third.server, status="SHUTOFF", power_state=4))
    workers = replace(workers, blue=replace(workers.blue, instances=(*workers.blue.instances[:2], off)))
    name = "api-blue-1" if action is Action.DRAIN else "api-blue-3"
    found = made(workers, asked(action, name, min_ratio=0.4), power_config())
    (write,) = [write for step in found.steps for write in step.writes]
    assert write.call.body == {"os-stop" if action is Action.DRAIN else "os-start": None}
    assert refused(workers, asked(Action.HOLD, name), power_config()).code == "rotation"


def test_in_a_pool_of_each_colour_as_well() -> None:
    service = pools_service(blues(), greens(100))
    assert refused(service, asked(Action.DRAIN, "api-blue-1"), pools_config()).code == "floor"
    assert made(service, asked(Action.DRAIN, "api-green-1"), pools_config()).writes == 1, "the idle pool has no floor"


def test_a_name_of_nobody_and_names_of_both_colours() -> None:
    assert refused(usual(), asked(Action.DRAIN, "api-blu-1")).code == "names"
    assert refused(usual(), asked(Action.HOLD, "api-blue-1", "api-green-1")).code == "colour"


FREEZE = Record(freeze=Freeze("bob@jump2", "holidays", NOW - 60))


@pytest.mark.parametrize("action", [Action.DRAIN, Action.HOLD, Action.REPLACE, Action.EVICT])
def test_a_freeze_shuts_no_way_back(action: Action) -> None:
    before, settings = several_service([*blues()[:2], instance(Colour.BLUE, 3, 0)], greens()), several_config()
    names = {Action.EVICT: (), Action.REPLACE: ("api-blue-1", "api-blue-3")}.get(action, ("api-blue-1",))
    order = asked(action, *names, min_ratio=0.4)
    found = made(before, order, settings)
    frozen = replace(after(before, found), record=FREEZE)
    assert refused(frozen, order, settings).code == "frozen"
    assert refused(frozen, replace(back(found, frozen), undoes=False), settings).code == "frozen", "by hand it is"
    home = made(frozen, back(found, frozen), settings)
    assert home.writes
    assert refused(after(frozen, home), back(home, frozen), settings).code == "frozen", "nor is it done again"


def test_a_freeze_shuts_no_way_back_of_a_preview() -> None:
    service = pools_service(blues(), greens(100), preview=False)
    found = made(service, Intent(Action.PREVIEW), pools_config())
    frozen = replace(service, record=FREEZE)
    assert refused(frozen, Intent(Action.UNPREVIEW), pools_config()).code == "frozen"
    made(frozen, back(found, frozen), pools_config())


def test_an_intent_of_before_has_undone_nothing() -> None:
    found = made(world(), asked(Action.HOLD, "api-blue-1"), several_config())
    row = msgspec.to_builtins(found.intent)
    del row["undoes"]
    assert msgspec.convert(row, Intent) == found.intent
