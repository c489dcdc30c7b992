"""Whom somebody set to weight 0 while the rollout ran: on the way back they stay out, unless too few are left so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from console.model.service import POOLS, Service
from console.plan.plan import Intent, Plan, Step

DRAINED = "was set to weight 0 by somebody while the rollout ran"


def drained_words(service: Service, intent: Intent, steps: Sequence[Step]) -> Iterator[str]:
    """What these steps do about each of them."""
    raised = {one.member_id for step in steps for one in step.changes if one.weight_after}
    for instance in (one for side in service.colours for one in side.instances if one.key in intent.drained):
        if raised.isdisjoint(member.id for member in instance.members):
            # with a pool for each colour whoever stays out goes to weight 0 in all of them
            out = service.rotation == POOLS or not any(member.weight for member in instance.members)
            yield f"{instance.name} {DRAINED}: it {'stays out' if out else 'is left as it is'}"
        else:
            yield f"{instance.name} {DRAINED}. It is taken in all the same, because without it: {intent.drained_needed}"


def drained_notes(plan: Plan) -> str:
    """The notes of the plan that are about them, for a record: each begins with a space."""
    return "".join(f" {note}." for note in plan.notes if DRAINED in note)
