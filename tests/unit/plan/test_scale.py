"""More or fewer of the live colour, in whichever pools it serves."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest
from life_worlds import BLUE, ordered, settings, stock
from plan_rotations import POOL_OF, listener, pools_config, pools_service, several_config, several_service
from plan_worlds import NOW, instance, service

from console.config.model import ServiceConfig
from console.model.colour import Colour
from console.model.instance import Instance
from console.model.service import Service
from console.plan.desired import MemberGone, MembersEntered, MembersRaised, Weights
from console.plan.lifecycle.ordering import Wish, order
from console.plan.orders import LaunchOrder, RetireOrder
from console.plan.plan import Action, Intent, Plan, Refusal
from console.plan.planner import plan

GREEN = [instance(Colour.GREEN, number, 100) for number in (1, 2, 3)]
POOLS = pools_config()._replace(launch=settings().launch)
SEVERAL = several_config()._replace(launch=settings().launch)


def of_one_image(*those: Instance) -> list[Instance]:
    return [replace(one, server=replace(one.server, image_id="image-3")) for one in those if one.server]


def by_pools(*doors: str) -> Service:
    """A pool for each colour; BLUE serves, GREEN has its weights and no listener."""
    found = [listener(name, POOL_OF[Colour.BLUE]) for name in doors]
    return pools_service(of_one_image(*BLUE), of_one_image(*GREEN), found)


def more(there: Service, config: ServiceConfig, count: int = 2) -> Plan | Refusal:
    made = order(there, config, stock(), Wish(Colour.BLUE, adding=count))
    assert isinstance(made, LaunchOrder), made
    return plan(there, config, Intent(Action.SCALE, Colour.BLUE, order=made), NOW)


def fewer(there: Service, config: ServiceConfig, *names: str) -> Plan | Refusal:
    return plan(there, config, Intent(Action.SCALE, Colour.BLUE, order=RetireOrder(only=names)), NOW)


def desired(made: Plan | Refusal, step: str) -> list[object]:
    assert isinstance(made, Plan), made
    return [write.desired for one in made.steps if one.id == step for write in one.writes]


def test_with_a_pool_for_each_colour_more_enter_the_live_one_at_weight_0_and_are_raised_when_healthy() -> None:
    made = more(by_pools("http", "tls"), POOLS)
    assert isinstance(made, Plan), made
    assert [step.id for step in made.steps] == ["reconcile", "group", "launch", "enter", "health", "in"]
    (entered,), (raised,) = desired(made, "enter"), desired(made, "in")
    names = ("nova-api-blue-1", "nova-api-blue-2")
    assert isinstance(entered, MembersEntered)
    assert (entered.pool_id, entered.weight, entered.intended) == (POOL_OF[Colour.BLUE], 0, 100)
    assert raised == MembersRaised(POOL_OF[Colour.BLUE], names, Colour.BLUE, 100)
    assert [shlex.split(one)[-4:] for one in made.steps[-1].writes[0].call.commands] == [
        ["--weight", "100", POOL_OF[Colour.BLUE], name] for name in names
    ]
    assert made.steps[-2].names == names, "who serves already is not waited for"
    assert made.goal == "BLUE has 5 instances in rotation"
    assert any("BLUE serves" in check for check in made.steps[0].checks)


def test_with_a_pool_for_each_colour_fewer_leave_the_live_one_only() -> None:
    made = fewer(by_pools("http", "tls"), POOLS, "api-blue-3")
    assert isinstance(made, Plan), made
    assert [step.id for step in made.steps] == ["reconcile", "out", "drain", "leave", "stop", "delete"]
    (out,), (gone,) = desired(made, "out"), desired(made, "leave")
    assert isinstance(out, Weights)
    assert (out.pool_id, [(one.name, one.weight_after) for one in out.changes]) == (
        POOL_OF[Colour.BLUE],
        [("api-blue-3", 0)],
    )
    assert isinstance(gone, MemberGone)
    assert gone.pool_id == POOL_OF[Colour.BLUE]


def test_of_several_pools_each_gets_a_batch_with_the_port_that_its_members_have() -> None:
    there = several_service(of_one_image(*BLUE), [])
    made = more(there, SEVERAL)
    entered = [*desired(made, "enter"), *desired(made, "enter-1")]
    assert [(one.pool_id, one.port) for one in entered if isinstance(one, MembersEntered)] == [
        ("pool-1", 8774),
        ("pool-2", 9774),
    ]
    assert [one.pool_id for one in desired(made, "in") if isinstance(one, MembersRaised)] == ["pool-1", "pool-2"]
    out = desired(fewer(there, SEVERAL, "api-blue-1"), "out")
    assert [one.pool_id for one in out if isinstance(one, Weights)] == ["pool-1", "pool-2"]


def test_of_several_pools_none_is_left_without_anybody_who_is_well() -> None:
    first, second, third = of_one_image(*BLUE)
    there = several_service([first, second, third], [])
    out_of_one = [
        replace(one, further=tuple(replace(member, weight=0) for member in one.further)) if number else one
        for number, one in enumerate(there.blue.instances)
    ]
    members = {member.id: member for one in out_of_one for member in one.members}
    parts = [
        replace(part, members={pool: tuple(members[one.id] for one in found) for pool, found in part.members.items()})
        for part in there.balanced
    ]
    there = replace(there, blue=replace(there.blue, instances=tuple(out_of_one)), balanced=tuple(parts))
    refusal = fewer(there, SEVERAL, "api-blue-1")
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.reason) == ("floor", "no healthy instance would be left for pool pool-2")
    assert isinstance(fewer(there, SEVERAL, "api-blue-2"), Plan)


@pytest.mark.parametrize("config", [POOLS, SEVERAL])
def test_where_weight_0_keeps_no_client_away_nothing_is_added_or_taken_away(config: ServiceConfig) -> None:
    there = by_pools() if config is POOLS else several_service(of_one_image(*BLUE), [])
    blind = tuple(replace(part, balancer=replace(part.balancer, provider="ovn")) for part in there.balanced)
    there = replace(there, balanced=blind, balancer=blind[0].balancer)
    for found in (more(there, config), fewer(there, config, "api-blue-3")):
        assert isinstance(found, Refusal)
        assert found.code == "provider"
        assert ("cut over" in found.hint) is (config is POOLS)


def test_a_launch_at_weight_0_is_refused_where_that_keeps_no_client_away() -> None:
    there = several_service(of_one_image(*BLUE), [])
    there = replace(
        there, balanced=tuple(replace(one, balancer=replace(one.balancer, provider="ovn")) for one in there.balanced)
    )
    intent = Intent(Action.LAUNCH, Colour.GREEN, order=ordered(there, Wish(Colour.GREEN)))
    found = plan(there, SEVERAL, intent, NOW)
    assert isinstance(found, Refusal)
    assert found.code == "provider"
    idle = by_pools()
    idle = replace(idle, green=replace(idle.green, instances=()))
    idle = replace(
        idle, balanced=tuple(replace(one, balancer=replace(one.balancer, provider="ovn")) for one in idle.balanced)
    )
    intent = Intent(Action.LAUNCH, Colour.GREEN, order=ordered(idle, Wish(Colour.GREEN)))
    assert isinstance(plan(idle, POOLS, intent, NOW), Plan), "no client gets to a pool that no listener sends to"


def test_who_was_held_or_taken_out_before_stays_out_when_more_are_added() -> None:
    held, drained = instance(Colour.BLUE, 2, 0, hold="bob"), instance(Colour.BLUE, 3, 0, probe_ok=False)
    there = pools_service(of_one_image(BLUE[0], held, drained), [])
    made = more(there, POOLS, 1)
    assert isinstance(made, Plan), made
    for step in made.steps:
        assert step.names in ((), ("nova-api-blue-1",)), step.id
    assert made.goal == "BLUE has 2 instances in rotation"


def begun(there: Service, *, weight: int, hold: str = "") -> tuple[Service, Intent]:
    """The same service with the one more that is asked for in its pool, and the intent."""
    made = order(there, POOLS, stock(), Wish(Colour.BLUE, adding=1))
    assert isinstance(made, LaunchOrder), made
    new = replace(instance(Colour.BLUE, 4, weight, hold=hold), name=made.new[0])
    left = pools_service(of_one_image(*BLUE, new), of_one_image(*GREEN))
    return left, Intent(Action.SCALE, Colour.BLUE, order=made)


def test_taken_up_again_only_what_is_left_of_it_is_done() -> None:
    left, intent = begun(by_pools(), weight=0)
    made = plan(left, POOLS, intent, NOW)
    assert isinstance(made, Plan), made
    assert [step.id for step in made.steps] == ["reconcile", "health", "in"]
    left, intent = begun(by_pools(), weight=100)
    made = plan(left, POOLS, intent, NOW)
    assert isinstance(made, Plan), made
    assert [step.id for step in made.steps] == ["reconcile", "health"], "a batch of nobody is not sent"
    assert made.goal == "BLUE has 4 instances in rotation"


def test_who_is_held_before_it_was_taken_in_is_not_taken_in() -> None:
    left, intent = begun(by_pools(), weight=0, hold="bob")
    found = plan(left, POOLS, intent, NOW)
    assert isinstance(found, Refusal)
    assert (found.code, found.names) == ("held", ("nova-api-blue-1",))


@pytest.mark.parametrize("weight", [0, 100])
def test_what_the_load_balancer_did_not_apply_is_written_again_when_it_is_taken_up(weight: int) -> None:
    left, intent = begun(by_pools(), weight=weight)
    new = left.blue.instances[-1]
    assert new.member is not None
    unapplied = replace(new, member=replace(new.member, provisioning_status="ERROR"))
    left = pools_service([*left.blue.instances[:-1], unapplied], left.green.instances)
    made = plan(left, POOLS, intent, NOW)
    assert isinstance(made, Plan), made
    assert [step.id for step in made.steps] == ["reconcile", "enter", "health", "in"]
    assert "did not apply what was written for nova-api-blue-1" in made.steps[1].words
    assert made.goal == "BLUE has 4 instances in rotation"


def test_no_more_are_taken_in_beside_a_colour_that_serves_as_well() -> None:
    left, intent = begun(service(of_one_image(*BLUE), of_one_image(instance(Colour.GREEN, 1, 0))), weight=0)
    both = service(left.blue.instances, of_one_image(instance(Colour.GREEN, 1, 7)))
    refusal = plan(both, settings(), intent, NOW)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.names) == ("live", ("api-green-1",))
    assert refusal.reason == "BLUE does not serve alone: of GREEN api-green-1 has traffic as well"
