"""What a plan must leave serving: as much as serves now; on a way back, no more than had to when the traffic was moved.

Going back to the smaller of two colours takes capacity away against now, and restores what was: without this whoever
moves to a larger colour could not return.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from console.model.capacity import Capacity
from console.plan import capacity, course
from console.plan.asked import Asked
from console.plan.plan import Action, Share, Step


@dataclass(frozen=True, slots=True)
class Start:
    """What a way back leads back to: `words` name the rollout, `began` is what had to be kept when it did.

    `unfinished`: its shift has not come to its end, so what it has added to a colour that is whole is no capacity.
    """

    words: str
    began: Mapping[str, Capacity]
    unfinished: bool


def least(asked: Asked, steps: Sequence[Step]) -> dict[str, Capacity]:
    """What no write of these steps may go below, in each way by which clients come.

    It is not asked here whether what serves fails for clients: this is what somebody who goes back later goes back to.
    """
    ratio, start = asked.config.release.min_ratio, start_of(asked)
    found = capacity.floors(asked.service, asked.basis, ratio, asked.now)
    if start is None:
        return found
    for way, kept in found.items():
        if _only_added(asked, start, way, steps):
            found[way] = capacity.floor(_now(asked, way), ratio, asked.target.other)
        elif way in start.began:
            began = start.began[way]
            found[way] = capacity.lowest((kept, began if asked.intent.unchecked else _known_well(began)))
    return found


def _known_well(began: Capacity) -> Capacity:
    """What was healthy when it began: who was not seen then comes back only when seen, and must not shut the way."""
    return Capacity(began.instances, began.weight, began.instances, began.weight)


def start_of(asked: Asked) -> Start | None:
    """What this plan leads back to; None where it is no way back, or nobody knows."""
    intent, record = asked.intent, asked.service.record
    if intent.action is not Action.ROLLBACK:
        return None
    if intent.began or intent.undoes:
        return Start("the rollout", intent.began, unfinished=True)
    left = record.left if record is not None else None
    if left is None or left.colour is not asked.target:
        return None
    return Start(f"cutover {left.rollout}", left.began, left.unfinished)


def notes(asked: Asked, steps: Sequence[Step]) -> Iterator[str]:
    """Where less will serve than now, and why that is enough."""
    start, source = start_of(asked), asked.target.other
    if start is None or asked.intent.source_fails:
        return
    for way in capacity.ways(asked.basis):
        left = capacity.serving(_left(asked, way, steps), capacity.trusted_of(asked.service, asked.intent))
        mine = capacity.share_of(_now(asked, way), source)
        if left.instances >= mine.healthy and left.weight >= mine.healthy_weight:
            continue
        what = f"{left.instances} healthy instances will serve at weight {left.weight}"
        goes = f"{mine.healthy} of {source.upper()} at weight {mine.healthy_weight}"
        if _only_added(asked, start, way, steps):
            yield f"{what}, as they do already; {goes} go, which {start.words} had added to them"
        else:
            yield f"{what}, {goes} do now: no more had to when {start.words} began"
        return


def _only_added(asked: Asked, start: Start, way: str, steps: Sequence[Step]) -> bool:
    """Whether the target gives all that it has already, so that only what the shift has added to it is taken away."""
    if not start.unfinished:
        return False
    now, left = (capacity.share_of(both, asked.target) for both in (_now(asked, way), _left(asked, way, steps)))
    return now.healthy > 0 and left.healthy_weight == now.healthy_weight and left.healthy == now.healthy


def _now(asked: Asked, way: str) -> tuple[Share, Share]:
    return capacity.shares(asked.service, asked.basis, asked.now, way)


def _left(asked: Asked, way: str, steps: Sequence[Step]) -> tuple[Share, Share]:
    writes = [write for step in steps for write in step.writes]
    return capacity.shares(asked.service, course.after(writes, asked.basis), asked.now, way)
