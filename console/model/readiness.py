"""Can traffic go back to the other colour, and how: always on screen, never found out when it matters."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from console.model.colour import Role
from console.model.health import healthy_count, judge
from console.model.instance import Instance
from console.model.service import BALANCER, SERVERS, ColourSet, Service


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
    for name in (BALANCER, SERVERS):
        if not service.source(name).fresh(now):
            return Rollback(Readiness.UNKNOWN, f"rollback unknown: no fresh facts from {name}")
    if blocked := _blocked(service):
        return blocked
    if all(service.role(side.colour) is Role.BOTH for side in service.colours):
        return Rollback(Readiness.UNKNOWN, "both serve: 1 call gives all to either, if it is healthy")
    live = service.live
    if live is None:
        return Rollback(Readiness.UNKNOWN, "rollback unknown: no colour is live")
    return _to(service, service.side(live.other), service.side(live), now)


def is_kept_out(instance: Instance) -> bool:
    """Whether somebody keeps it out of rotation on purpose: a hold, or a recorded weight of 0."""
    if instance.weight > 0:
        return False
    return instance.held_by is not None or (instance.member is not None and instance.member.intended_weight == 0)


def _blocked(service: Service) -> Rollback | None:
    balancer, pool = service.balancer, service.pool
    if balancer is None or pool is None:
        return Rollback(Readiness.UNKNOWN, "rollback unknown: load balancer or pool was not seen")
    if balancer.provider == "ovn":
        return Rollback(Readiness.UNKNOWN, "rollback not by weights: provider ovn ignores them")
    for what, status in (("LB", balancer.provisioning_status), ("pool", pool.provisioning_status)):
        if status != "ACTIVE":
            waits = "waits for" if status.startswith("PENDING") else "blocked by"
            return Rollback(Readiness.BUSY, f"rollback {waits} {what} {status}")
    return None


def _to(service: Service, target: ColourSet, live: ColourSet, now: float) -> Rollback:
    colour = target.colour.upper()
    if not target.instances:
        return Rollback(Readiness.GONE, f"rollback gone: {colour} has no instances")
    meant = [instance for instance in target.instances if not is_kept_out(instance)]
    warm = [instance for instance in meant if instance.member is not None and judge(service, instance, now).healthy]
    unrecorded = sum(one.member is not None and one.member.intended_weight is None for one in warm)
    held = len(target.instances) - len(meant)
    aside = f", {held} kept out" if held else ""
    count = (len(warm), len(meant))
    if not meant:
        return Rollback(Readiness.COLD, f"rollback cold: all {held} of {colour} are kept out", *count)
    if not warm:
        return Rollback(Readiness.COLD, f"rollback cold: 0 of {len(meant)} warm{aside}", *count)
    if len(warm) < len(meant):
        return Rollback(Readiness.PARTIAL, f"rollback partial: {len(warm)} of {len(meant)} warm{aside}", *count)
    if len(warm) < (serving := healthy_count(service, live, now)):
        return Rollback(
            Readiness.PARTIAL, f"rollback partial: {len(warm)} warm for {serving} that serve{aside}", *count
        )
    if unrecorded:
        words = f"rollback asks first: {len(warm)} warm, {unrecorded} not recorded for rotation{aside}"
        return Rollback(Readiness.ASKS, words, *count)
    return Rollback(Readiness.READY, f"rollback ready: {len(warm)} warm, 1 call{aside}", *count)
