"""What gates printed, as the screens tell it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from life_worlds import planned
from plan_worlds import usual

from console.plan.plan import Action, Intent, Step, StepKind
from console.rollout.gates.printed import gate_output
from console.rollout.journal import Journal
from console.rollout.records import EventKind
from console.rollout.who import Who


def test_a_gate_that_was_stopped_by_an_abort_is_not_under_way_in_the_plan_back(tmp_path: Path) -> None:
    back = planned(usual(), Intent(Action.CUTOVER))
    gate = Step("gate-1", StepKind.GATE, "gate: smoke", "", 60.0, "it stops")
    made = replace(back, steps=(gate, *back.steps))
    with Journal.open(f"sqlite:///{tmp_path}/journal.db") as journal:
        ident = journal.create(made, Who("alice", "jump1"), "why")
        journal.append(ident, EventKind.BEGUN, "gate-1", "begins")
        under_way = list(gate_output(journal.rollout(ident), journal.events(ident)))
        journal.append(ident, EventKind.PLANNED, "", "it goes back", plan=back)
        going_back = list(gate_output(journal.rollout(ident), journal.events(ident)))
    assert under_way == ["== gate: smoke: under way"]
    assert going_back == []
