"""After a reboot: what waited within its time goes on, and everything else needs a person."""

from __future__ import annotations

import configparser
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from plan_worlds import NOW, config, usual

from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan
from console.rollout import due
from console.rollout.journal import Journal
from console.rollout.records import DecisionKind, EventKind, RolloutState
from console.rollout.schema import connect
from console.rollout.waiting import waiting
from console.rollout.who import Who

HERE = socket.gethostname()
ALICE = Who("alice", HERE)
DEAD = f"{HERE}/another-boot/1/1"


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> float:
        self.at += 1
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(tmp_path: Path, clock: Clock) -> Journal:
    return Journal(connect(f"sqlite:///{tmp_path}/journal.db", read_only=False), clock)


def shares() -> Plan:
    release = config().release._replace(shift=(50, 100), confirm_within=300.0, bake=600.0)
    made = plan(usual(), config(release=release), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan)
    return made


def left_at(journal: Journal, step_id: str, *, runner: str = DEAD, who: Who = ALICE) -> str:
    """A rollout whose runner was gone at this step."""
    made = shares()
    ident = journal.create(made, who, "release")
    journal.claim(ident, runner)
    journal.append(ident, EventKind.STARTED, "", "runner 1", runner=runner)
    for step in made.steps:
        journal.append(ident, EventKind.BEGUN, step.id, step.title, deadline=step.deadline)
        if step.id == step_id:
            break
        journal.append(ident, EventKind.PASSED, step.id, "done")
    return ident


@pytest.mark.parametrize(("step", "deadline"), [("pause-50", 3600.0), ("confirm", 300.0), ("bake", 600.0)])
def test_a_wait_goes_on_for_what_is_left_of_it(journal: Journal, clock: Clock, step: str, deadline: float) -> None:
    ident = left_at(journal, step)
    (found,) = due.due(journal, clock.at + 60)
    assert (found.rollout.id, found.why) == (ident, "")
    assert found.plan == shares()
    assert found.step is not None
    assert (found.step.id, found.left) == (step, deadline - 60)
    first, *rest = due.still_to_walk(shares(), step, found.left)
    assert (first.id, first.deadline) == (step, deadline - 60)
    assert [one.id for one in rest] == [one.id for one in shares().steps][-len(rest) :] if rest else step == "bake"


@pytest.mark.parametrize("step", ["pause-50", "confirm", "bake"])
@pytest.mark.parametrize("late", [-10.0, 5.0, 86_400.0])
def test_a_deadline_that_is_over_is_never_acted_on_afterwards(
    journal: Journal, clock: Clock, step: str, late: float
) -> None:
    left_at(journal, step)
    deadline = next(one.deadline for one in shares().steps if one.id == step)
    (found,) = due.due(journal, clock.at + deadline + late)
    assert found.step is None
    assert "unwatched: it does not go back by itself now" in found.why


def test_time_that_was_added_counts(journal: Journal, clock: Clock) -> None:
    ident = left_at(journal, "confirm")
    journal.append(ident, EventKind.DECISION, "confirm", "300 s more", deadline=600.0)
    (found,) = due.due(journal, clock.at + 400)
    assert found.left == pytest.approx(199)


@pytest.mark.parametrize("step", ["reconcile", "shift-50", "prove-50", "shift", "prove"])
def test_what_was_in_the_middle_of_something_needs_a_person(journal: Journal, clock: Clock, step: str) -> None:
    left_at(journal, step)
    (found,) = due.due(journal, clock.at + 60)
    assert (found.step, found.why) == (None, f"its runner was gone in the middle of {step}")


def test_a_wait_between_steps_that_somebody_asked_for_needs_a_person(journal: Journal, clock: Clock) -> None:
    ident = left_at(journal, "shift")
    journal.append(ident, EventKind.DECISION, "shift", "paused by alice", until_word=3600.0)
    (found,) = due.due(journal, clock.at + 60)
    assert found.step is None


def test_a_clock_that_was_set_back_is_not_believed(journal: Journal, clock: Clock) -> None:
    left_at(journal, "pause-50")
    (found,) = due.due(journal, clock.at - 3600)
    assert "the clock was set back" in found.why


def test_what_was_confirmed_and_never_begun_needs_a_person(journal: Journal, clock: Clock) -> None:
    journal.create(shares(), ALICE, "release")
    (found,) = due.due(journal, clock.at + 60)
    assert found.why == "it was confirmed, and never begun"


def test_other_hosts_and_what_goes_on_or_has_ended_are_left_alone(journal: Journal, clock: Clock) -> None:
    left_at(journal, "pause-50", runner="jump9/boot/1/1", who=Who("bob", "jump9"))
    assert due.due(journal, clock.at) == []
    ident = left_at(journal, "pause-50")
    journal.end(ident, RolloutState.DONE, "done", 0)
    assert due.due(journal, clock.at) == []


def test_one_that_stopped_here_is_told_again(journal: Journal, clock: Clock) -> None:
    ident = left_at(journal, "shift")
    journal.append(ident, EventKind.INTENT, "shift", "PUT")
    journal.end(ident, RolloutState.STOPPED, "the load balancer is in ERROR", 7)
    (found,) = due.due(journal, clock.at)
    assert found.why == "the load balancer is in ERROR"


def test_a_wait_that_is_taken_up_is_shown_with_what_is_left(journal: Journal, clock: Clock) -> None:
    ident = left_at(journal, "confirm")
    rollout = journal.rollout(ident)
    assert journal.reopen(rollout, DecisionKind.CONTINUE, shares(), ALICE, step="confirm 100")
    assert due.where(journal.decisions(ident)[-1].step) == ("confirm", 100.0)
    assert not journal.reopen(rollout, DecisionKind.FINISH, shares(), ALICE), "somebody has decided already"
    assert waiting(journal.rollout(ident), journal.events(ident)) is None, "nobody would hear a word now"
    journal.claim(ident, "host/boot/2/2")
    assert waiting(journal.rollout(ident), journal.events(ident)) is None, "nor now"
    journal.append(ident, EventKind.STARTED, "", "runner 2", runner="host/boot/2/2")
    assert waiting(journal.rollout(ident), journal.events(ident)) is None, "the new runner has not come to it"
    journal.append(ident, EventKind.BEGUN, "confirm", "confirm", deadline=100.0)
    found = waiting(journal.rollout(ident), journal.events(ident))
    assert found is not None
    assert found.until == clock.at + 100


def test_whether_it_was_proven_is_known_from_where_it_is_taken_up() -> None:
    made = shares()
    assert due.was_proven(made, "bake")
    bare = replace(made, steps=tuple(replace(step, proof=None) for step in made.steps))
    assert not due.was_proven(bare, "bake")


def test_the_unit_asks_again_only_while_the_cloud_does_not_answer() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(Path(__file__).parents[3] / "docs" / "bluegreen-resume.service")
    service = unit["Service"]
    assert service["ExecStart"].endswith("/bluegreen resume --due")
    assert service["RestartPreventExitStatus"].split() == ["1", "2", "3", "7"]
    assert service["KillMode"] == "process", "else the runner would end with the unit"
