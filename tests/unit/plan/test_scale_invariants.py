"""What holds for every change of size in every world: only the live colour, only those it is about, never below one."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from plan_rotations import cases, done
from plan_worlds import NOW

from console.config.model import ServiceConfig
from console.model.balancer import Member
from console.model.colour import Colour
from console.model.health import judge
from console.model.service import POOLS, POWER, Service
from console.plan.desired import MemberGone, MembersEntered, MembersRaised, ServerGone, ServerMade, Weights
from console.plan.orders import LaunchOrder, RetireOrder
from console.plan.plan import Action, Intent, Plan, Write
from console.plan.planner import plan

Case = tuple[Service, ServiceConfig]
many = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
scalable = cases().filter(lambda case: case[0].live is not None and case[0].rotation != POWER)


def planned(case: Case, intent: Intent) -> tuple[Plan, list[Write]]:
    made = plan(*case, intent, NOW)
    assume(isinstance(made, Plan))
    assert isinstance(made, Plan)
    return made, [write for step in made.steps for write in step.writes]


def live(service: Service) -> Colour:
    assert service.live is not None
    return service.live


def pools_of(service: Service, colour: Colour) -> set[str]:
    """Where the colour is to be: told from the facts alone."""
    pools = {pool.id for part in service.balanced for pool in part.pools}
    return {part.pool_of[colour] for part in service.balanced} if service.rotation == POOLS else pools


def ways(service: Service) -> Iterator[tuple[str, list[Member]]]:
    """Each pool that clients are sent to, with its members in rotation."""
    for part in service.balanced:
        for pool, members in part.members.items():
            if service.rotation != POOLS or pool in service.serving_pools:
                yield pool, [one for one in members if one.in_rotation]


@many
@given(scalable, st.data())
def test_fewer_takes_traffic_only_from_those_named_and_leaves_somebody_well_everywhere(
    case: Case, data: st.DataObject
) -> None:
    service, _ = case
    side = service.side(live(service))
    names = data.draw(st.sets(st.sampled_from([one.name for one in side.instances]), min_size=1))
    _, writes = planned(case, Intent(Action.SCALE, side.colour, order=RetireOrder(only=tuple(sorted(names)))))
    going = {member.id for one in side.instances if one.name in names for member in one.members}
    well = {m.id for one in side.instances if judge(service, one, NOW).healthy for m in one.members}
    left = service
    for write in writes:
        if isinstance(write.desired, Weights):
            left = done(left, write.call)
        elif isinstance(write.desired, MemberGone):
            assert write.desired.member_id in going
        elif isinstance(write.desired, ServerGone):
            assert write.desired.name in names
    before = dict(ways(service))
    for way, serving in ways(left):
        was, now = {one.id: one.weight for one in before[way]}, {one.id: one.weight for one in serving}
        assert was.keys() - now.keys() <= going, way
        assert all(was[key] == weight for key, weight in now.items()), way
        assert was.keys() == now.keys() or well & now.keys(), way
        assert not going & now.keys(), way


@many
@given(scalable, st.integers(1, 3))
def test_more_are_made_of_one_image_enter_at_weight_0_and_nobody_else_is_touched(case: Case, count: int) -> None:
    service, _ = case
    side = service.side(live(service))
    there = tuple(one.name for one in side.instances)
    new = tuple(f"new-{number}" for number in range(count))
    order = LaunchOrder(
        (*there, *new), "image-3", "api-3", "flavor-1", "m1.small", ("net-1",), version=side.versions[0], beside=there
    )
    made, writes = planned(case, Intent(Action.SCALE, side.colour, order=order))
    wanted = [write.desired for write in writes]
    servers = [one for one in wanted if isinstance(one, ServerMade)]
    assert [(one.name, one.body["imageRef"]) for one in servers] == [(name, "image-3") for name in new]
    entered = [one for one in wanted if isinstance(one, MembersEntered)]
    raised = [one for one in wanted if isinstance(one, MembersRaised)]
    assert all((one.names, one.weight, one.colour) == (new, 0, side.colour) for one in entered)
    assert all((one.names, one.colour) == (new, side.colour) for one in raised)
    assert {one.pool_id for one in entered} == {one.pool_id for one in raised} == pools_of(service, side.colour)
    assert not [one for one in wanted if isinstance(one, Weights)]
    steps = [step.id for step in made.steps]
    assert steps.index("health") == len(steps) - 2, "seen healthy after they entered, right before they are taken in"
