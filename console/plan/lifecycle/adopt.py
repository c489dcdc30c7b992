"""What serves without labels becomes a colour: its servers and members are labelled, no traffic moves."""

from __future__ import annotations

from console.model.balancer import SERVER_TAG, WEIGHT_TAG
from console.plan import course
from console.plan.asked import Asked
from console.plan.desired import Desired, MembersLabelled, ServerLabelled, ServerTagged
from console.plan.labels import labels
from console.plan.lifecycle.common import PENDING_DEADLINE, counted, made_plan, reconcile
from console.plan.orders import AdoptOrder
from console.plan.plan import Plan, Refusal, Step, StepKind


def plan(asked: Asked, order: AdoptOrder) -> Plan | Refusal:
    """Write the labels of the target colour on the servers and members of the order."""
    colour, service = asked.target.upper(), asked.service
    if service.side(asked.target.other).instances and not service.side(asked.target).instances:
        side = service.side(asked.target.other)
        if side.weight > 0:
            return Refusal(
                "live",
                f"{side.colour.upper()} of {service.name} has traffic already",
                f"what serves beside it is adopted as the same colour: --as {side.colour}",
                0,
            )
    if refusal := _idle_there(asked, order):
        return refusal
    if not order.pairs:
        return Refusal(
            "none",
            f"nothing of {service.name} is without a colour: there is nothing to adopt",
            "`bluegreen status` shows what belongs to which colour",
            0,
        )
    servers = {pair.server_id: pair for pair in order.pairs}
    writes: list[tuple[str, Desired]] = []
    for server_id, pair in servers.items():
        if order.metadata:
            writes.append((f"{pair.name} metadata", ServerLabelled(server_id, pair.name, dict(order.metadata))))
        writes += [(f"{pair.name} {tag}", ServerTagged(server_id, pair.name, tag)) for tag in order.tags]
    steps = [
        reconcile(asked, ("each member is where it was, and its server has its address",)),
        Step(
            id="servers",
            kind=StepKind.WRITE,
            title=f"label {counted(len(servers), 'server')}",
            words="Metadata and tags say which service and colour a server is of. Nothing is restarted, nothing moves.",
            deadline=120.0,
            outcome="it stops; labels that were written stay, and change nothing",
            writes=tuple(course.write(one, asked.basis, key) for key, one in writes),
            checks=("each server carries its labels",),
        ),
        *_members(asked, order),
    ]
    return made_plan(
        asked,
        [step for step in steps if step.writes or step.kind is StepKind.RECONCILE],
        summary=f"{counted(len(servers))} that serve without labels become {colour}. No traffic moves: weights, "
        "addresses and servers stay as they are.",
        goal=f"{colour} is {counted(len(servers))}, labelled; traffic was not touched",
        notes=order.notes,
    )


def _idle_there(asked: Asked, order: AdoptOrder) -> Refusal | None:
    """Refuse to make one colour of what serves and of what stands by: the two may be of different releases."""
    service, colour = asked.service, asked.target
    there = service.side(colour).instances
    if not there or any(service.in_rotation(one) for one in there):
        return None
    adopted = {pair.member_id for pair in order.pairs}
    basis = asked.basis
    attached = service.serving_pools if basis.by_listener else {pool.id for pool in basis.pools}
    members = [one for pool in basis.pools if pool.id in attached for one in pool.members]
    if not any(one.in_rotation and one.id in adopted for one in members):
        return None
    names = tuple(one.name for one in there)
    other = service.side(colour.other)
    hint = "`bluegreen resume` goes on with the launch that made them, or takes it back; then adopt again"
    if not other.instances or any(service.in_rotation(one) for one in other.instances):
        hint = f"adopt it as the other colour: `bluegreen adopt {service.name} --as {other.colour}`; then those are "
        hint += f"finished or taken back (`bluegreen resume`), or deleted (`bluegreen retire {service.name}`)"
    return Refusal(
        "there",
        f"{', '.join(names)} of {colour.upper()} are not in rotation: what serves is not mixed with them",
        hint,
        0,
        names,
    )


def _members(asked: Asked, order: AdoptOrder) -> list[Step]:
    """One additive batch for each pool: the load balancer reloads once, with the weights that it has."""
    steps = []
    extra = labels(asked.config, asked.target).member_tags
    for number, pool in enumerate(asked.basis.pools):
        there = {member.id: member for member in pool.members}
        tags = {
            pair.member_id: (
                f"{SERVER_TAG}{pair.server_id}",
                *((f"{WEIGHT_TAG}{there[pair.member_id].weight}",) if there[pair.member_id].weight else ()),
                *extra,
            )
            for pair in order.pairs
            if pair.pool_id == pool.id and pair.member_id in there
        }
        if not tags:
            continue
        steps.append(
            Step(
                id=f"members-{number}" if number else "members",
                kind=StepKind.WRITE,
                title=f"label {counted(len(tags), 'member')}",
                words="One write adds tags to the members: which server each is, and its weight of now. "
                "Every weight stays. "
                "The load balancer is busy for some seconds, and closes idle keep-alive connections once.",
                deadline=PENDING_DEADLINE,
                outcome="it stops and needs a human: only the cloud can break the load balancer's lock",
                writes=(course.write(MembersLabelled(pool.id, tags), asked.basis),),
                checks=("load balancer ACTIVE", "every weight as it was"),
            )
        )
    return steps
