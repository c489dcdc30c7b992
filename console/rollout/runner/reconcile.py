"""The first step: look at everything again, refuse on drift, plan again on what is there."""

from __future__ import annotations

import time

from console.errors import Drift, Refused
from console.plan.basis import basis_of, drift
from console.plan.plan import Plan, Refusal, Step
from console.plan.planner import plan as make_plan
from console.rollout.records import EventKind
from console.rollout.runner.run import Run


def reconcile(run: Run, plan: Plan, step: Step) -> None:
    """Compare intent by equality and judge observations anew. Raises Drift, Refused."""
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
    run.note(EventKind.CHECKED, step.id, "everything is as planned, and the target is healthy", digest=plan.digest)
