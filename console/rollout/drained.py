"""Who of a colour was set to weight 0 by somebody else while a rollout ran: the record tells what our writes left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from console.model.colour import Colour
from console.model.service import Service
from console.plan.desired import MemberChange, Weights
from console.plan.plan import Plan
from console.rollout.records import Event, EventKind
from console.rollout.waiting import new_plan


def drained(plan: Plan, events: Sequence[Event], service: Service, colour: Colour) -> tuple[str, ...]:
    """Keys of instances, sorted: they have a member at weight 0 that `plan`, or our own writes since, left with more.

    `plan`: as the rollout began; `events`: its record.
    """
    least = _least_left(plan, events)
    return tuple(
        sorted(
            instance.key
            for instance in service.side(colour).instances
            if any(one.weight == 0 and least.get(one.id, 0) > 0 for one in instance.members)
        )
    )


def _least_left(plan: Plan, events: Sequence[Event]) -> dict[str, int]:
    """The weight of each member as we have left it; of one in a write whose outcome is not known the lesser."""
    least = {one.id: one.weight for one in plan.basis.members}
    for event in events:
        if (other := new_plan(event, plan)) is not None:
            plan = other
            # a 0 that is found here where we left more was somebody's already
            least |= {one.id: one.weight for one in plan.basis.members if one.weight}
        elif event.kind in (EventKind.INTENT, EventKind.VERIFIED):
            for one in _changes(plan, event):
                known = event.kind is EventKind.VERIFIED
                least[one.member_id] = one.weight_after if known else min(one.weight_before, one.weight_after)
    return least


def _changes(plan: Plan, event: Event) -> Iterator[MemberChange]:
    """Of the write that the event is of."""
    for write in (write for step in plan.steps if step.id == event.step for write in step.writes):
        if write.key == event.data.get("write", "") and isinstance(write.desired, Weights):
            yield from write.desired.changes
