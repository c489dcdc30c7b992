"""What taking a rollout back means: another intent, planned anew from what is there; or nothing that could be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import msgspec

from console.model.service import Service
from console.plan.backwards import back
from console.plan.orders import LaunchOrder, RetireOrder, TakeBackOrder
from console.plan.plan import Action, Intent, Plan

Tag = Callable[[str], str]  # the tag of what was made under a name


def goes_back(plan: Plan) -> bool:
    """Whether it can be taken back: what was deleted or labelled stays so."""
    return plan.action.is_undone or isinstance(plan.intent.order, LaunchOrder | TakeBackOrder)


def way_back(
    plan: Plan, service: Service, tag: Tag, *, source_fails: bool = False, drained: tuple[str, ...] = ()
) -> Intent:
    """Traffic goes back to the other colour, an instance to where it stood; what was made is deleted.

    Only for a plan that `goes_back`. `drained`: whom somebody took out since it began.
    """
    if plan.action.is_undone:
        return back(plan, service, source_fails=source_fails, drained=drained)
    order = plan.intent.order
    if isinstance(order, LaunchOrder):
        tags = tuple(tag(name) for name in made_names(plan) or order.new)
        group = order.group if any(step.id == "group" for step in plan.steps) else ""
        return Intent(Action.TAKE_BACK, plan.target, order=TakeBackOrder(tags, plan.target, group), undoes=True)
    return plan.intent


def taken_up_again(intent: Intent) -> Intent:
    """The same intent for a rollout that has begun: what it has deleted already is no surprise."""
    if isinstance(intent.order, RetireOrder):
        return replace(intent, order=msgspec.structs.replace(intent.order, begun=True))
    return intent


def made_names(plan: Plan) -> Sequence[str]:
    """The servers that it makes."""
    return [write.key for step in plan.steps if step.id == "launch" for write in step.writes]


def stays_words(plan: Plan) -> str:
    """What is said where there is no way back."""
    if plan.action is Action.ADOPT:
        return "labels that were written stay: they move no traffic"
    return "what was deleted is gone, what was not is as it was: look, then decide"
