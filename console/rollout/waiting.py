"""What a rollout that is under way waits for: an operator's word, until when, and what happens without one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from console.config.gate import GateKind
from console.errors import Refused
from console.plan.no_before import STAYS
from console.plan.plan import Plan, Step, StepKind
from console.plan.waits import BARRIER_KEEP, BARRIER_SHIFT
from console.plan.way_back import goes_back
from console.rollout import stored_plan
from console.rollout.records import DecisionKind, Event, EventKind, Rollout, RolloutState
from console.rollout.who import Who

_WORDS = {
    StepKind.PAUSE: DecisionKind.GO_ON,
    StepKind.CONFIRM: DecisionKind.KEEP,
    StepKind.BAKE: DecisionKind.KEEP,  # which ends it early
}


def _word_of(step: Step) -> DecisionKind | None:
    if step.gate is not None:
        return DecisionKind.SIGN if step.gate.kind is GateKind.SIGN else None
    return _WORDS.get(step.kind)


def may_sign(step: Step, who: Who) -> bool:
    """Whether this person's signature counts at this step."""
    return step.gate is not None and (not step.gate.by or who.person in step.gate.by)


@dataclass(frozen=True, slots=True)
class Waiting:
    """`word` is the decision that ends it, `step` where it waits. `otherwise` is what happens without one.

    `since`, `until`: Unix seconds.
    """

    step: Step
    word: DecisionKind
    until: float
    otherwise: str
    digest: str
    since: float

    @property
    def by_people(self) -> bool:
        """Whether an operator says the word; at a barrier the conductor of a train does."""
        return self.step.id not in (BARRIER_SHIFT, BARRIER_KEEP)

    def already(self, now: float) -> str:
        """`it waits already, for a word; without one, it goes back by itself in 14 min`."""
        left = _span(max(self.until - now, 0.0))
        if self.step.kind is StepKind.BAKE:
            return f"it waits already: it bakes for {left} more, and has nothing left to write unless it must go back"
        if self.word is DecisionKind.KEEP:
            return f"it waits already, for somebody to keep it; without a word, {self.otherwise} in {left}"
        what = "a signature" if self.word is DecisionKind.SIGN else "a word to go on"
        return f"it waits already, for {what}; without one, {self.otherwise} in {left}"


def _span(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:.0f} s"


def waits_already(rollout: Rollout, found: Waiting, now: float) -> Refused:
    """The refusal to let it wait before its next write, with what helps."""
    ident = rollout.id
    word = f"`bluegreen resume {ident}` goes on"
    if found.word is DecisionKind.SIGN:
        word = f"`bluegreen sign {ident}` signs"
    elif found.step.kind is StepKind.BAKE:
        word = f"`bluegreen resume {ident}` ends the bake early"
    elif found.word is DecisionKind.KEEP:
        word = f"`bluegreen resume {ident}` keeps it"
    stops = "goes back now" if goes_back(rollout.plan) else "stops it here"
    return Refused(
        f"rollout {ident} is not paused: {found.already(now)}",
        f"`bluegreen extend {ident} --by 10m` gives it more time; {word}; `bluegreen abort {ident}` {stops}",
    )


def plan_of(event: Event) -> Plan | None:
    """The plan that an event carries; None where it has none that can be read."""
    try:
        return stored_plan.of(event.data.get("plan"))
    except msgspec.ValidationError:
        return None


def _unsaid(plan: Plan, *, wrote: bool) -> str:
    """What becomes of a rollout that was told to wait, where nobody goes on: what the runner does then."""
    if not wrote:
        return "it ends, with nothing written"
    return "it goes back by itself" if goes_back(plan) and not plan.intent.no_before else STAYS


def under_way(rollout: Rollout, events: Sequence[Event]) -> Plan:
    """The plan that is walked now: the rollout's own, or the last that was made on the way."""
    planned = (plan_of(event) for event in reversed(events) if event.kind is EventKind.PLANNED)
    return next((plan for plan in planned if plan is not None), rollout.plan)


def new_plan(event: Event, under_way: Plan) -> Plan | None:
    """The plan that the event puts in the place of the one under way; None where that one is gone on with.

    Earlier versions told with a PLANNED of the very plan under way that one of its waits was taken up.
    """
    plan = plan_of(event) if event.kind is EventKind.PLANNED else None
    return plan if plan != under_way else None


def waiting(rollout: Rollout, events: Sequence[Event]) -> Waiting | None:
    """What the rollout waits for, in the plan that is under way; None while it is working, or when it has ended."""
    if rollout.state.ended or rollout.state is RolloutState.WAITING:  # a word to a runner that is gone is heard by none
        return None
    plan = rollout.plan
    steps = {step.id: step for step in plan.steps}
    found: Waiting | None = None
    began, begun, wrote = 0.0, True, False
    for event in events:
        step = steps.get(event.step)
        wrote = wrote or event.kind is EventKind.INTENT
        if event.kind is EventKind.STARTED:
            begun = event.data.get("runner", rollout.runner) == rollout.runner
        if event.kind in (EventKind.STARTED, EventKind.PLANNED):
            found = None
            if (other := plan_of(event)) is not None:
                plan, steps = other, {step.id: step for step in other.steps}
        elif step is None:
            continue
        elif event.kind is EventKind.BEGUN:
            began = event.at
            word = _word_of(step)
            until = began + float(event.data.get("deadline", step.deadline))  # less where it was taken up again
            found = Waiting(step, word, until, step.outcome, plan.digest, began) if word else None
        elif event.kind is EventKind.PASSED:
            found = None
        elif event.kind is EventKind.DECISION and "until_word" in event.data:
            began = event.at
            until = began + float(event.data["until_word"])
            found = Waiting(step, DecisionKind.GO_ON, until, _unsaid(plan, wrote=wrote), plan.digest, began)
        elif event.kind is EventKind.DECISION and found is not None and "deadline" in event.data:
            until = began + float(event.data["deadline"])
            found = Waiting(found.step, found.word, until, found.otherwise, found.digest, found.since)
        elif event.kind is EventKind.DECISION and "word" in event.data:
            found = None
    return found if begun else None  # a new runner has not come to it yet: it would not hear what is said now
