"""How far a step reaches, in one sentence: how much serves after it, how much of that is spare, who does not move."""

from __future__ import annotations

from console.model.capacity import Capacity
from console.model.readiness import pools
from console.model.service import WEIGHTS, Service
from console.plan.capacity import floor_of, serving, share_of, trusted_of
from console.plan.plan import Plan, Step


def blast_radius(plan: Plan, step: Step, service: Service | None) -> str:
    """`after this call: 3 of 6 in rotation, 0 spare, sticky users stay on BLUE`; empty where no share is written.

    Of all instances that the plan moves; spare is what is healthy above the floor; of one listener, where each has its
    own write (`on listener http`). `service` tells of sessions: where
    its facts are not known, nothing is said of them.
    """
    if not step.writes or step.before is None or step.after is None:
        return ""
    shown = [each for each in plan.steps if each.before is not None and each.after is not None]
    last = shown[-1].after or step.after
    # the most, because where listeners differ the first step may be of one at which the source is out already
    leaving = max(share_of(each.before, plan.source).in_rotation for each in shown if each.before is not None)
    whole = leaving + share_of(last, plan.target).in_rotation
    in_rotation = sum(share.in_rotation for share in step.after)
    healthy, unseen = sum(share.healthy for share in step.after), sum(share.unseen for share in step.after)
    spare = _spare(plan, serving(step.after, trusted_of(service, plan.intent) if service is not None else None))
    calls = "this call" if len(step.writes) == 1 else f"these {len(step.writes)} calls"
    where = f" on listener {step.way}" if step.way else ""
    parts = [f"{in_rotation} of {max(whole, in_rotation)} in rotation"]
    if healthy != in_rotation:
        parts.append(f"{healthy} of them healthy" + (f", {unseen} not seen" if unseen else ""))
    parts.append(f"{spare} spare" if spare >= 0 else f"{-spare} below what serves now")
    left = [now.colour for was, now in zip(step.before, step.after, strict=True) if was.weight and not now.weight]
    if left and _sticky(service):
        parts.append(f"sticky users stay on {left[0].upper()}")
    return f"after {calls}{where}: {', '.join(parts)}"


def _spare(plan: Plan, left: Capacity) -> int:
    """How many instances serve above the floor: of the healthy ones, and of all that may."""
    least = floor_of(plan, 1.0)
    return min(left.instances - least.instances, left.able - least.able) if least is not None else 0


def _sticky(service: Service | None) -> bool:
    """Whether clients keep to the member that their cookie or address names; between pools nobody does."""
    return (
        service is not None and service.rotation == WEIGHTS and any(pool.session_persistence for pool in pools(service))
    )
