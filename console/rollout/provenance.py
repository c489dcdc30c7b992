"""Is the target known to have worked? What the journal remembers of it."""

from __future__ import annotations

import time

from console.config.model import Config
from console.errors import JournalError
from console.plan.plan import Plan
from console.rollout.journal import Journal
from console.rollout.records import Rollout, RolloutState


def provenance(config: Config, plan: Plan) -> str:
    """One sentence on the target's version: proven when, or not known to be."""
    side = f"{plan.target.upper()} {plan.target_version}"
    try:
        with Journal.open(config.journal, read_only=True) as journal:
            found = next((r for r in journal.rollouts(plan.service) if _proven(r, plan.target_version)), None)
    except JournalError as error:
        return f"{side} is not known to be proven: {error.message}"
    if found is None:
        return f"{side} is not known to be proven: this journal has no rollout that it came through"
    at = time.strftime("%Y-%m-%d %H:%M", time.localtime(found.ended_at or found.created_at))
    return f"{side} carried all traffic after rollout {found.id}, {at}"


def _proven(rollout: Rollout, version: str) -> bool:
    return rollout.state is RolloutState.DONE and rollout.plan.target_version == version != "unknown"
