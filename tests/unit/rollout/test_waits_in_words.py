"""What is recorded of a wait names its time as people say it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from plan_worlds import NOW, config, usual

from console.config.model import Release
from console.plan.plan import Action, Intent, Plan, StepKind
from console.plan.planner import plan
from console.rollout.due import still_to_walk
from console.rollout.records import Decision, DecisionKind
from console.rollout.runner.run import Run
from console.rollout.runner.words import confirm
from console.rollout.who import Who


@pytest.mark.parametrize(
    ("left", "words"), [(300.0, "5 minutes"), (218.0, "3.6 minutes"), (90.0, "90 s")], ids=["whole", "odd", "short"]
)
def test_what_is_left_of_a_wait_has_no_five_decimals(left: float, words: str) -> None:
    made = plan(usual(), config(release=Release(confirm_within=300.0)), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan)
    step = next(one for one in made.steps if one.kind is StepKind.CONFIRM)
    step = still_to_walk(made, step.id, left)[0]
    said: list[str] = []
    kept = Decision(1, NOW, DecisionKind.KEEP, step.id, made.digest, Who("alice", "jump1"), "well")

    def note(kind: object, step_id: str, text: str, **data: Any) -> None:
        said.append(text)

    run = SimpleNamespace(note=note, call_people=said.append, heard=[kept])
    confirm(cast("Run", run), made, step)
    assert said[0].startswith(f"waits to be confirmed within {words}, or ")
    assert f"without a word within {words} " in said[1]
