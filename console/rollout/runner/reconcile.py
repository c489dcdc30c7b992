"""May this write go? Asked before the first one, and again after every wait: intent by equality, health anew."""

from __future__ import annotations

import time
from dataclasses import replace

from console.errors import Drift, NeedsHuman, Refused
from console.model.health import judge
from console.model.instance import Instance
from console.model.service import Service
from console.plan.basis import basis_of, drift
from console.plan.batch import members_at
from console.plan.capacity import Capacity, below, floor, floor_of, serving, shares
from console.plan.plan import Action, Plan, Refusal, Step
from console.plan.planner import plan as make_plan
from console.plan.steps import PENDING_DEADLINE
from console.rollout.records import EventKind
from console.rollout.runner.run import Run
from console.rollout.runner.settle import settle


def reconcile(run: Run, plan: Plan, step: Step) -> None:
    """Look at everything again. Raises Drift, Refused. A way back waits for the load balancer's lock first."""
    if plan.action is Action.ROLLBACK:
        settle(run, plan, step.id, PENDING_DEADLINE)
    run.let_settle(step.id)
    still_as_planned(run, plan)
    run.note(EventKind.CHECKED, step.id, "everything is as planned, and the target is healthy", digest=plan.digest)


def still_as_planned(run: Run, plan: Plan) -> None:
    """Nothing was changed since the plan was made, and it would be made again. Raises Drift, Refused."""
    service = run.observe()
    if service.balancer is not None and service.pool is not None:
        changes = drift(plan.basis, basis_of(service))
        if changes:
            raise Drift(changes)
    again = make_plan(service, run.service, plan.intent, time.time())
    if isinstance(again, Refusal):
        raise Refused(again.reason, again.hint, again.rule)
    if again.digest != plan.digest:
        raise Drift((f"the config or the plan made from it: digest {again.digest}, was {plan.digest}",))


def still_on_course(run: Run, plan: Plan, step: Step) -> None:
    """Before a further share: nothing but our own writes has changed anything, and the next one keeps the floor.

    Raises Drift, NeedsHuman, Unreachable.
    """
    service = run.observe()
    if service.balancer is not None and service.pool is not None:
        changes = drift(replace(plan.basis, members=members_at(plan, step)), basis_of(service))
        if changes:
            raise Drift(changes)
    still_fit(run, plan, step)
    now = time.time()
    ratio = run.service.release.min_ratio
    current, first = floor(shares(service, {}, now), ratio), floor_of(plan, ratio)
    # what serves in the middle of a shift is partly our own doing: what served before it counts as well
    least = (
        current
        if first is None
        else Capacity(max(current.instances, first.instances), max(current.weight, first.weight))
    )
    weights = {change.member_id: change.weight_after for change in step.changes}
    if broken := below(serving(shares(service, weights, now)), least):
        raise NeedsHuman(
            f"the next share of the traffic is not moved: {broken}",
            "look at both colours, then finish or go back with `bluegreen resume`",
        )


def still_fit(run: Run, plan: Plan, step: Step) -> None:
    """Whoever is to get traffic is healthy where it stands; for a write that is repeated, when nothing else may differ.

    A member whose settings were not applied is in provisioning ERROR: that is why the write is repeated, and no verdict
    on the instance. Raises NeedsHuman.
    """
    service = run.observe()
    entering = {change.member_id for change in step.changes if change.weight_after > change.weight_before}
    unfit = [
        f"{instance.name}: {reason}"
        for instance in service.side(plan.target).instances
        if instance.member is not None and instance.member.id in entering
        if (reason := _unfit(service, instance))
    ]
    if unfit:
        raise NeedsHuman(
            f"the write is not sent: {plan.target.upper()} is not healthy any more: {'; '.join(unfit)}",
            "look at both colours, then finish or go back with `bluegreen resume`",
        )


def _unfit(service: Service, instance: Instance) -> str:
    assert instance.member is not None
    member = replace(instance.member, provisioning_status="ACTIVE")
    found = judge(service, replace(instance, member=member), time.time())
    return "" if found.healthy else found.reason
