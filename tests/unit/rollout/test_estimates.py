"""How long things usually take, by rollouts that were recorded by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from plan_worlds import NOW, config, usual

from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan
from console.rollout.estimates import usual_build, usual_shift, usual_steps
from console.rollout.journal import Journal
from console.rollout.records import EventKind
from console.rollout.who import Who


def recorded(journal: Journal, *told: tuple[EventKind, str, float], action: Action = Action.CUTOVER) -> None:
    """One rollout in which these things took so many seconds."""
    made = plan(usual(), config(), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan), made
    rollout_id = journal.create(replace(made, action=action), Who("alice", "jump1"), "")
    for kind, step, seconds in told:
        journal.append(rollout_id, kind, step, "it took that long", seconds=seconds)


def test_nothing_recorded_is_no_guess(tmp_path: Path) -> None:
    with Journal.open(f"sqlite:///{tmp_path}/journal.db") as journal:
        recorded(journal)
        assert usual_steps(journal, "nova-api", "cutover") == {}
        assert usual_build(journal, "nova-api") == 0


def test_a_step_takes_what_it_took_in_the_middle_of_those_of_its_kind(tmp_path: Path) -> None:
    with Journal.open(f"sqlite:///{tmp_path}/journal.db") as journal:
        for seconds in (2.0, 90.0, 3.0):
            recorded(journal, (EventKind.PASSED, "shift", seconds), (EventKind.VERIFIED, "prove", 1.0))
        recorded(journal, (EventKind.PASSED, "shift", 50.0), action=Action.ROLLBACK)
        assert usual_steps(journal, "nova-api", "cutover") == {"shift": 3.0}
        assert usual_steps(journal, "nova-api", "rollback") == {"shift": 50.0}
        assert usual_steps(journal, "keystone", "cutover") == {}


def test_a_build_takes_what_launches_recorded(tmp_path: Path) -> None:
    with Journal.open(f"sqlite:///{tmp_path}/journal.db") as journal:
        recorded(
            journal, (EventKind.VERIFIED, "launch", 12.0), (EventKind.VERIFIED, "launch", 14.0), action=Action.LAUNCH
        )
        recorded(journal, (EventKind.VERIFIED, "launch", 99.0))
        assert usual_build(journal, "nova-api") == 13.0


def test_a_way_back_takes_what_shifts_took_there_or_back(tmp_path: Path) -> None:
    with Journal.open(f"sqlite:///{tmp_path}/journal.db") as journal:
        recorded(journal, (EventKind.PASSED, "prove", 60.0))
        assert usual_shift(journal, "nova-api") == 0.0
        recorded(journal, (EventKind.PASSED, "shift-50", 2.0), (EventKind.PASSED, "shift", 4.0))
        recorded(journal, (EventKind.PASSED, "shift", 9.0), action=Action.ROLLBACK)
        recorded(journal, (EventKind.PASSED, "shift", 99.0), action=Action.LAUNCH)
        assert usual_shift(journal, "nova-api") == 4.0
        assert usual_shift(journal, "keystone") == 0.0
