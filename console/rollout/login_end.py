"""A login that cannot be renewed: nothing is made to wait for longer than it lasts, with the way back after that."""

from __future__ import annotations

import math
from collections.abc import Sequence

from console.errors import Refused
from console.plan.plan import Plan, StepKind
from console.plan.waits import span_words
from console.plan.way_back import goes_back
from console.rollout.records import Event, EventKind, Rollout
from console.rollout.waiting import Waiting, under_way

LEAST = 60.0  # seconds: a shorter time is none that a person could use
_NO_WORK = (StepKind.PAUSE, StepKind.CONFIRM, StepKind.BAKE, StepKind.GATE, StepKind.REMEMBER)


def spare(plan: Plan, step_id: str, ends_at: float, until: float) -> float:
    """Seconds that a step may take beyond `until`, so that the rest of the plan, or its way back, ends with the login.

    `ends_at`, `until`: Unix seconds. Without an end (0) there is no limit: infinity.
    """
    if not ends_at:
        return math.inf
    ids = [step.id for step in plan.steps]
    rest = plan.steps[ids.index(step_id) + 1 :] if step_id in ids else plan.steps
    # the same calls backwards take no longer than they may take forwards
    back = sum(one.deadline for one in plan.steps if one.kind not in _NO_WORK) if goes_back(plan) else 0.0
    return max(ends_at - until - sum(one.deadline for one in rest) - back, 0.0)


def ends_at(events: Sequence[Event]) -> float:
    """When the login of the runner that walks it ends for good, Unix seconds; 0 where it renews itself."""
    logins = (one for one in reversed(events) if one.kind is EventKind.AUTHENTICATED)
    return next((float(one.data.get("ends_at", 0.0)) for one in logins), 0.0)


def more_time(rollout: Rollout, events: Sequence[Event], found: Waiting) -> float:
    """Seconds by which the wait may be made longer."""
    return spare(under_way(rollout, events), found.step.id, ends_at(events), found.until)


def time_to_wait(rollout: Rollout, events: Sequence[Event], now: float) -> float:
    """Seconds for which it may be held before its next write, asked for now (Unix seconds)."""
    plan = under_way(rollout, events)
    begun = next((one.step for one in reversed(events) if one.kind is EventKind.BEGUN), "")
    deadline = next((step.deadline for step in plan.steps if step.id == begun), 0.0)
    return spare(plan, begun, ends_at(events), now + deadline)


def left_words(room: float) -> str:
    """`the login of its runner ends before that and is not renewed: 12 minutes more at most`."""
    most = f"{span_words(room // LEAST * LEAST)} more at most" if room >= LEAST else "there is no time to spare"
    return f"the login of its runner ends before that, and is not renewed: {most}"


def no_more_time(rollout: Rollout, seconds: float, room: float) -> Refused:
    """The refusal to make its wait so much longer, with what helps."""
    ident = rollout.id
    fits = f"`bluegreen extend {ident} --by {int(room // LEAST)}m` fits; " if room >= LEAST else ""
    return Refused(
        f"rollout {ident} does not get {span_words(seconds)} more: {left_words(room)}",
        f"{fits}or say the word in time; an application credential renews itself, and has no such end",
        rule=7,
    )


def no_time_to_wait(rollout: Rollout, room: float) -> Refused:
    """The refusal to hold it."""
    return Refused(
        f"rollout {rollout.id} is not paused: {left_words(room)}",
        f"`bluegreen abort {rollout.id}` goes back while the login lasts; with --hold it stops where it is",
        rule=7,
    )
