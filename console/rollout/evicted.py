"""How to take an eviction back: by its record, which tells who was disabled by it, and so who was before."""

from __future__ import annotations

from console.errors import JournalError
from console.model.service import Service
from console.plan.backwards import back
from console.plan.plan import Action, Intent
from console.rollout.journal import Journal
from console.rollout.records import RolloutState
from console.rollout.schema import rollouts

_SOME = 20  # evictions that are looked through for one that has done something
_LEFT_NOTHING = (RolloutState.REFUSED, RolloutState.ROLLED_BACK)
_EVICTIONS = rollouts.c.plan.contains(f'"action":"{Action.EVICT}"')


def way_back(url: str, service: Service) -> Intent | None:
    """What undoes the last eviction of the colour that is idle; None where the journal at `url` tells of none."""
    if service.live is None:
        return None
    try:
        with Journal.open(url, read_only=True) as journal:
            found = journal.rollouts(service.name, _SOME, where=_EVICTIONS)
    except JournalError:
        return None
    plans = (one.plan for one in found if one.state not in _LEFT_NOTHING)
    idle = (one for one in plans if one.action is Action.EVICT and one.target is service.live.other)
    last = next(idle, None)
    return back(last, service) if last is not None else None
