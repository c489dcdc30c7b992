"""Wait for an operator's word: to go on with the next share, to keep what was done. Without one it goes back."""

from __future__ import annotations

import time

from console.errors import NeedsHuman
from console.plan.plan import Plan, Step, StepKind
from console.plan.waits import BARRIER_KEEP, BARRIER_SHIFT, PAUSE_DEADLINE, span_words
from console.rollout.login_end import spare
from console.rollout.records import Decision, DecisionKind, EventKind
from console.rollout.runner import boot_clock
from console.rollout.runner.endings import NotConfirmed
from console.rollout.runner.run import Run

_LOOK = 0.5  # seconds between two looks into the journal
_ENDS = "the login of this runner ends, and what is left of it is kept for the way back"


def pause(run: Run, plan: Plan, step: Step) -> None:
    """Hold the share until somebody goes on. Raises NotConfirmed, AbortAsked, NeedsHuman."""
    by_people = step.id not in (BARRIER_SHIFT, BARRIER_KEEP)
    whom = "an operator" if by_people else "the train"
    run.note(EventKind.WAIT, step.id, f"waits for {whom} to go on, for {span_words(step.deadline)} at most")
    if by_people:
        run.call_people(f"{step.title}; without a word within {span_words(step.deadline)} {step.outcome}")
    word = _wait_for(run, plan, step, DecisionKind.GO_ON, "nobody went on")
    if by_people:
        _end_pause(run, word)


def confirm(run: Run, plan: Plan, step: Step) -> None:
    """Hold until somebody confirms once more. Raises NotConfirmed, AbortAsked, NeedsHuman."""
    run.note(EventKind.WAIT, step.id, f"waits to be confirmed within {span_words(step.deadline)}, or {step.outcome}")
    run.call_people(f"{step.title}; without a word within {span_words(step.deadline)} {step.outcome}")
    _wait_for(run, plan, step, DecisionKind.KEEP, "nobody confirmed")


def hold_if_asked(run: Run, plan: Plan, step: Step) -> bool:
    """Between two steps: if an operator asked for a pause, wait for the word to go on, and say that it was waited.

    A way back is not paused, which is recorded, nor what comes after the last write but for notes on servers. Raises as
    `pause` does.
    """
    asked = run.pause_asked
    if asked is None or not step.writes or step.kind is StepKind.REMEMBER:
        return False
    run.pause_asked = None
    if not run.forward or plan.intent.is_way_back:
        text = f"{asked.who.words} asked for a pause{why(asked)}. A way back does not wait, so it goes on"
        run.note(EventKind.DECISION, step.id, text)
        return False
    run.heard.clear()
    limit = min(PAUSE_DEADLINE, spare(plan, step.id, run.login_ends, time.time() + step.deadline))
    short = f"; for {span_words(limit)} at most, because {_ENDS}" if limit < PAUSE_DEADLINE else ""
    run.note(EventKind.DECISION, step.id, f"paused by {asked.who.words}{why(asked)}{short}", until_word=limit)
    _end_pause(run, _wait_for(run, plan, step, DecisionKind.GO_ON, "nobody went on", limit=limit))
    return True


def _end_pause(run: Run, word: Decision) -> None:
    """Who goes on has seen a rollout that waits: a pause asked for before that needs no second word."""
    if run.pause_asked is not None and run.pause_asked.seq < word.seq:
        run.pause_asked = None


def extended(run: Run, plan: Plan, step: Step, decision: Decision, length: float, *, left: float) -> float:
    """The seconds that the step has after this word: more where it is an EXTEND of it, recorded with who and why.

    `left` are those of `length` that it still has. It gets no more than a login that ends has to spare.
    """
    wanted, _, seconds = decision.step.partition(" ")
    if wanted != step.id or not seconds.isdecimal():
        return length
    asked = float(seconds)
    more = min(asked, spare(plan, step.id, run.login_ends, time.time() + left))
    short = f"; {span_words(asked)} were asked for, but {_ENDS}" if more < asked else ""
    text = f"{span_words(more)} more: {decision.who.words}{why(decision)}{short}"
    run.note(EventKind.DECISION, step.id, text, deadline=length + more)
    return length + more


def why(decision: Decision) -> str:
    """`: the reason`; empty where none was given."""
    return f": {decision.reason}" if decision.reason else ""


def _wait_for(
    run: Run, plan: Plan, step: Step, kind: DecisionKind, otherwise: str, *, limit: float | None = None
) -> Decision:
    began, length = boot_clock.now(), limit if limit is not None else step.deadline
    while True:
        while run.heard:
            decision = run.heard.pop(0)
            if decision.digest != plan.digest:
                continue
            if decision.kind is kind and decision.step == step.id:
                run.note(EventKind.DECISION, step.id, f"{kind}: {decision.who.words}{why(decision)}", word=kind)
                return decision
            length = extended(run, plan, step, decision, length, left=began + length - boot_clock.now())
        late = boot_clock.now() - began - length
        if late > run.timing.ttl:
            # asleep past the lease: whoever looked meanwhile found it unwatched, and may have acted on that
            raise NeedsHuman(
                f"{otherwise} within {span_words(length)}, and nothing ran here for {late:.0f} s after that",
                "look at both colours, then finish or go back with `bluegreen resume`",
            )
        if late >= 0:
            raise NotConfirmed(f"{otherwise} within {span_words(length)}")
        run.wait(min(_LOOK, -late), step.id)
