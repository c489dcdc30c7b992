"""What becomes of a rollout that stopped: a later one has settled what it left, or it is still somebody's to end."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile

from console.plan.orders import SingleOrder
from console.plan.plan import Action, Plan
from console.rollout.journal import Journal
from console.rollout.records import EventKind, Rollout, RolloutState

# what does not decide which colour serves, and makes no instances: each of these sets settles nothing but itself
_ASIDE = (
    frozenset({Action.ADOPT}),
    frozenset({Action.HOLD, Action.UNHOLD}),
    frozenset({Action.DRAIN, Action.RESTORE, Action.REPLACE}),
    frozenset({Action.EVICT, Action.ADMIT}),
    frozenset({Action.PREVIEW, Action.UNPREVIEW}),
)
_MAKES = frozenset({Action.LAUNCH, Action.RETIRE, Action.SCALE, Action.TAKE_BACK})


def settled_by(journal: Journal, rollout: Rollout, rollouts: Iterable[Rollout]) -> Rollout | None:
    """Of these rollouts, newest first, the first after it that has settled what it left; None where none has."""
    later = [*takewhile(lambda one: one.id != rollout.id, rollouts)]
    after = (one for one in reversed(later) if one.service == rollout.service and _settles(one.plan, rollout.plan))
    return next((one for one in after if _did_something(journal, one)), None)


def left_words(rollout: Rollout) -> str:
    """What to do with what is left of a rollout that another one has settled."""
    plan, service = rollout.plan, rollout.service
    look = f"`bluegreen status {service}` shows what is there now"
    if plan.action not in _MAKES or plan.action is Action.SCALE:
        return f"{look}; what is not as it should be is planned anew from that"
    delete = f"`bluegreen retire {service} --colour {plan.target}` deletes {plan.target.upper()}"
    return f"{look}; while it has no traffic, {delete}"


def _settles(later: Plan, earlier: Plan) -> bool:
    """Whether the later one is about what the earlier one left: the traffic, or the instances of its colour."""
    aside = next((actions for actions in _ASIDE if later.action in actions), None)
    if aside is not None:
        return earlier.action in aside and _names(earlier) <= _names(later)
    if earlier.action in _MAKES and not later.action.moves_traffic:
        return later.action in _MAKES and later.target is earlier.target
    return True


def _names(plan: Plan) -> set[str]:
    """The single instances that it is about; none of them says anything of another one."""
    order = plan.intent.order
    return set(order.names) if isinstance(order, SingleOrder) else set()


def _did_something(journal: Journal, rollout: Rollout) -> bool:
    """Whether it came to its end, may still, was left as it was on purpose, or has sent a call."""
    if rollout.state in (RolloutState.DONE, RolloutState.ROLLED_BACK, RolloutState.LEFT) or not rollout.state.ended:
        return True
    return any(event.kind is EventKind.INTENT for event in journal.events(rollout.id))
