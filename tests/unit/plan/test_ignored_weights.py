"""On a provider that ignores weights (ovn) who is to get no clients is disabled, and nobody is enabled unseen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from plan_rotations import POOL_OF, done, listener, pools_config, pools_service, several_config, several_service
from plan_singles import after, asked, blues, greens, made, one, refused
from plan_worlds import NOW, instance

from console.config.model import Release, ServiceConfig
from console.model.balancer import Listener
from console.model.colour import Colour
from console.model.instance import Instance
from console.model.service import Service
from console.plan.backwards import back
from console.plan.plan import Action, Intent, Plan, Refusal
from console.plan.planner import plan

HALF = pools_config(release=Release(min_ratio=0.5))


def on_ovn(service: Service) -> Service:
    parts = tuple(replace(part, balancer=replace(part.balancer, provider="ovn")) for part in service.balanced)
    return replace(service, balanced=parts, balancer=parts[0].balancer)


def by_pools(blue: Sequence[Instance] = (), green: Sequence[Instance] = (), doors: Sequence[Listener] = ()) -> Service:
    return on_ovn(pools_service(blue or blues(), green or greens(100), doors, preview=False))


def clients_get_to(service: Service, name: str) -> bool:
    """What OVN does: everybody who is enabled gets clients, if a listener sends to the pool."""
    return any(m.admin_state_up and service.pool_id_of(m) in service.serving_pools for m in one(service, name).members)


@pytest.mark.parametrize("one_by_one", [False, True])
def test_who_is_drained_is_disabled_and_comes_back_enabled(one_by_one: bool) -> None:
    before = by_pools()
    out = made(before, replace(asked(Action.DRAIN, "api-blue-1"), one_by_one=one_by_one), HALF)
    left = after(before, out)
    assert not clients_get_to(left, "api-blue-1")
    assert one(left, "api-blue-1").held_by == "alice@jump1"
    (words,) = [step.words for step in out.steps if step.id == "change"]
    assert "ignores weights" in words
    assert "disabled" in words
    assert "No monitor checks it" in words
    home = made(left, back(out, left), HALF)
    assert standings(after(left, home)) == standings(before)
    by_hand = made(left, asked(Action.RESTORE, "api-blue-1"), HALF)
    assert [step.id for step in by_hand.steps] == ["reconcile", "change", "see"], "it serves at once, and is watched"
    assert clients_get_to(after(left, by_hand), "api-blue-1")


def test_a_drain_keeps_the_floor() -> None:
    assert refused(by_pools(), asked(Action.DRAIN, "api-blue-1"), pools_config()).code == "floor"


@pytest.mark.parametrize("probed", [True, False])
def test_nobody_is_enabled_whom_no_probe_has_seen_well(probed: bool) -> None:
    ill = instance(Colour.BLUE, 1, 100, admin_up=False, probe_ok=not probed)
    refusal = refused(replace(by_pools([ill, *blues()[1:]]), probed=probed), asked(Action.RESTORE, "api-blue-1"), HALF)
    assert (refusal.code, refusal.rule) == ("unhealthy", 2)


def test_one_member_takes_no_weight_over_from_another() -> None:
    before = by_pools([*blues(), instance(Colour.BLUE, 4, 100, admin_up=False)])
    refusal = refused(before, asked(Action.REPLACE, "api-blue-1", "api-blue-4"), HALF)
    assert refusal.code == "provider"
    assert "bluegreen restore nova-api api-blue-4" in refusal.hint
    assert "bluegreen drain nova-api api-blue-1" in refusal.hint


def test_a_release_of_a_hold_says_who_stays_disabled() -> None:
    held = instance(Colour.BLUE, 1, 100, admin_up=False, hold="bob@jump2")
    found = made(by_pools([held, *blues()[1:]]), asked(Action.UNHOLD, "api-blue-1"), HALF)
    assert any("api-blue-1 stays disabled" in step.words for step in found.steps)


def test_where_its_pool_serves_nobody_is_enabled_at_weight_0() -> None:
    evicted = by_pools([instance(Colour.BLUE, 1, 100, admin_up=False), *blues()[1:]])
    assert refused(evicted, asked(Action.ADMIT, "api-blue-1"), HALF).code == "provider"
    idle = by_pools(green=[instance(Colour.GREEN, 1, 100, admin_up=False), *greens(100)[1:]])
    assert one(after(idle, made(idle, asked(Action.ADMIT), HALF)), "api-green-1").members[0].admin_state_up


def test_in_a_pool_of_both_colours_as_well() -> None:
    before = on_ovn(several_service(blues(), greens()))
    left = after(before, made(before, asked(Action.DRAIN, "api-blue-1", min_ratio=0.5), several_config()))
    assert [member.admin_state_up for member in one(left, "api-blue-1").members] == [False, False]


def standings(service: Service) -> list[object]:
    members = [member for side in service.colours for each in side.instances for member in each.members]
    return [(one.id, one.weight, one.admin_state_up, one.held_by) for one in members]


def through(service: Service, found: Plan) -> Service:
    for write in (write for step in found.steps for write in step.writes):
        service = done(service, write.call)
    return service


def cut_over(service: Service, intent: Intent, settings: ServiceConfig = HALF) -> Plan | Refusal:
    return plan(service, settings, intent, NOW)


@pytest.mark.parametrize(
    "hands", [{"hold": "bob@jump2"}, {"hold": "bob@jump2", "weight": 0}, {"tagged": 0, "weight": 0}]
)
def test_no_cutover_brings_in_whom_somebody_keeps_out(hands: dict[str, object]) -> None:
    weight = hands.get("weight", 100)
    assert isinstance(weight, int)
    rest = {key: value for key, value in hands.items() if key != "weight"}
    kept = instance(Colour.GREEN, 4, weight, **rest)  # type: ignore[arg-type]
    before = by_pools(green=[*greens(100), kept])
    refusal = cut_over(before, Intent(Action.CUTOVER))
    assert isinstance(refusal, Refusal), refusal
    assert (refusal.code, refusal.names) == ("provider", ("api-green-4",))
    assert "bluegreen drain nova-api api-green-4" in refusal.hint
    drained = after(before, made(before, asked(Action.DRAIN, "api-green-4"), HALF))
    over = cut_over(drained, Intent(Action.CUTOVER))
    assert isinstance(over, Plan), over
    assert not clients_get_to(through(drained, over), "api-green-4")


@pytest.mark.parametrize("intent", [Intent(Action.ROLLBACK), Intent(Action.CUTOVER, source_fails=True)])
def test_a_way_back_disables_who_may_not_serve(intent: Intent) -> None:
    kept = [instance(Colour.GREEN, 4, 100, hold="bob@jump2"), instance(Colour.GREEN, 5, 0, tagged=0)]
    ill = [instance(Colour.GREEN, 6, 100, probe_ok=False)] if intent.action is Action.ROLLBACK else []
    before = by_pools(green=[*greens(100), *kept, *ill])
    found = cut_over(before, intent)
    assert isinstance(found, Plan), found
    left = through(before, found)
    for each in (*kept, *ill):
        assert not clients_get_to(left, each.name), each.name
    assert clients_get_to(left, "api-green-1")
    again = cut_over(left, found.intent)
    assert isinstance(again, Plan), again
    assert again.writes == 0
    for write in reversed([write for step in found.steps if step.id == "ready" for write in step.writes]):
        assert write.undo is not None
        left = done(left, write.undo)
    assert standings(left) == standings(before)


def test_a_pool_that_serves_already_and_gains_nobody_is_not_touched() -> None:
    kept = instance(Colour.GREEN, 4, 100, hold="bob@jump2")
    there = by_pools(green=[*greens(100), kept], doors=[listener("http", POOL_OF[Colour.GREEN])])
    found = cut_over(there, Intent(Action.CUTOVER, Colour.GREEN))
    assert isinstance(found, Plan), found
    assert found.writes == 0
