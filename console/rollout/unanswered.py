"""Calls whose answer was lost: until they have settled, nobody may judge what they did, or send the opposite."""

from __future__ import annotations

from collections.abc import Iterable

from console.rollout import pace
from console.rollout.elapsed import since
from console.rollout.journal import Journal
from console.rollout.lease.lease import settle_time
from console.rollout.records import Event, EventKind

_RECENT = 5  # rollouts of a service that may have left a call behind


def lost_call(events: Iterable[Event]) -> Event | None:
    """Where the record says that a call was lost; None when the last one was answered or read back.

    A call is lost when its runner died before the outcome, or when the outcome says that there was no answer.
    """
    lost: Event | None = None
    for event in events:
        if event.kind is EventKind.INTENT or (event.kind is EventKind.OUTCOME and not event.data.get("answered", True)):
            lost = event
        elif event.kind in (EventKind.OUTCOME, EventKind.VERIFIED):
            lost = None
    return lost


def settles_in(events: Iterable[Event], ttl: float) -> float:
    """Seconds from now until the rollout's last call may be judged; 0 when it may.

    Never longer than a call takes to settle: a clock that was set back does not make anybody wait for it.
    """
    lost = lost_call(events)
    if lost is None:
        return 0.0
    whole = pace.real(settle_time(ttl))
    return min(max(whole - since(lost), 0.0), whole)


def service_settles_in(journal: Journal, service: str, ttl: float) -> float:
    """The same over the service's last rollouts: another one's lost call is as dangerous as our own."""
    recent = journal.rollouts(service, limit=_RECENT)
    return max((settles_in(journal.events(rollout.id), ttl) for rollout in recent), default=0.0)
