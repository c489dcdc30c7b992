"""What to say where a change of single instances would leave too few: which `min_ratio` fits, and what it comes to."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from console.model.capacity import Capacity
from console.model.service import POWER
from console.plan import capacity
from console.plan.asked import Asked
from console.plan.course import after
from console.plan.orders import SingleOrder
from console.plan.plan import Action, Enough, Step


def enough(asked: Asked, steps: Sequence[Step]) -> Enough | None:
    """The highest `min_ratio`, in hundredths, with which these steps are allowed; None where there is none.

    Only a drain and a replacement are told so: whatever else is refused has other ways.
    """
    order = asked.intent.order
    undoes = isinstance(order, SingleOrder) and order.undone is not None
    if undoes or asked.intent.action not in (Action.DRAIN, Action.REPLACE):
        return None
    left, full = min(_states(asked, steps), key=_share)
    hundredths = math.floor(100 * _share((left, full)) + 1e-9)
    for ratio in (hundredths / 100, (hundredths - 1) / 100):  # a product of floats may be a hair above the whole number
        least = capacity.floors(asked.service, asked.basis, ratio, asked.now)
        if ratio > 0 and not capacity.first_below(asked, steps, least):
            return Enough(ratio, _words(left, full))
    return None


def hint(asked: Asked, found: Enough | None) -> str:
    """What helps: another one first, or a word on purpose."""
    first = "put a replacement in first (`bluegreen replace`)"
    if asked.service.rotation == POWER:
        first = "start another one first (`bluegreen restore`)"
    if found is None:
        return f"{first}: so little would be left that no --min-ratio helps"
    on_purpose = f"say on purpose that it is enough: --min-ratio {found.ratio:g} ({found.words})"
    return on_purpose if asked.intent.action is Action.REPLACE else f"{first}, or {on_purpose}"


def _states(asked: Asked, steps: Sequence[Step]) -> Iterator[tuple[Capacity, Capacity]]:
    """What serves after each of the writes, in each way by which clients come, and what must without a lower ratio."""
    full, basis = capacity.floors(asked.service, asked.basis, 1.0, asked.now), asked.basis
    for write in (write for step in steps for write in step.writes):
        basis = after((write,), basis)
        for way in capacity.ways(basis):
            yield capacity.serving(capacity.shares(asked.service, basis, asked.now, way)), full[way]


def _share(state: tuple[Capacity, Capacity]) -> float:
    return min(*_healthy(state), *_able(state))


def _healthy(state: tuple[Capacity, Capacity]) -> tuple[float, float]:
    left, full = state
    return _of(left.instances, full.instances), _of(left.weight, full.weight)


def _able(state: tuple[Capacity, Capacity]) -> tuple[float, float]:
    left, full = state
    return _of(left.able, full.able), _of(left.able_weight, full.able_weight)


def _of(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _words(left: Capacity, full: Capacity) -> str:
    if min(_able((left, full))) < min(_healthy((left, full))):  # the healthy ones are not those that are too few
        part, whole, weight, of_weight = left.able, full.able, left.able_weight, full.able_weight
    else:
        part, whole, weight, of_weight = left.instances, full.instances, left.weight, full.weight
    healthy = " healthy" if full.able > full.instances and whole == full.instances else ""
    told = f"{part} of {whole}{healthy} would serve"
    return told if _of(weight, of_weight) == _of(part, whole) else f"{told}, at weight {weight} of {of_weight}"
