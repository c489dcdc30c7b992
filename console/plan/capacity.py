"""How much serves, and how much must go on serving: the floor of DESIGN §6, rule 1."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from console.model.colour import Colour
from console.model.health import judge
from console.model.service import Service
from console.plan.plan import Plan, Share


@dataclass(frozen=True, slots=True)
class Capacity:
    """Healthy instances in rotation, and the sum of their weights."""

    instances: int
    weight: int


def shares(service: Service, weights: Mapping[str, int], now: float) -> tuple[Share, Share]:
    """BLUE and GREEN in the pool if members had these weights (by member id; the others keep theirs)."""
    rows = []
    for side in service.colours:
        in_rotation = healthy = weight = healthy_weight = 0
        for instance in side.instances:
            member = instance.member
            if member is None or not member.admin_state_up:
                continue
            new = weights.get(member.id, member.weight)
            if new == 0:
                continue
            well = judge(service, instance, now).healthy
            in_rotation, weight = in_rotation + 1, weight + new
            healthy, healthy_weight = healthy + well, healthy_weight + new * well
        rows.append((side.colour, in_rotation, healthy, weight, healthy_weight))
    total = sum(row[3] for row in rows)
    blue, green = (
        Share(colour, in_rotation, healthy, weight, 100 * weight / total if total else 0.0, healthy_weight)
        for colour, in_rotation, healthy, weight, healthy_weight in rows
    )
    return blue, green


def serving(both: tuple[Share, Share]) -> Capacity:
    """All that serves in this state of the pool."""
    return Capacity(sum(s.healthy for s in both), sum(s.healthy_weight for s in both))


def floor(both: tuple[Share, Share], min_ratio: float, failing: Colour | None = None) -> Capacity:
    """What no write of ours may go below. A colour that fails for clients is no capacity.

    With one live colour it is that colour's healthy capacity. With both in rotation it is the larger one's: in the
    middle of a shift the two together are more than the service needs, and demanding their sum would forbid both ways
    out of it.
    """
    counted = [share for share in both if share.colour is not failing]
    return Capacity(
        math.ceil(max(share.healthy for share in counted) * min_ratio),
        math.ceil(max(share.healthy_weight for share in counted) * min_ratio),
    )


def floor_of(plan: Plan, min_ratio: float) -> Capacity | None:
    """The floor in the state that the plan was made on; None where it writes nothing."""
    before = next((step.before for step in plan.steps if step.before is not None), None)
    return floor(before, min_ratio) if before is not None else None


def below(after: Capacity, least: Capacity) -> str:
    """What the floor is broken by, as a clause; empty where it is kept."""
    if after.instances < least.instances:
        return f"{after.instances} healthy instances would serve, {least.instances} must"
    if after.weight < least.weight:
        return f"healthy instances would carry weight {after.weight}, {least.weight} must be kept"
    return ""


def share_of(both: tuple[Share, Share], colour: Colour) -> Share:
    """The colour's part."""
    return both[0] if both[0].colour is colour else both[1]
