"""Calls whose answer was lost: until they have settled, nobody may judge what they did, or send the opposite."""

from __future__ import annotations

from collections.abc import Iterable

from console.rollout.journal import Journal
from console.rollout.lease.lease import settle_time
from console.rollout.records import Event, EventKind

_RECENT = 5  # rollouts of a service that may have left a call behind


def settled_at(events: Iterable[Event], ttl: float) -> float:
    """The time (Unix seconds) from which the rollout's last call may be judged; 0 when it was answered or read back.

    A call is lost when its runner died before the outcome, or when the outcome says that there was no answer.
    """
    lost = 0.0
    for event in events:
        if event.kind is EventKind.INTENT or (event.kind is EventKind.OUTCOME and not event.data.get("answered", True)):
            lost = event.at
        elif event.kind in (EventKind.OUTCOME, EventKind.VERIFIED):
            lost = 0.0
    return lost + settle_time(ttl) if lost else 0.0


def service_settled_at(journal: Journal, service: str, ttl: float) -> float:
    """The same over the service's last rollouts: another one's lost call is as dangerous as our own."""
    recent = journal.rollouts(service, limit=_RECENT)
    return max((settled_at(journal.events(rollout.id), ttl) for rollout in recent), default=0.0)
