"""Where the cloud has no additive batch of members: which plans need one, who met that, and what then."""

from __future__ import annotations

from dataclasses import replace

from console.plan.plan import Intent, Plan
from console.rollout.records import Rollout, RolloutState

ONE_BY_ONE = "plan again with --one-by-one: a call for each member"


def has_batches(plan: Plan) -> bool:
    """Whether one of its writes is an additive batch."""
    return any(write.call.path.endswith("?additive_only=true") for step in plan.steps for write in step.writes)


def divisible(plan: Plan) -> bool:
    """Whether it can be planned with a call for each member, or is: what makes or deletes instances cannot."""
    return (plan.action.moves_traffic or plan.action.is_single) and (plan.intent.one_by_one or has_batches(plan))


def refused_for_batches(rollout: Rollout) -> bool:
    """Whether the cloud had no batch for it, so that nothing was done."""
    refused = rollout.state is RolloutState.REFUSED and ONE_BY_ONE in rollout.sentence
    return refused and not rollout.plan.intent.one_by_one and divisible(rollout.plan)


def divided(intent: Intent, refused: Rollout | None) -> Intent:
    """The intent with a call for each member, or with batches again where it has them already.

    `refused`: the rollout that met no batches, whose intent it is then.
    """
    if refused is not None:
        return replace(refused.plan.intent, target=refused.plan.target, one_by_one=True)
    return replace(intent, one_by_one=not intent.one_by_one)
