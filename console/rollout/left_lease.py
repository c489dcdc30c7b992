"""A lease that its rollout has left behind: that is closed for good, and the runner that took the lease is dead.

Nobody is left to write under such a lease, nor to give it back, so the next runner takes it without a word typed.
"""

from __future__ import annotations

from console.cloud.lease_reader import OWNER_LIMIT
from console.errors import JournalError
from console.model.lease import LeaseHolder
from console.rollout.journal import Journal
from console.rollout.liveness import alive
from console.rollout.records import DecisionKind, EventKind, Rollout, RolloutState

_ORDERS = (DecisionKind.CONFIRM, DecisionKind.FINISH, DecisionKind.GO_BACK, DecisionKind.CONTINUE)


def left_behind(journal: Journal, holder: LeaseHolder) -> bool:
    """Whether that is proven of the lease, by this journal and on this host; False where anything is not known."""
    rollout = rollout_of(journal, holder)
    if rollout is None or not rollout.state.ended or rollout.state is RolloutState.STOPPED:
        return False
    if not rollout.runner or alive(rollout) is not False:
        return False
    try:
        return _took_it(journal, rollout) and lease_owner(journal, rollout)[:OWNER_LIMIT] == holder.owner[:OWNER_LIMIT]
    except JournalError:
        return False


def rollout_of(journal: Journal, holder: LeaseHolder) -> Rollout | None:
    """The rollout that the lease names, if this journal has it."""
    if holder.foreign or not holder.rollout:
        return None
    try:
        found = journal.rollout(holder.rollout)
    except JournalError:
        return None
    return found if found.id == holder.rollout else None


def lease_owner(journal: Journal, rollout: Rollout) -> str:
    """Whose name its lease carries: of whoever gave the last order, and not always of whoever began it."""
    found = [one.who.owner for one in journal.decisions(rollout.id) if one.kind in _ORDERS]
    return found[-1] if found else rollout.who.owner


def _took_it(journal: Journal, rollout: Rollout) -> bool:
    """Whether the last runner has taken the lease: one that did not says nothing of who holds it."""
    took = mine = False
    for event in journal.events(rollout.id):
        if event.kind is EventKind.STARTED:
            took, mine = False, event.data.get("runner") == rollout.runner
        elif event.kind is EventKind.LEASE and "lease" in event.data:
            took = mine
    return took
