"""Where a rollout is: the steps of its plan, and of the plans made on the way, with what the journal says of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from console.plan.plan import Plan, Step
from console.rollout.records import Event, EventKind, Rollout, RolloutState
from console.rollout.waiting import new_plan


class StepState(StrEnum):
    """What became of a step."""

    PENDING = "to do"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    LEFT = "left here"
    SKIPPED = "not done"


@dataclass(frozen=True, slots=True)
class StepView:
    """A step and its state. `section` 0 is the confirmed plan; each plan made on the way is one more.

    `began` is Unix seconds, `seconds` how long it took, `said` the last sentence about it. `deadline` is in seconds,
    where somebody gave it more time than the plan did; `usual` are the seconds of earlier rollouts, where they tell.
    `plan` is the one that the step belongs to.
    """

    key: str
    section: int
    step: Step
    state: StepState = StepState.PENDING
    began: float | None = None
    seconds: float | None = None
    said: str = ""
    deadline: float | None = None
    plan: Plan | None = None
    usual: float | None = None


def planned(plan: Plan) -> tuple[StepView, ...]:
    """The steps of a plan that nobody has confirmed yet."""
    return tuple(StepView(f"0/{step.id}", 0, step, plan=plan) for step in plan.steps)


def progress(rollout: Rollout, events: Sequence[Event], *, orphan: bool = False) -> tuple[StepView, ...]:
    """Every step so far, in order. A step that was under way when another plan took over has failed.

    `orphan`: nobody walks it any more, so the step that was under way was left there.
    """
    plan, section = rollout.plan, 0
    views = list(planned(plan))
    for event in events:
        if (other := new_plan(event, plan)) is not None:
            plan, section = other, section + 1
            views = [_left(view) for view in views]
            views += [StepView(f"{section}/{step.id}", section, step, plan=plan) for step in plan.steps]
        elif event.kind is EventKind.STARTED:
            views = [_again(view) for view in views]
        elif event.step:
            views = [_after(view, event) if view.key == f"{section}/{event.step}" else view for view in views]
    if rollout.state.ended:
        return tuple(_ended(view, rollout) for view in views)
    running = StepState.LEFT if orphan else StepState.RUNNING
    return tuple(replace(view, state=running) if view.state is StepState.RUNNING else view for view in views)


def walked_to(views: Sequence[StepView]) -> str:
    """The key of the step that is walked; else of the one where the last plan stopped; empty between two steps."""
    running = (view.key for view in views if view.state is StepState.RUNNING)
    return next(running, "") or stopped_at([view for view in views if view.section == views[-1].section])


def stopped_at(views: Sequence[StepView]) -> str:
    """The key of the last step that failed, or was left; empty where there is none."""
    stopped = (view.key for view in reversed(views) if view.state in (StepState.FAILED, StepState.LEFT))
    return next(stopped, "")


def _after(view: StepView, event: Event) -> StepView:
    if event.kind is EventKind.BEGUN:
        usual = event.data.get("usual")
        return replace(
            view,
            state=StepState.RUNNING,
            began=event.at,
            usual=usual if isinstance(usual, int | float) else None,
        )
    if event.kind is EventKind.PASSED:
        seconds = event.data.get("seconds")
        return replace(view, state=StepState.DONE, seconds=seconds if isinstance(seconds, int | float) else None)
    if event.kind is EventKind.DECISION and isinstance(given := event.data.get("deadline"), int | float):
        return replace(view, said=event.text, deadline=given)
    # the call itself is explained below the step anyway
    return view if event.kind is EventKind.INTENT else replace(view, said=event.text)


def _again(view: StepView) -> StepView:
    # a runner that takes over walks from the first step, whose BEGUN then says so
    return replace(view, state=StepState.LEFT) if view.state is StepState.RUNNING else view


def _left(view: StepView) -> StepView:
    if view.state is StepState.RUNNING:
        return replace(view, state=StepState.FAILED)
    return replace(view, state=StepState.SKIPPED) if view.state is StepState.PENDING else view


def _ended(view: StepView, rollout: Rollout) -> StepView:
    if rollout.state is RolloutState.DONE:
        return view
    left = _left(view)
    return replace(left, said=rollout.sentence) if left.state is StepState.FAILED and not left.said else left
