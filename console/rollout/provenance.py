"""Is the target known to have worked? What the journal remembers of it."""

from __future__ import annotations

import time

from console.config.model import Config
from console.errors import JournalError
from console.plan.plan import Plan
from console.rollout.journal import Journal
from console.rollout.records import Rollout, RolloutState


def provenance(config: Config, plan: Plan) -> str:
    """One sentence on the target's version: when it last carried the traffic, or that nobody knows it did."""
    side = f"{plan.target.upper()} {plan.target_version}"
    try:
        with Journal.open(config.journal, read_only=True) as journal:
            known = (_words(rollout, plan.target_version) for rollout in journal.rollouts(plan.service))
            words = next((found for found in known if found), "")
    except JournalError as error:
        return f"{side} is not known to be proven: {error.message}"
    if not words:
        return f"{side} is not known to be proven: this journal has no rollout in which it carried the traffic"
    return f"{side} carried all traffic {words}"


def _words(rollout: Rollout, version: str) -> str:
    if version == "unknown" or rollout.state is not RolloutState.DONE or not rollout.plan.action.moves_traffic:
        return ""
    at = time.strftime("%Y-%m-%d %H:%M", time.localtime(rollout.ended_at or rollout.created_at))
    if rollout.plan.target_version == version:
        return f"from rollout {rollout.id} on, {at}"
    if rollout.plan.source_version == version:
        return f"until rollout {rollout.id}, {at}"
    return ""
