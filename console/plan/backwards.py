"""What undoes a plan: the intent of the way back."""

from __future__ import annotations

from console.model.service import Service
from console.plan.plan import Action, Intent, Plan


def back(plan: Plan, service: Service, *, source_fails: bool = False) -> Intent:
    """The intent that puts back what served before the plan. Who was out by hand then stays out."""
    return Intent(Action.ROLLBACK, plan.source, leave_out=_taken_out(plan, service), source_fails=source_fails)


def _taken_out(plan: Plan, service: Service) -> tuple[str, ...]:
    """Those of the source that were out when it served alone. In the middle of a shift nobody could tell."""
    if plan.basis.workers:
        return ()
    in_rotation = {one.id for one in plan.basis.members if one.in_rotation}
    if any(one.id in in_rotation for i in service.side(plan.target).instances for one in i.members):
        return ()
    found = (one for one in service.side(plan.source).instances if one.members)
    return tuple(sorted(one.key for one in found if in_rotation.isdisjoint(member.id for member in one.members)))
