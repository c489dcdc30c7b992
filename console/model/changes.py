"""Load balancers and their parts that are in a change: whose it is, since when, and whether it comes to an end.

A change dates what it locks, by the clock of the cloud; the statuses are of the same answer as the dates.
"""

from __future__ import annotations

from collections.abc import Iterator

from console.model.balancer import Balanced, Listener, LoadBalancer, Pool
from console.model.moments import clock_words, when
from console.model.problem import Problem
from console.model.remedies import WAIT
from console.model.roles import CHANGING, role_words
from console.model.service import POOLS, POWER, Service
from console.model.text import listed

LONG = 300.0  # seconds: applying a change takes a few, minutes only where an amphora does not answer or is replaced


def changes(service: Service, now: float) -> Iterator[Problem]:
    """What is in a change, of ours or of somebody else's on the same load balancer, and no longer than usual."""
    by = f" by {service.lease.owner}" if service.lease is not None and not service.lease.foreign else ""
    if any(role_words(service, side.colour) == CHANGING for side in service.colours):
        what = {POOLS: "default pools", POWER: "workers"}.get(service.rotation, "weights")
        times = [at for part in service.balanced if (at := _since(part)) is not None]
        since = f" since {clock_words(min(times), now)}" if times else ""
        yield Problem(f"a change is under way{by}{since}: these {what} may not be applied yet", WAIT)
        return
    for part in service.balanced:
        locked = _locked(part)
        if not locked or _is_stuck(service, part, now):
            continue
        if len(locked) > 1 or locked[0] is not part.balancer:
            yield Problem(f"{_locked_words(part, now)}: a change is under way{by}", WAIT)
        elif any(one.provisioning_status.startswith("PENDING") for found in part.members.values() for one in found):
            yield Problem(f"{_locked_words(part, now)}: a member of neither colour is in a change", WAIT)
        else:
            yield Problem(
                f"{_locked_words(part, now)}: somebody changes a part that is not ours",
                "wait: the lock is the whole load balancer's, for some seconds",
            )


def stuck(service: Service, now: float) -> Iterator[Problem]:
    """What is in a change for so long that somebody has to look, but for what a rollout of ours is waiting for."""
    for part in service.balanced:
        if _is_stuck(service, part, now):
            yield Problem(
                f"{_locked_words(part, now)}, longer than {LONG / 60:.0f} min: nothing can be changed, or taken back",
                "what serves goes on; a cloud administrator looks why it does not end: worker, amphorae",
            )


def _is_stuck(service: Service, part: Balanced, now: float) -> bool:
    if service.is_led:
        return False
    since = _since(part)
    return since is not None and now - since > LONG


def _locked(part: Balanced) -> list[LoadBalancer | Listener | Pool]:
    """The load balancer and what is ours on it, members aside, as far as it is in a change."""
    every: list[LoadBalancer | Listener | Pool] = [part.balancer, *part.pools, *part.listeners]
    return [one for one in every if one.provisioning_status.startswith("PENDING")]


def _since(part: Balanced) -> float | None:
    return min((at for one in _locked(part) if (at := when(one.updated_at)) is not None), default=None)


def _locked_words(part: Balanced, now: float) -> str:
    """`load balancer api and pool api are PENDING_UPDATE since 13:04:05`."""
    locked, since = _locked(part), _since(part)
    statuses = {one.provisioning_status for one in locked}
    status = statuses.pop() if len(statuses) == 1 else "PENDING"
    at = f" since {clock_words(since, now)}" if since is not None else ""
    return f"{listed([_name(one) for one in locked])} {'is' if len(locked) == 1 else 'are'} {status}{at}"


def _name(thing: LoadBalancer | Listener | Pool) -> str:
    if isinstance(thing, Listener):
        return f"listener :{thing.protocol_port}"
    return f"{'pool' if isinstance(thing, Pool) else 'load balancer'} {thing.name or thing.id}"
