"""What the instances of a colour come to at one moment: counted once, used by every word and sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from console.model.health import Health, announced, contradiction, holds_until, judge, startable
from console.model.instance import Instance
from console.model.missing import is_as_a_rollout_leaves_it, is_missing
from console.model.problem import Problem
from console.model.service import POOLS, POWER, ColourSet, Service


@dataclass(frozen=True, slots=True)
class Trouble:
    """One reason why instances are not healthy. `stale`: only because a source is.

    `serves`: of those in rotation, and of those that are missing there whatever is under way. `missing`: of those that
    are missing, unless a rollout of ours that is under way means them to be.
    """

    health: Health
    reason: str
    stale: bool
    serves: bool
    missing: bool = False
    hint: str = ""


@dataclass(slots=True)
class Tally:
    """Counts of one colour. Instances that are kept out on purpose are in `kept_out` alone.

    `healthy`, `stopped` and `unseen` (unknown because a source is stale) as announced, `serving`, `warm` as decisions
    see it: healthy in rotation, and healthy where a shift would find them. `standing`: there, health aside;
    `unrecorded`: of the warm ones, nobody recorded a weight.
    """

    meant: int = 0
    kept_out: int = 0
    healthy: int = 0
    unseen: int = 0
    stopped: int = 0
    standing: int = 0
    startable: int = 0
    serving: int = 0
    warm: int = 0
    unrecorded: int = 0
    troubles: dict[Trouble, list[str]] = field(default_factory=dict)  # names of instances
    odd: dict[str, Problem] = field(default_factory=dict)  # healthy ones in rotation whose sources disagree
    until: float = math.inf  # the counts hold until then, all facts being the same


def tally(service: Service, side: ColourSet, now: float) -> Tally:
    """The counts of a colour at `now` (Unix seconds)."""
    known = service.memo.get(side.colour)
    if known is not None and known[0] is side and known[1] <= now <= known[2].until:
        found: Tally = known[2]
        return found
    found = Tally()
    for instance in side.instances:
        _count(found, service, instance, now)
    service.memo[side.colour] = side, now, found
    return found


def is_kept_out(instance: Instance) -> bool:
    """Whether somebody keeps it out of rotation on purpose: a hold, or a recorded weight of 0."""
    if instance.weight > 0:
        return False
    return instance.held_by is not None or (instance.member is not None and instance.member.intended_weight == 0)


def stands_ready(service: Service, instance: Instance) -> bool:
    """Whether it is where a shift to its colour would find it, health aside.

    `weights`: in the pool, at any weight. `pools`: in its own colour's pool, with weight. `power`: it runs.
    """
    if service.rotation == POWER:
        return instance.runs
    if service.rotation != POOLS:
        return instance.member is not None
    own = {part.pool_of.get(instance.colour) for part in service.balanced} if instance.colour is not None else set()
    return any(one.in_rotation and service.pool_id_of(one) in own for one in instance.members)


def _count(found: Tally, service: Service, instance: Instance, now: float) -> None:
    seen = judge(service, instance, now)
    shown = announced(service, instance, now) if instance.announced is not None else seen
    serves = service.in_rotation(instance)
    found.until = min(found.until, holds_until(service, instance, now))
    found.serving += seen.healthy and serves
    out = is_kept_out(instance)
    if not out:
        found.unseen += shown.stale
        _count_meant(found, service, instance, healthy=shown.healthy, stopped=shown.stopped, warm=seen.healthy)
    else:
        found.kept_out += 1
    if shown.health is not Health.HEALTHY and not shown.stopped and (serves or not out):
        missing = not out and is_missing(service, instance)
        meant = missing and is_as_a_rollout_leaves_it(service, instance)
        trouble = Trouble(shown.health, shown.reason, shown.stale, serves or (missing and not meant), meant, shown.hint)
        found.troubles.setdefault(trouble, []).append(instance.name)
    elif serves and shown.healthy and (odd := contradiction(instance) or _backup(instance)):
        found.odd[instance.name] = odd


def _count_meant(
    found: Tally, service: Service, instance: Instance, *, healthy: bool, stopped: bool, warm: bool
) -> None:
    stands = stands_ready(service, instance)
    found.meant += 1
    found.healthy += healthy
    found.stopped += stopped
    found.standing += stands
    found.startable += startable(instance)
    found.warm += warm and stands
    if warm and stands and any(member.intended_weight is None for member in instance.members):
        found.unrecorded += 1


def _backup(instance: Instance) -> Problem | None:
    if not any(member.backup and member.in_rotation for member in instance.members):
        return None
    return Problem("a backup member: it gets traffic only when all others are down, whatever its weight")


def carried(memo: Mapping[object, object]) -> dict[object, object]:
    """What may be used again for the same instances: judgements and counts, each with the time that it holds."""
    return {key: memo[key] for key in _CARRIED if key in memo}  # another thread may add to it just now


_CARRIED = ("judged", "blue", "green")
