"""Rollouts and decisions as rows of the journal's tables, and back."""

from __future__ import annotations

from typing import Any

import msgspec

from console.plan.plan import Plan
from console.rollout import stored_plan
from console.rollout.records import Decision, DecisionKind, Rollout, RolloutState
from console.rollout.who import Who

# A journal may have what was left under the state of what failed: of those only it has this exit code.
_LEFT_CODE = 7


def dump(value: object) -> str:
    """As JSON text."""
    return msgspec.json.encode(value).decode()


def decision_row(
    kind: DecisionKind,
    step: str,
    digest: str,
    who: Who,
    *,
    reason: str = "",
    plan: Plan | None = None,
    take_over: str = "",
) -> dict[str, Any]:
    """What is inserted for a decision, but whose it is and when."""
    return {
        "kind": kind,
        "step": step,
        "digest": digest,
        "who": dump(who),
        "reason": reason,
        "plan": dump(plan) if plan is not None else None,
        "take_over": take_over,
    }


def readable(row: Any) -> Rollout | None:
    """The rollout; None for one that a newer program wrote with what this one does not know."""
    try:
        return rollout(row)
    except (msgspec.MsgspecError, ValueError):
        return None


def rollout(row: Any) -> Rollout:
    """The rollout. Raises MsgspecError, ValueError for what this program does not know."""
    state = RolloutState(row.state)
    if state is RolloutState.FAILED and row.exit_code == _LEFT_CODE:
        state = RolloutState.LEFT
    return Rollout(
        id=row.id,
        service=row.service,
        plan=stored_plan.read(row.plan),
        who=msgspec.json.decode(row.who, type=Who),
        reason=row.reason,
        created_at=row.created_at,
        state=state,
        sentence=row.sentence,
        exit_code=row.exit_code,
        ended_at=row.ended_at,
        runner=row.runner,
        waiting_since=row.waiting_since,
    )


def decision(row: Any) -> Decision:
    """The decision."""
    return Decision(
        seq=row.seq,
        at=row.at,
        kind=DecisionKind(row.kind),
        step=row.step,
        digest=row.digest,
        who=msgspec.json.decode(row.who, type=Who),
        reason=row.reason,
        plan=stored_plan.read(row.plan) if row.plan is not None else None,
        take_over=row.take_over,
    )
