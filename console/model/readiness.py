"""Can traffic go back to the other colour, and how: always on screen, never found out when it matters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from console.model.balancer import LoadBalancer, Pool
from console.model.colour import Colour, Role
from console.model.marks import is_proven
from console.model.service import POOLS, POWER, PROBES, WEIGHTS, ColourSet, Service
from console.model.tally import is_kept_out, stands_ready, tally

__all__ = ["Readiness", "Rollback", "balancers", "is_kept_out", "pools", "rollback", "stands_ready"]


class Readiness(StrEnum):
    """How ready the way back is. Only READY is one call away without a question."""

    READY = "ready"  # every instance meant for rotation is healthy where it stands
    PARTIAL = "partial"  # some are, or all are and they are fewer than what serves
    ASKS = "asks first"  # they are, but nobody has recorded that they belong in rotation
    COLD = "cold"  # there are instances, none of them warm
    GONE = "gone"  # there is nothing to go back to
    BUSY = "busy"  # the load balancer takes no change now
    UNKNOWN = "unknown"  # the facts do not tell


@dataclass(frozen=True, slots=True)
class Rollback:
    """The way back. `warm` of `wanted` instances are ready; `words` is a phrase for the verdict line."""

    state: Readiness
    words: str
    warm: int = 0
    wanted: int = 0


def rollback(service: Service, now: float) -> Rollback:
    """How ready the colour that does not serve is to serve, at `now` (Unix seconds)."""
    for name in service.decisive:
        if not service.source(name).fresh(now):
            return Rollback(Readiness.UNKNOWN, f"rollback unknown: no fresh facts from {name}")
    if blocked := _blocked(service):
        return blocked
    if all(service.role(side.colour) is Role.BOTH for side in service.colours):
        return Rollback(Readiness.UNKNOWN, _both_words(service))
    live = service.live
    if live is None:
        return Rollback(Readiness.UNKNOWN, "rollback unknown: no colour is live")
    to = _to_stopped if service.rotation == POWER else _to_warm
    return _with_history(
        service, service.side(live.other), to(service, service.side(live.other), service.side(live), now)
    )


def _with_history(service: Service, target: ColourSet, found: Rollback) -> Rollback:
    """What nobody knows to have worked before is said to be so, where the journal was asked."""
    unknown = service.record is not None and not is_proven(service.record, target)
    if not unknown or found.state is Readiness.GONE:
        return found
    assert service.record is not None
    if found.state is Readiness.READY and service.record.bar_on(target.version) is not None:
        return replace(
            found, state=Readiness.ASKS, words=f"rollback barred: {target.colour.upper()} was rolled back itself"
        )
    return replace(found, words=f"{found.words}, not known to be proven")


def balancers(service: Service) -> tuple[LoadBalancer, ...]:
    """The service's load balancers, each once."""
    if not service.balanced:
        return (service.balancer,) if service.balancer is not None else ()
    return tuple({part.balancer.id: part.balancer for part in service.balanced}.values())


def pools(service: Service) -> tuple[Pool, ...]:
    """The service's pools, each once."""
    if not service.balanced:
        return (service.pool,) if service.pool is not None else ()
    return tuple({pool.id: pool for part in service.balanced for pool in part.pools}.values())


def _blocked(service: Service) -> Rollback | None:
    if service.rotation == POWER:
        return None
    if not balancers(service) or not pools(service):
        return Rollback(Readiness.UNKNOWN, "rollback unknown: load balancer or pool was not seen")
    if service.rotation == WEIGHTS and any(one.provider == "ovn" for one in balancers(service)):
        return Rollback(Readiness.UNKNOWN, "rollback not by weights: provider ovn ignores them")
    for what, status in _locks(service):
        if status != "ACTIVE":
            waits = "waits for" if status.startswith("PENDING") else "blocked by"
            return Rollback(Readiness.BUSY, f"rollback {waits} {what} {status}")
    return None


def _locks(service: Service) -> Iterator[tuple[str, str]]:
    """What a write needs to be ACTIVE: members need their pool, a listener's default pool only the load balancer."""
    several = len(balancers(service)) > 1
    yield from ((f"LB {one.name}" if several else "LB", one.provisioning_status) for one in balancers(service))
    if service.rotation == WEIGHTS:
        several = len(pools(service)) > 1
        yield from ((f"pool {one.name}" if several else "pool", one.provisioning_status) for one in pools(service))


def _both_words(service: Service) -> str:
    if service.rotation == POWER:
        return "both run: stopping either leaves all work to the other"
    calls = _calls(service, None)
    return f"both serve: {_counted(calls)} gives all to either, if enough of it is healthy"


def _calls(service: Service, source: Colour | None) -> int:
    """How many writes move all traffic away from a colour: one per pool, or one per listener that sends to it."""
    if service.rotation != POOLS:
        return max(len(pools(service)), 1)
    mine = {
        pool for part in service.balanced for colour, pool in part.pool_of.items() if source is None or colour is source
    }
    return sum(one.default_pool_id in mine for part in service.balanced for one in part.listeners) or 1


def _counted(calls: int) -> str:
    return "1 call" if calls == 1 else f"{calls} calls"


def _to_warm(service: Service, target: ColourSet, live: ColourSet, now: float) -> Rollback:
    colour = target.colour.upper()
    if not target.instances:
        return Rollback(Readiness.GONE, f"rollback gone: {colour} has no instances")
    found = tally(service, target, now)
    warm, meant, held = found.warm, found.meant, found.kept_out
    aside = f", {held} kept out" if held else ""
    count = (warm, meant)
    if not meant:
        return Rollback(Readiness.COLD, f"rollback cold: all {held} of {colour} are kept out", *count)
    if not warm and found.unseen:
        said = "have not answered yet" if service.source(PROBES).seen_at is None else "are stale"
        return Rollback(Readiness.UNKNOWN, f"rollback unknown: probes {said}", *count)
    if not warm:
        return Rollback(Readiness.COLD, f"rollback cold: 0 of {meant} warm{aside}", *count)
    if warm < meant:
        return Rollback(Readiness.PARTIAL, f"rollback partial: {warm} of {meant} warm{aside}", *count)
    if warm < (serving := tally(service, live, now).serving):
        return Rollback(Readiness.PARTIAL, f"rollback partial: {warm} warm for {serving} that serve{aside}", *count)
    if service.rotation == WEIGHTS and found.unrecorded:
        words = f"rollback asks first: {warm} warm, {found.unrecorded} not recorded for rotation{aside}"
        return Rollback(Readiness.ASKS, words, *count)
    calls = _counted(_calls(service, live.colour))
    return Rollback(Readiness.READY, f"rollback ready: {warm} warm, {calls}{aside}", *count)


def _to_stopped(service: Service, target: ColourSet, _live: ColourSet, now: float) -> Rollback:
    """Workers are cold: they are started first, and seen to work, before any of the others is stopped."""
    colour = target.colour.upper()
    if not target.instances:
        return Rollback(Readiness.GONE, f"rollback gone: {colour} has no workers")
    found = tally(service, target, now)
    able, meant, held = found.startable, found.meant, found.kept_out
    aside = f", {held} kept out" if held else ""
    words = f"{able} workers to be started" if able == meant else f"{able} of {meant} workers can be started"
    if not meant:
        return Rollback(Readiness.COLD, f"rollback cold: all {held} of {colour} are kept out")
    return Rollback(Readiness.COLD, f"rollback cold: {words}{aside}", 0, meant)
