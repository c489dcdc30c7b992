"""The command that drains a worker before it is stopped: told which one, journaled; one that fails stops."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from drill_stage import DrillStage, staged_on_drill

from console.model.colour import Colour
from console.rollout import request
from console.rollout.journal import Journal
from console.rollout.records import DecisionKind, EventKind, Rollout, RolloutState
from console.rollout.who import Who

DRAINS = """
import os, pathlib, sys, time
place = pathlib.Path(sys.argv[1])
with (place / "drained").open("a") as file:
    print(os.environ["BLUEGREEN_INSTANCE"], os.environ["BLUEGREEN_COLOUR"], os.environ["BLUEGREEN_ADDRESS"], file=file)
while (place / "slow").exists():
    time.sleep(0.05)
if (place / "full").exists():
    sys.exit("3 jobs are left")
"""
WHO = Who("alice", "jump1")
YES = ("--yes", "--reason", "drained")


@pytest.fixture
def workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DrillStage]:
    """Two workers of each colour, and a command that drains them."""
    script = tmp_path / "drain.py"
    script.write_text(DRAINS)
    hook = {"run": [sys.executable, str(script), str(tmp_path)], "timeout": "20s"}

    def with_hook(config: dict[str, Any]) -> None:
        config["services"] = {"nova-scheduler": config["services"]["nova-scheduler"]}
        config["services"]["nova-scheduler"]["rotation"]["before_stop"] = hook

    with staged_on_drill(tmp_path, monkeypatch, with_hook, instances=2, services=3, pending=0.2) as made:
        yield made


def drained(place: Path) -> list[str]:
    told = place / "drained"
    return [line.rsplit(" ", 1)[0] for line in told.read_text().splitlines()] if told.exists() else []


def running(stage: DrillStage, colour: Colour) -> int:
    return sum(one.runs for one in stage.look().side(colour).instances)


def test_each_is_drained_right_before_it_is_stopped_and_not_on_the_way_back(
    workers: DrillStage, tmp_path: Path
) -> None:
    done = workers.bluegreen("cutover", *YES)
    assert done.returncode == 0, done.stdout + done.stderr
    assert drained(tmp_path) == ["nova-scheduler-blue-1 blue", "nova-scheduler-blue-2 blue"]
    with workers.journal() as journal:
        events = journal.events(journal.rollouts(limit=1)[0].id)
    order = [(event.kind, event.text) for event in events if event.step == "stop"]
    texts = [text for kind, text in order if kind in (EventKind.GATE, EventKind.INTENT)]
    assert [text.split(":")[0].split(" /")[0] for text in texts] == [
        "before stop of nova-scheduler-blue-1", "POST",
        "before stop of nova-scheduler-blue-2", "POST",
    ]  # fmt: skip
    back = workers.bluegreen("rollback", *YES)
    assert back.returncode == 0, back.stdout + back.stderr
    assert len(drained(tmp_path)) == 2


@pytest.mark.parametrize("kind", [DecisionKind.FINISH, pytest.param(DecisionKind.GO_BACK, marks=pytest.mark.thorough)])
def test_one_that_cannot_be_drained_is_not_stopped_and_a_person_decides(
    workers: DrillStage, tmp_path: Path, kind: DecisionKind
) -> None:
    (tmp_path / "full").touch()
    stopped = workers.bluegreen("cutover", *YES)
    assert stopped.returncode == 7, stopped.stdout + stopped.stderr
    assert (running(workers, Colour.BLUE), running(workers, Colour.GREEN)) == (2, 2)
    rollout = last(workers)
    assert "nova-scheduler-blue-1 was not stopped" in rollout.sentence
    assert "3 jobs are left" in rollout.sentence
    assert "3 jobs are left" in workers.bluegreen("show", rollout.id, "--output").stdout
    if kind is DecisionKind.FINISH:
        (tmp_path / "full").unlink()
    ended = workers.resume(rollout.id, kind)
    wanted = RolloutState.DONE if kind is DecisionKind.FINISH else RolloutState.ROLLED_BACK
    assert ended.state is wanted, ended.sentence
    assert workers.carries(Colour.GREEN if kind is DecisionKind.FINISH else Colour.BLUE)


def test_nothing_is_stopped_on_a_look_that_is_older_than_the_command(workers: DrillStage, tmp_path: Path) -> None:
    assert workers.drill is not None
    for number in (1, 2):
        assert workers.drill.control.post(f"servers/nova-scheduler-green-{number}/start").is_success
    (tmp_path / "slow").touch()
    rollout_id = request.begin(workers.config, workers.plan(target=Colour.GREEN), WHO, "both run")
    with workers.journal() as journal:
        while not drained(tmp_path):
            time.sleep(0.05)
        for number in (1, 2):
            workers.trouble(f"instances/nova-scheduler-green-{number}", mode="unhealthy")
        (tmp_path / "slow").unlink()
        ended = workers.ended(journal, rollout_id)
    assert running(workers, Colour.BLUE) == 2
    assert ended.exit_code == 7, ended.sentence
    assert "healthy instances would serve, 2 must" in ended.sentence


def last(stage: DrillStage) -> Rollout:
    with Journal.open(stage.config.journal, read_only=True) as journal:
        return journal.rollouts(limit=1)[0]
