"""More or fewer instances of the live colour: "additional scheduling capacity", with the same safety."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from console.config.model import Kind
from console.model.health import judge
from console.model.instance import Instance
from console.plan import capacity, course
from console.plan.asked import Asked
from console.plan.basis import Basis
from console.plan.desired import MemberChange, MembersRaised, Weights
from console.plan.lifecycle import launch
from console.plan.lifecycle.common import PENDING_DEADLINE, counted, made_plan, pool_ids, reconcile
from console.plan.lifecycle.entering import not_applied, not_seen_first
from console.plan.lifecycle.retire import removal
from console.plan.orders import LaunchOrder, RetireOrder
from console.plan.plan import Plan, Refusal, Step, StepKind, Write

_SILENCE = 50.0  # seconds; Octavia's default of timeout_client_data and timeout_member_data
_LEAST_DRAIN, _MARGIN, _MOST_DRAIN = 60.0, 10.0, 3600.0  # seconds


def add(asked: Asked, order: LaunchOrder) -> Plan | Refusal:
    """Make the instances and check them at weight 0; taking them in is another step, on what is there then."""
    made = launch.plan(asked, order)
    if isinstance(made, Refusal) or asked.config.rotation.kind == Kind.POWER:
        return made
    side = asked.service.side(asked.target)
    held = tuple(one.name for one in side.instances if one.name in order.new and one.held_by is not None)
    if held:
        return Refusal("held", f"{', '.join(held)} are held", "release the hold first", 2, held)
    unapplied = {one.name for one in side.instances if one.name in order.new and not_applied(one.members)}
    serving = {one.name for one in side.instances if asked.service.in_rotation(one)} - unapplied
    new = tuple(name for name in order.new if name not in serving)
    if new and (refusal := _not_alone(asked)):
        return refusal
    goal = f"{asked.target.upper()} has {counted(len(serving) + len(new))} in rotation"
    steps = (*made.steps, _taken_in(asked, new, order.weight)) if new else made.steps
    return replace(made, steps=steps, goal=goal)


def _not_alone(asked: Asked) -> Refusal | None:
    """More capacity of a colour beside another one that serves would be a shift of traffic."""
    service, colour = asked.service, asked.target
    if service.live is colour:
        return None
    others = tuple(one.name for one in service.side(colour.other).instances if service.in_rotation(one))
    beside = f"of {colour.other.upper()} {', '.join(others)} {'has' if len(others) == 1 else 'have'} traffic as well"
    return Refusal(
        "live",
        f"{colour.upper()} does not serve alone: {beside}" if others else f"{colour.upper()} does not serve",
        f"decide first which colour serves: `bluegreen cutover {service.name} --to {colour}`",
        2,
        others,
    )


def _taken_in(asked: Asked, new: tuple[str, ...], weight: int) -> Step:
    """In every pool of the colour; with a pool for each colour the other one's is not touched."""
    pools = pool_ids(asked, asked.target)
    desired = [(pool_id, MembersRaised(pool_id, new, asked.target, weight)) for pool_id in pools]
    writes = tuple(course.write(one, asked.basis, pool_id if len(pools) > 1 else "") for pool_id, one in desired)
    return Step(
        id="in",
        kind=StepKind.WRITE,
        title=f"take {counted(len(new))} into rotation",
        words=f"{_one_write(writes)} raises {counted(len(new))} to the weight that the others have. Nobody is lowered, "
        "so there is more capacity at every moment.",
        deadline=PENDING_DEADLINE,
        outcome="it stops and needs a human: only the cloud can break the load balancer's lock",
        writes=writes,
        checks=("each is healthy at weight 0 right before", "load balancer ACTIVE"),
        names=new,
    )


def remove(asked: Asked, order: RetireOrder) -> Plan | Refusal:
    """Take the named instances of the live colour out, let them finish, delete them. The floor holds."""
    refusal = not_seen_first(asked)
    if refusal is not None:
        return refusal
    service, side = asked.service, asked.service.side(asked.target)
    going = [one for one in side.instances if one.name in order.only]
    staying = [one for one in side.instances if one.name not in order.only and service.in_rotation(one)]
    well = [one for one in staying if judge(service, one, asked.now).healthy]
    if len(going) != len(order.only) and not order.begun:
        unknown = tuple(sorted(set(order.only) - {one.name for one in side.instances}))
        known = ", ".join(one.name for one in side.instances)
        return Refusal(
            "names", f"{side.colour.upper()} has no instance {', '.join(unknown)}", f"it has {known}", 0, unknown
        )
    held = tuple(one.name for one in going if one.held_by is not None)
    if held:
        return Refusal("held", f"{', '.join(held)} are held", "release the hold first", 11, held)
    writes = _out(asked, going)
    basis = course.after(writes, asked.basis)
    if refusal := _left(asked, going, staying, begun=order.begun) or _left_in_each(asked, basis):
        return refusal
    steps = [reconcile(asked, (f"{counted(len(well))} healthy stay in rotation",))]
    if writes:
        steps += [_out_of_rotation(going, writes), _drain(asked)]
    steps += removal(asked, going, basis, staying=well)
    return made_plan(
        asked,
        steps,
        summary=f"{counted(len(going))} of {asked.target.upper()} taken away; {counted(len(well))} healthy go on.",
        goal=f"{asked.target.upper()} has {counted(len(staying))} in rotation",
        notes=order.notes,
    )


def _out(asked: Asked, going: Sequence[Instance]) -> tuple[Write, ...]:
    """One batch for each pool in which any of them has weight."""
    pools, basis, writes = pool_ids(asked, asked.target), asked.basis, list[Write]()
    for pool_id in pools:
        found = {member.id: member for member in basis.pool(pool_id).members}
        changes = tuple(
            MemberChange(one.id, instance.name, asked.target, one.weight, 0, one.intended_weight or one.weight)
            for instance in going
            for one in (found[mine.id] for mine in instance.members if mine.id in found)
            if one.in_rotation
        )
        if changes:
            writes.append(course.write(Weights(pool_id, changes), basis, pool_id if len(pools) > 1 else ""))
            basis = course.after(writes[-1:], basis)
    return tuple(writes)


def _out_of_rotation(going: Sequence[Instance], writes: tuple[Write, ...]) -> Step:
    changed = {one.member_id for write in writes if isinstance(write.desired, Weights) for one in write.desired.changes}
    out = [one for one in going if any(member.id in changed for member in one.members)]
    return Step(
        id="out",
        kind=StepKind.WRITE,
        title=f"{counted(len(out))} out of rotation",
        words=f"{_one_write(writes)} sets their weight to 0: new clients go to the others, requests under way finish.",
        deadline=PENDING_DEADLINE,
        outcome="it stops and needs a human: only the cloud can break the load balancer's lock",
        writes=writes,
        checks=("load balancer ACTIVE",),
    )


def _one_write(writes: Sequence[Write]) -> str:
    return "One write" if len(writes) == 1 else f"One write for each of {len(writes)} pools"


def _left(asked: Asked, going: list[Instance], staying: list[Instance], *, begun: bool) -> Refusal | None:
    """Who stays must carry it all: of them nobody may be ill while somebody who is well is taken away."""
    judged = {one.name: judge(asked.service, one, asked.now) for one in staying}
    ill = tuple(name for name, found in judged.items() if not found.healthy)
    if len(ill) == len(staying):
        return Refusal("floor", "no healthy instance would be left in rotation", "leave at least one", 1)
    dead = tuple(name for name, found in judged.items() if not found.healthy and not found.unseen)
    leaving = [(one.name, judge(asked.service, one, asked.now)) for one in going if asked.service.in_rotation(one)]
    working = [name for name, found in leaving if found.healthy]
    if not working and dead:  # who may serve is not taken away for one that is known not to
        ill, working = dead, [name for name, found in leaving if found.unseen]
    if not (ill and working) or begun:
        return None
    return Refusal(
        "floor",
        f"{', '.join(working)} would be taken away while of those that stay {', '.join(ill)} "
        f"{'is' if len(ill) == 1 else 'are'} not well: {judged[ill[0]].reason}",
        f"take what is ill away instead: --name {ill[0]}; or mend it first",
        1,
        ill,
    )


def _left_in_each(asked: Asked, left: Basis) -> Refusal | None:
    """By whichever way clients come, somebody who is well must be left there."""
    for way in capacity.ways(left) if asked.config.rotation.kind != Kind.POWER else ():
        now, then = (
            capacity.share_of(capacity.shares(asked.service, basis, asked.now, way), asked.target)
            for basis in (asked.basis, left)
        )
        if now.in_rotation > then.in_rotation and not then.healthy:
            where = f"listener {left.listener(way).name or way}" if left.by_listener else f"pool {way}"
            return Refusal("floor", f"no healthy instance would be left for {where}", "leave at least one there", 1)
    return None


def _drain(asked: Asked) -> Step:
    """Octavia cannot tell that nothing is open any more (facts: Octavia 1.4): a time is waited for."""
    silence = max((one.silence for one in asked.service.listeners), default=0.0) or _SILENCE
    return Step(
        id="drain",
        kind=StepKind.DRAIN,
        title="let them finish",
        words="Requests under way finish where they are. Nobody can tell from outside when the last one has, so it is "
        f"a time: longer than the {silence:.0f} s of silence after which the load balancer closes a connection.",
        deadline=min(max(_LEAST_DRAIN, silence + _MARGIN), _MOST_DRAIN),
        outcome="it goes on",
    )
