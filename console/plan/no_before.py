"""A cutover that begins where the other colour does not carry all traffic: no state of before could be put back.

Such a one never goes back by itself, neither unconfirmed nor on evidence: it stops, and a person decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from console.model.colour import Colour, Role
from console.model.service import POWER, Service
from console.plan.plan import Action, Intent, Plan, Refusal, Step, StepKind

STAYS = "it stops and needs you, and does not go back by itself"
_WOULD_GO_BACK = (StepKind.PAUSE, StepKind.CONFIRM, StepKind.CHECK, StepKind.PROVE)


def has_no_before(service: Service, intent: Intent, target: Colour) -> bool:
    """Whether nothing can be put back. Of what has begun already its beginning tells, not what is there by now."""
    begins = intent.action is Action.CUTOVER and not intent.began
    return intent.no_before or (begins and service.live is not target.other)


def no_train(service: Service, intent: Intent) -> Refusal | None:
    """Refuse to be part of a train, which takes all its services back together."""
    if not (intent.train and intent.no_before and service.live is None):
        return None
    return Refusal(
        code="both",
        reason=f"{_now(service)} of {service.name} already, so a train could not take it back to what was before",
        hint=f"bring it to one colour first: bluegreen cutover {service.name} --to blue (or green)",
        rule=0,
    )


def staying(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps, saying that they stop where they would take it back."""
    return tuple(replace(step, outcome=STAYS) if step.kind in _WOULD_GO_BACK else step for step in steps)


def notes(service: Service, intent: Intent, target: Colour, steps: Sequence[Step]) -> Iterator[str]:
    """What must be known before it begins."""
    if intent.no_before and any(step.writes for step in steps):
        new, old = target.upper(), target.other.upper()
        what = "all the work" if service.rotation == POWER else "all traffic"
        now = f"{_now(service)} already" if service.live is None else f"{new} has {what} already"
        yield (
            f"{now}: it does not go back by itself. Without a word in time, or where {new} fails, it stops and asks; "
            f"an abort gives {what} to {old}"
        )


def _now(service: Service) -> str:
    return "both colours serve" if service.role(Colour.BLUE) is Role.BOTH else "neither colour serves"


def stays_words(plan: Plan) -> str:
    """Why it stopped, and what is open."""
    source, what = plan.source.upper(), "do all the work" if plan.basis.workers else "carry all traffic"
    return (
        f"it does not go back by itself, because {source} did not {what} when it began: look at both colours, then "
        f"finish or go to {source} with `bluegreen resume`"
    )
