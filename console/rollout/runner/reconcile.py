"""May this write go? Asked before the first one, and again after every wait: intent by equality, health anew."""

from __future__ import annotations

import time
from collections.abc import Set as AbstractSet
from dataclasses import replace

from console.errors import Drift, NeedsHuman, Refused
from console.model.capacity import Capacity
from console.model.health import judge
from console.model.instance import Instance
from console.model.service import Service
from console.plan.basis import Basis, basis_of
from console.plan.capacity import below, floor, highest, serving, shares, trusted_of, ways
from console.plan.course import after, basis_before
from console.plan.drift import drift
from console.plan.ignored_weights import by_probe
from console.plan.kinds.registry import entering_of
from console.plan.let_in import is_let_in
from console.plan.lifecycle.planner import basis_for
from console.plan.orders import SingleOrder
from console.plan.plan import Action, Plan, Refusal, Share, Step, Write
from console.plan.planner import plan as make_plan
from console.plan.rotations.move import PENDING_DEADLINE
from console.rollout.records import EventKind
from console.rollout.runner.run import Run
from console.rollout.runner.settle import settle


def reconcile(run: Run, plan: Plan, step: Step) -> None:
    """Look at everything again. Raises Drift, Refused. A way back waits for the load balancer's lock first."""
    if plan.action is Action.ROLLBACK:
        for balancer_id in plan.basis.balancers:
            settle(run, balancer_id, step.id, PENDING_DEADLINE)
    run.let_settle(step.id)
    still_as_planned(run, plan)
    seen = ", and the target is healthy" if plan.action.moves_traffic and not plan.intent.unchecked else ""
    run.note(EventKind.CHECKED, step.id, f"everything is as planned{seen}", digest=plan.digest)


def still_as_planned(run: Run, plan: Plan) -> None:
    """Nothing was changed since the plan was made, and it would be made again. Raises Drift, Refused."""
    service = run.observe()
    changes = drift(plan.basis, basis_for(service, run.service, plan.intent))
    if changes:
        raise Drift(changes)
    again = make_plan(service, run.service, plan.intent, time.time())
    if isinstance(again, Refusal):
        raise Refused(again.reason, again.hint, again.rule)
    if again.digest != plan.digest and again.target_version != plan.target_version:
        raise Drift((f"{plan.target.upper()} runs {again.target_version}, was {plan.target_version}",))
    if again.digest != plan.digest:
        raise Drift((f"the config or the plan made from it: digest {again.digest}, was {plan.digest}",))


def still_as_left(run: Run, plan: Plan, step: Step) -> None:
    """Nobody has changed anything since the writes before this step. Raises Drift, Unreachable."""
    service = run.observe()
    changes = drift(basis_before(plan, step), basis_of(service, run.service))
    if changes:
        raise Drift(changes)


def still_on_course(run: Run, plan: Plan, step: Step, write: Write) -> None:
    """Before a further write: nothing but our own writes has changed anything, and this one keeps the floor.

    Raises Drift, NeedsHuman, Unreachable.
    """
    service = run.observe()
    expected = basis_before(plan, step, write)
    changes = drift(expected, basis_of(service, run.service))
    if changes:
        raise Drift(changes)
    members_still_fit(run, plan, entering_of(write.desired))
    _keeps_the_floor(run, plan, service, (expected, after((write,), expected)))


def workers_still_fit(run: Run, plan: Plan, left: Basis) -> None:
    """Before a stop is sent again: those that stay are enough. Raises NeedsHuman."""
    service = run.observe()
    _keeps_the_floor(run, plan, service, (basis_of(service, run.service), left))


def _keeps_the_floor(run: Run, plan: Plan, service: Service, bases: tuple[Basis, Basis]) -> None:
    """`bases`: as it is, and as the write leaves it. Raises NeedsHuman."""
    (expected, left), now, ratio = bases, time.time(), _ratio(run, plan)
    for way in ways(expected):
        least = _least(plan, shares(service, expected, now, way), ratio, way)
        if broken := below(serving(shares(service, left, now, way), trusted_of(service, plan.intent)), least):
            raise NeedsHuman(
                f"the next write is not sent: {broken}",
                "look at both colours, then finish or go back with `bluegreen resume`",
            )


def _least(plan: Plan, serves: tuple[Share, Share], ratio: float, way: str) -> Capacity:
    """What this write must leave in this way, where so much serves before it.

    What serves in the middle of a shift is partly our own doing: what served before it counts as well, and on a way
    back it alone, because that may lead to a smaller colour.
    """
    if plan.intent.source_fails:
        return floor(serves, ratio, plan.source)
    recorded = _recorded(plan, way)
    if recorded and plan.action is Action.ROLLBACK:
        return recorded[0]
    return highest((floor(serves, ratio), *recorded))


def _ratio(run: Run, plan: Plan) -> float:
    """The config's, or what the operator has said for this change."""
    order = plan.intent.order
    said = order.min_ratio if isinstance(order, SingleOrder) else None
    return run.service.release.min_ratio if said is None else said


def _recorded(plan: Plan, way: str) -> tuple[Capacity, ...]:
    return (plan.floors[way],) if way in plan.floors else ()


def members_still_fit(run: Run, plan: Plan, entering: AbstractSet[str]) -> None:
    """Whoever is to get traffic is healthy where it stands; for a write that is repeated, when nothing else may differ.

    `entering`: ids of members. One whose settings were not applied is in provisioning ERROR: that is why the write is
    repeated, and no verdict on the instance. Raises NeedsHuman.
    """
    service = run.observe()
    unfit = [
        f"{instance.name}: {reason}"
        for side in service.colours
        for instance in side.instances
        if any(member.id in entering for member in instance.members)
        if (reason := _unfit(service, plan, instance))
    ]
    if unfit:
        raise NeedsHuman(
            f"the write is not sent: {plan.target.upper()} is not healthy any more: {'; '.join(unfit)}",
            "look at both colours, then finish or go back with `bluegreen resume`",
        )


def pool_still_fit(run: Run, plan: Plan, pool_id: str) -> None:
    """The same for all that serve in a pool. Raises NeedsHuman."""
    serving_there = {member.id for member in plan.basis.pool(pool_id).members if member.in_rotation}
    members_still_fit(run, plan, serving_there)


def _unfit(service: Service, plan: Plan, instance: Instance) -> str:
    again = [replace(member, provisioning_status="ACTIVE") for member in instance.members]
    applied = replace(instance, member=again[0], further=tuple(again[1:]))
    found = judge(service, by_probe(service, applied), time.time())
    return "" if is_let_in(service, plan.intent, instance, found) else found.reason
