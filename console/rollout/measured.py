"""The figures of delivery of one service, read from the journal."""

from __future__ import annotations

from console.rollout.delivery import Delivery, delivery
from console.rollout.journal import Journal
from console.rollout.records import EventKind, Rollout, RolloutState

_MOST = 1_000  # rollouts that are looked at


def measured(journal: Journal, service: str, now: float) -> Delivery:
    """Over the last weeks before `now` (Unix seconds). Raises JournalError."""

    def wrote(rollout: Rollout) -> bool:
        # one that is done has written what it had to; of any other only its events tell
        if rollout.state is RolloutState.DONE:
            return rollout.plan.writes > 0
        return any(event.kind is EventKind.INTENT for event in journal.events(rollout.id))

    return delivery(journal.rollouts(service, _MOST), wrote, now)
