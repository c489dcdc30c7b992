"""What undoes a plan: the intent of the way back."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from console.model.service import Service
from console.plan.orders import SingleOrder
from console.plan.plan import Action, Intent, Plan
from console.plan.single.undoing import written
from console.plan.stood import stood

_OPPOSITE = {
    Action.DRAIN: Action.RESTORE,
    Action.RESTORE: Action.DRAIN,
    Action.HOLD: Action.UNHOLD,
    Action.UNHOLD: Action.HOLD,
    Action.EVICT: Action.ADMIT,
    Action.ADMIT: Action.EVICT,
    Action.REPLACE: Action.REPLACE,
}


def back(plan: Plan, service: Service, *, source_fails: bool = False, drained: tuple[str, ...] = ()) -> Intent:
    """The intent that puts back what was before the plan. Who was out by hand then, or is now (`drained`), stays out.

    What undoes a way back is none: it does again what was taken back.
    """
    undoes = not plan.intent.undoes
    if plan.action in (Action.PREVIEW, Action.UNPREVIEW):
        return Intent(Action.UNPREVIEW if plan.action is Action.PREVIEW else Action.PREVIEW, undoes=undoes)
    if plan.action.is_single:
        return _single(plan)
    return Intent(
        Action.ROLLBACK,
        plan.source,
        source_fails=source_fails,
        unchecked=plan.intent.unchecked,
        one_by_one=plan.intent.one_by_one,
        undoes=undoes,
        began=plan.intent.began or plan.floors,
        drained=drained,
        no_before=plan.intent.no_before,
        stood=stood(plan, service),
    )


def _single(plan: Plan) -> Intent:
    order = plan.intent.order
    assert isinstance(order, SingleOrder)
    names = tuple(reversed(order.names)) if plan.action is Action.REPLACE else order.names
    order = msgspec.structs.replace(order, names=names, undone=written(plan), unseen=plan.unseen)
    return replace(plan.intent, action=_OPPOSITE[plan.action], order=order, undoes=not plan.intent.undoes)
