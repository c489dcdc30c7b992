"""What the journal's events say of each step."""

from __future__ import annotations

import time
from dataclasses import replace

import msgspec
import pytest
from rollouts import cutover, events, going_back, rollout
from tuikit import config, service

from console.plan.plan import Plan
from console.rollout.records import TAKES_UP, EventKind, RolloutState
from screens.view.change import step_rows
from screens.view.glyphs import UNICODE
from screens.view.progress import StepState, progress, stopped_at, walked_to


def without_notes(plan: Plan) -> Plan:
    """Look again, to GREEN, prove: the note on servers at the end is a step like any other."""
    return replace(plan, steps=plan.steps[:3])


NOW = time.time()
FACTS = service(NOW)
CONFIG = config().services["api"]
PLAN = without_notes(cutover(FACTS, CONFIG, NOW))


def states(*told: object, state: RolloutState = RolloutState.RUNNING) -> list[StepState]:
    return [view.state for view in progress(rollout(PLAN, NOW, state, "it ended"), events(NOW, *told))]  # type: ignore[arg-type]


def test_before_its_runner_has_begun_everything_is_to_do() -> None:
    assert states() == [StepState.PENDING] * 3


def test_steps_run_and_pass_in_order() -> None:
    told = (
        (EventKind.STARTED, "", "runner 1"),
        (EventKind.BEGUN, "reconcile", "look again"),
        (EventKind.PASSED, "reconcile", "done", {"seconds": 0.4}),
        (EventKind.BEGUN, "shift", "to GREEN"),
    )
    views = progress(rollout(PLAN, NOW), events(NOW, *told))
    assert [view.state for view in views] == [StepState.DONE, StepState.RUNNING, StepState.PENDING]
    assert views[0].seconds == 0.4
    assert views[1].began == NOW + 4


def test_how_long_it_usually_takes_is_shown_until_it_takes_longer() -> None:
    begun = events(NOW, (EventKind.BEGUN, "reconcile", "look again", {"usual": 8.0}))
    views = progress(rollout(PLAN, NOW), begun)
    shown = [step_rows(views, begun[0].at + seconds, UNICODE)[0].cells[3][0] for seconds in (3, 9)]
    assert shown == ["3 of ~8 s", f"9 of {PLAN.steps[0].deadline:.0f} s"]


def test_the_way_back_is_walked_below_the_step_that_failed() -> None:
    told = (
        (EventKind.BEGUN, "shift", "to GREEN"),
        (EventKind.PASSED, "shift", "done"),
        (EventKind.BEGUN, "prove", "prove it"),
        going_back(PLAN, FACTS, CONFIG, NOW),
        (EventKind.BEGUN, "shift", "back to BLUE"),
    )
    assert states(*told) == [
        StepState.SKIPPED,
        StepState.DONE,
        StepState.FAILED,
        StepState.PENDING,
        StepState.RUNNING,
        StepState.PENDING,
    ]


def test_an_end_that_is_not_done_leaves_nothing_running() -> None:
    told = ((EventKind.BEGUN, "reconcile", "look again"),)
    assert states(*told, state=RolloutState.REFUSED) == [StepState.FAILED, StepState.SKIPPED, StepState.SKIPPED]


def test_a_runner_that_takes_over_walks_again_what_was_left() -> None:
    told = (
        (EventKind.BEGUN, "reconcile", "look again"),
        (EventKind.PASSED, "reconcile", "done"),
        (EventKind.BEGUN, "shift", "to GREEN"),
        (EventKind.STARTED, "", "runner 2"),
    )
    assert states(*told) == [StepState.DONE, StepState.LEFT, StepState.PENDING]
    again = ((EventKind.BEGUN, "reconcile", "look again"),)
    assert states(*told, *again) == [StepState.RUNNING, StepState.LEFT, StepState.PENDING]


@pytest.mark.parametrize("recorded", ["with the plan", "by its step"])
def test_a_wait_that_is_taken_up_goes_on_in_the_same_list(recorded: str) -> None:
    """Earlier versions recorded it with the plan under way."""
    plan_again = (EventKind.PLANNED, "", "continue", {"plan": msgspec.json.decode(msgspec.json.encode(PLAN))})
    told = (
        (EventKind.BEGUN, "shift", "to GREEN"),
        (EventKind.PASSED, "shift", "done"),
        (EventKind.BEGUN, "prove", "prove it"),
        (EventKind.STARTED, "", "runner 2", {TAKES_UP: "prove"}),
        *([plan_again] if recorded == "with the plan" else []),
    )
    assert states(*told) == [StepState.PENDING, StepState.DONE, StepState.LEFT]
    again = (EventKind.BEGUN, "prove", "prove it")
    assert states(*told, again) == [StepState.PENDING, StepState.DONE, StepState.RUNNING]


def test_the_cursor_goes_with_the_walk_and_stays_between_two_steps() -> None:
    stopped = ((EventKind.BEGUN, "shift", "to GREEN"), (EventKind.STARTED, "", "runner 2"))
    finish = (*stopped, going_back(PLAN, FACTS, CONFIG, NOW))
    first = (*finish, (EventKind.BEGUN, "reconcile", "look again"))
    between = (*first, (EventKind.PASSED, "reconcile", "done"))

    def reached(*told: object) -> str:
        return walked_to(progress(rollout(PLAN, NOW), events(NOW, *told)))  # type: ignore[arg-type]

    assert [reached(*one) for one in (stopped, finish, first, between)] == ["0/shift", "", "1/reconcile", ""]
    assert stopped_at(progress(rollout(PLAN, NOW), events(NOW, *between))) == "0/shift"


def test_a_step_that_nobody_walks_any_more_does_not_tick() -> None:
    told = events(NOW, (EventKind.BEGUN, "shift", "to GREEN"))
    assert [view.state for view in progress(rollout(PLAN, NOW), told, orphan=True)][1] is StepState.LEFT


def test_an_event_with_a_plan_that_can_not_be_read_is_no_plan() -> None:
    assert states((EventKind.PLANNED, "", "odd", {"plan": {"what": 1}})) == [StepState.PENDING] * 3
