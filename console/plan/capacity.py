"""How much serves, and how much must go on serving: the floor of DESIGN §6, rule 1."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from console.model.capacity import Capacity
from console.model.colour import Colour
from console.model.health import judge, startable
from console.model.service import WEIGHTS, Service
from console.plan import backups
from console.plan.asked import Asked
from console.plan.basis import Basis
from console.plan.course import after
from console.plan.plan import Intent, Plan, Share, Step


def ways(basis: Basis) -> tuple[str, ...]:
    """The ways by which clients come, each of which must be kept: pools, with a pool per colour listeners, workers."""
    if basis.workers:
        return (basis.workers,)
    if basis.by_listener:
        return tuple(one.id for one in basis.listeners if one.admin_state_up)
    return tuple(pool.id for pool in basis.pools)


def shares(service: Service, basis: Basis, now: float, way: str = "") -> tuple[Share, Share]:
    """BLUE and GREEN in one way (the first), if everything were as in this basis; health is as observed."""
    found = _weights(service, basis, way or next(iter(ways(basis)), ""))
    rows = []
    for side in service.colours:
        well = unseen = dead = _Counted()
        for instance in side.instances:
            new = sum(found.get(key, 0) for key in (*(member.id for member in instance.members), instance.key))
            if new == 0:
                continue
            judged = judge(service, instance, now)
            # a worker that is off counts once it is started: the plan has a check before anything relies on it
            if judged.healthy or (basis.workers and startable(instance)):
                well = well.and_one(new)
            elif judged.unseen:
                unseen = unseen.and_one(new)
            else:
                dead = dead.and_one(new)
        rows.append((side.colour, well, unseen, dead))
    total = sum(one.weight for _, *counted in rows for one in counted)
    blue, green = (_share(colour, well, unseen, dead, total) for colour, well, unseen, dead in rows)
    return blue, green


class _Counted(NamedTuple):
    """Instances in rotation, and the sum of their weights."""

    instances: int = 0
    weight: int = 0

    def and_one(self, weight: int) -> _Counted:
        """With one more, of this weight."""
        return _Counted(self.instances + 1, self.weight + weight)


def _share(colour: Colour, well: _Counted, unseen: _Counted, dead: _Counted, total: int) -> Share:
    weight = well.weight + unseen.weight + dead.weight
    return Share(
        colour,
        well.instances + unseen.instances + dead.instances,
        well.instances,
        weight,
        100 * weight / total if total else 0.0,
        well.weight,
        unseen.instances,
        unseen.weight,
    )


def _weights(service: Service, basis: Basis, way: str) -> Mapping[str, int]:
    """The weight of each member that serves in this way, by its id; of a worker that runs, 1, by its server's.

    A backup serves only where no other member is before it.
    """
    if basis.workers:
        return {server.id: 1 for server in basis.servers if server.on}
    pool_id: str | None = basis.listener(way).default_pool_id if basis.by_listener and way else way
    found = (backups.serving(service, pool.id, pool.members) for pool in basis.pools if pool.id == pool_id)
    return {member.id: member.weight for members in found for member in members}


def serving(both: tuple[Share, Share], trusted: Colour | None = None) -> Capacity:
    """All that serves in this state of the pool. Of the `trusted` colour whoever was not seen counts as healthy."""
    said = [share for share in both if share.colour is trusted]
    return Capacity(
        sum(share.healthy for share in both) + sum(share.unseen for share in said),
        sum(share.healthy_weight for share in both) + sum(share.unseen_weight for share in said),
        sum(share.healthy + share.unseen for share in both),
        sum(share.healthy_weight + share.unseen_weight for share in both),
    )


def floor(both: tuple[Share, Share], min_ratio: float, failing: Colour | None = None) -> Capacity:
    """What no write of ours may go below. A colour that fails for clients is no capacity.

    With one live colour it is that colour's healthy capacity, and its capacity with those whom nobody has seen: what is
    not known to be dead may serve. With both in rotation it is the larger one's: in the middle of a shift the two
    together are more than the service needs, and demanding their sum would forbid both ways out of it.
    """
    counted = [share for share in both if share.colour is not failing]
    return Capacity(
        math.ceil(max(share.healthy for share in counted) * min_ratio),
        math.ceil(max(share.healthy_weight for share in counted) * min_ratio),
        math.ceil(max(share.healthy + share.unseen for share in counted) * min_ratio),
        math.ceil(max(share.healthy_weight + share.unseen_weight for share in counted) * min_ratio),
    )


def trusted_of(service: Service, intent: Intent) -> Colour | None:
    """The colour that may serve although nothing checks it, because somebody has said so (`Intent.unchecked`)."""
    if not intent.action.moves_traffic or not intent.unchecked or service.probed or service.rotation == WEIGHTS:
        return None
    return intent.target


def first_below(asked: Asked, steps: Sequence[Step], least: Mapping[str, Capacity]) -> str:
    """The first write of these steps that leaves less than that, as a clause; empty where every one keeps it."""
    service, basis, now, trusted = asked.service, asked.basis, asked.now, trusted_of(asked.service, asked.intent)
    for write in (write for step in steps for write in step.writes):
        basis = after((write,), basis)
        for way in ways(basis):
            if broken := below(serving(shares(service, basis, now, way), trusted), least[way]):
                return broken
    return ""


def floors(
    service: Service, basis: Basis, min_ratio: float, now: float, failing: Colour | None = None
) -> dict[str, Capacity]:
    """The floor of each way, on this basis."""
    return {way: floor(shares(service, basis, now, way), min_ratio, failing) for way in ways(basis)}


def floor_of(plan: Plan, min_ratio: float) -> Capacity | None:
    """The floor in the state that the plan was made on, the highest of all ways; None where it writes nothing."""
    if not plan.writes:
        return None
    before = next((step.before for step in plan.steps if step.before is not None), None)
    recorded = plan.floors.values() or ([floor(before, min_ratio)] if before is not None else [])
    return highest(recorded) if recorded else None


def highest(found: Iterable[Capacity]) -> Capacity:
    """The most of each kind that any of these asks for."""
    return Capacity(*map(max, zip(*map(_numbers, found), strict=True)))


def lowest(found: Iterable[Capacity]) -> Capacity:
    """The least of each kind that any of these asks for."""
    return Capacity(*map(min, zip(*map(_numbers, found), strict=True)))


def _numbers(one: Capacity) -> tuple[int, int, int, int]:
    return one.instances, one.weight, one.able, one.able_weight


def below(after: Capacity, least: Capacity) -> str:
    """What the floor is broken by, as a clause; empty where it is kept."""
    if after.instances < least.instances:
        return f"{after.instances} healthy instances would serve, {least.instances} must"
    if after.weight < least.weight:
        return f"healthy instances would carry weight {after.weight}, {least.weight} must be kept"
    if after.able < least.able:
        unseen = max(least.able - least.instances, 0)
        whom = f", of whom {unseen} {'was' if unseen == 1 else 'were'} not seen healthy, but may serve" * bool(unseen)
        return f"{after.able} instances would serve, {least.able} must{whom}"
    if after.able_weight < least.able_weight:
        return (
            f"what is healthy, or was not seen and may serve, would carry weight {after.able_weight}, "
            f"{least.able_weight} must be kept"
        )
    return ""


def share_of(both: tuple[Share, Share], colour: Colour) -> Share:
    """The colour's part."""
    return both[0] if both[0].colour is colour else both[1]
