"""kill -9 between any two rows of the journal: the offer is correct, and so is the end, whichever offer is taken."""

from __future__ import annotations

import random

import pytest
from drill_stage import DrillStage
from stage import Stage

from console.model.colour import Colour
from console.plan.plan import Action
from console.rollout import request
from console.rollout.records import DecisionKind, EventKind, RolloutState
from console.rollout.who import Who

ROWS = 28  # claim, 26 events, end
ALL = [(row, kind) for row in range(1, ROWS + 1) for kind in (DecisionKind.FINISH, DecisionKind.GO_BACK)]
INTENT = 9  # recorded, not sent: nobody can know yet what became of it
SAMPLE = [
    *((INTENT, kind) for kind in (DecisionKind.FINISH, DecisionKind.GO_BACK)),
    *((row, random.Random(row).choice((DecisionKind.FINISH, DecisionKind.GO_BACK))) for row in (4, 11, 15, 22)),
]


def rows(cases: list[tuple[int, DecisionKind]]) -> list[object]:
    return [pytest.param(row, kind, id=f"row{row}-{kind.replace(' ', '-')}") for row, kind in cases]


def killed_and_resumed(stage: Stage, row: int, kind: DecisionKind) -> None:
    before, mark = stage.weights(), stage.mark()
    rollout_id = stage.record(stage.plan())
    child = stage.start("killing_runner.py", str(row), rollout_id)
    child.wait(timeout=60)
    with stage.journal() as journal:
        rollout = journal.rollout(rollout_id)
        if rollout.state.ended:
            # killed after the last row, or there are fewer rows: the rollout is over and nothing is offered
            assert rollout.state is RolloutState.DONE
            assert request.to_resume(journal) == []
            assert stage.carries(Colour.GREEN)
            return
        assert child.returncode == -9
    ended = stage.resume(rollout_id, kind)
    if kind is DecisionKind.FINISH:
        assert (ended.state, ended.exit_code) == (RolloutState.DONE, 0), ended.sentence
        assert stage.carries(Colour.GREEN)
        assert sorted(stage.weights().values()) == sorted(before.values())
        assert stage.batches(since=mark) == 1
    else:
        assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6), ended.sentence
        assert stage.weights() == before
        assert stage.batches(since=mark) in (0, 2)
    assert stage.look().lease is None


@pytest.mark.parametrize(("row", "kind"), rows(SAMPLE))
def test_kill_sample(either: Stage, row: int, kind: DecisionKind) -> None:
    killed_and_resumed(either, row, kind)


@pytest.mark.thorough
@pytest.mark.parametrize(("row", "kind"), rows([case for case in ALL if case not in SAMPLE]))
def test_kill_everywhere(either: Stage, row: int, kind: DecisionKind) -> None:
    killed_and_resumed(either, row, kind)


def test_a_rollout_has_the_rows_that_are_counted_on(stage: DrillStage) -> None:
    """If a rollout gets more rows, ROWS has to grow, or the thorough run would not kill everywhere."""
    rollout_id = request.begin(stage.config, stage.plan(), Who("alice", "jump1"), "count")
    with stage.journal() as journal:
        ended = stage.ended(journal, rollout_id)
        events = journal.events(rollout_id)
    assert ended.state is RolloutState.DONE, ended.sentence
    assert len(events) + 1 == ROWS, [event.kind for event in events]
    order = [event.kind for event in events]
    assert order.index(EventKind.INTENT) < order.index(EventKind.OUTCOME) < order.index(EventKind.PROOF)
    assert stage.batches() == 1


def test_kill_the_way_back(stage: DrillStage) -> None:
    """The rollback is a rollout like any other: killed after its call was recorded, it is finished by resume."""
    there = request.begin(stage.config, stage.plan(), Who("alice", "jump1"), "there")
    with stage.journal() as journal:
        stage.ended(journal, there)
    back = stage.record(stage.plan(Action.ROLLBACK))
    stage.start("killing_runner.py", str(INTENT), back).wait(timeout=60)
    ended = stage.resume(back, DecisionKind.FINISH)
    assert ended.state is RolloutState.DONE, ended.sentence
    assert stage.carries(Colour.BLUE)
