"""More or fewer instances of the live colour: "additional scheduling capacity", with the same safety."""

from __future__ import annotations

from dataclasses import replace

from console.config.model import Kind
from console.model.health import judge
from console.model.instance import Instance
from console.plan import course
from console.plan.asked import Asked
from console.plan.desired import MemberChange, MembersRaised, Weights
from console.plan.lifecycle import launch
from console.plan.lifecycle.common import PENDING_DEADLINE, counted, made_plan, reconcile
from console.plan.lifecycle.retire import removal
from console.plan.orders import LaunchOrder, RetireOrder
from console.plan.plan import Plan, Refusal, Step, StepKind

_SILENCE = 50.0  # seconds; Octavia's default of timeout_client_data and timeout_member_data
_LEAST_DRAIN, _MARGIN, _MOST_DRAIN = 60.0, 10.0, 3600.0  # seconds


def add(asked: Asked, order: LaunchOrder) -> Plan | Refusal:
    """Make the instances and check them at weight 0; taking them in is another step, on what is there then."""
    refusal = _one_pool(asked)
    if refusal is not None:
        return refusal
    made = launch.plan(asked, order)
    if isinstance(made, Refusal) or asked.config.rotation.kind == Kind.POWER:
        return made
    new = tuple(name for name in order.names if name not in {one.name for one in _serving(asked)})
    write = course.write(MembersRaised(asked.basis.pools[0].id, new, asked.target), asked.basis)
    enter = Step(
        id="in",
        kind=StepKind.WRITE,
        title=f"take {counted(len(new))} into rotation",
        words=f"One write raises {counted(len(new))} to the weight that the others have. Nobody is lowered, so there "
        "is more capacity at every moment.",
        deadline=PENDING_DEADLINE,
        outcome="it stops and needs a human: only the cloud can break the load balancer's lock",
        writes=(write,),
        checks=("each is healthy at weight 0 right before", "load balancer ACTIVE"),
        names=new,
    )
    goal = f"{asked.target.upper()} has {counted(len(order.names))} in rotation"
    return replace(made, steps=(*made.steps, enter), goal=goal)


def remove(asked: Asked, order: RetireOrder) -> Plan | Refusal:
    """Take the named instances of the live colour out, let them finish, delete them. The floor holds."""
    refusal = _one_pool(asked)
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
    if refusal := _left(asked, going, staying, begun=order.begun):
        return refusal
    changes = tuple(
        MemberChange(member.id, one.name, asked.target, member.weight, 0, member.intended_weight or member.weight)
        for one in going
        if (member := one.member) is not None and member.in_rotation
    )
    steps = [reconcile(asked, (f"{counted(len(well))} healthy stay in rotation",))]
    basis = asked.basis
    if changes:
        write = course.write(Weights(asked.basis.pools[0].id, changes), basis)
        steps.append(
            Step(
                id="out",
                kind=StepKind.WRITE,
                title=f"{counted(len(changes))} out of rotation",
                words="One write sets their weight to 0: new clients go to the others, requests under way finish.",
                deadline=PENDING_DEADLINE,
                outcome="it stops and needs a human: only the cloud can break the load balancer's lock",
                writes=(write,),
                checks=("load balancer ACTIVE",),
            )
        )
        basis = course.after((write,), basis)
        steps.append(_drain(asked))
    steps += removal(asked, going, basis, staying=well)
    return made_plan(
        asked,
        steps,
        summary=f"{counted(len(going))} of {asked.target.upper()} taken away; {counted(len(well))} healthy go on.",
        goal=f"{asked.target.upper()} has {counted(len(staying))} in rotation",
        notes=order.notes,
    )


def _left(asked: Asked, going: list[Instance], staying: list[Instance], *, begun: bool) -> Refusal | None:
    """Who stays must carry it all: of them nobody may be ill while somebody who is well is taken away."""
    judged = {one.name: judge(asked.service, one, asked.now) for one in staying}
    ill = tuple(name for name, found in judged.items() if not found.healthy)
    if len(ill) == len(staying):
        return Refusal("floor", "no healthy instance would be left in rotation", "leave at least one", 1)
    working = [
        one.name for one in going if asked.service.in_rotation(one) and judge(asked.service, one, asked.now).healthy
    ]
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


def _one_pool(asked: Asked) -> Refusal | None:
    """One write to one pool is what is planned here; the members of others would be cut off, or not taken in."""
    pools = len(asked.basis.pools)
    if pools < 2 or asked.config.rotation.kind == Kind.POWER:
        return None
    return Refusal(
        "pools",
        f"{asked.service.name} is in {pools} pools, and a change of size is only carried out in one",
        "launch the other colour in the size that it is to have, and cut over",
        0,
    )


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


def _serving(asked: Asked) -> list[Instance]:
    return [one for one in asked.service.side(asked.target).instances if asked.service.in_rotation(one)]
