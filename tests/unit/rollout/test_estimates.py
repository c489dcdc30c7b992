"""How long things take, by the journal: the median of what was recorded, and nothing where nothing was."""

from __future__ import annotations

from pathlib import Path

import pytest
from plan_worlds import NOW, config, usual

from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan
from console.rollout.estimates import usual_shift
from console.rollout.journal import Journal
from console.rollout.records import EventKind
from console.rollout.schema import connect
from console.rollout.who import Who


@pytest.mark.parametrize(
    ("steps", "usual_seconds"),
    [
        ([], 0.0),
        ([("shift", 4.0)], 4.0),
        ([("shift-50", 2.0), ("shift", 4.0), ("shift", 9.0)], 4.0),
        ([("prove", 2.0), ("bake", 600.0)], 0.0),
    ],
)
def test_a_shift_takes_what_shifts_took(tmp_path: Path, steps: list[tuple[str, float]], usual_seconds: float) -> None:
    made = plan(usual(), config(), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan)
    journal = Journal(connect(f"sqlite:///{tmp_path}/journal.db", read_only=False))
    rollout_id = journal.create(made, Who("alice", "jump1"), "")
    for step, seconds in steps:
        journal.append(rollout_id, EventKind.PASSED, step, "done", seconds=seconds)
    assert usual_shift(journal, made.service) == usual_seconds
    assert usual_shift(journal, "another") == 0.0
