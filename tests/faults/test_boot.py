"""`resume --due`, as a boot unit runs it: a wait is taken up where it was, and nothing goes back by itself too late."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

import pytest
import yaml
from drill_stage import DrillStage
from stage import WHO

from console.model.colour import Colour
from console.rollout import request
from console.rollout.by_hand import by_hand
from console.rollout.journal import Journal
from console.rollout.records import TAKES_UP, DecisionKind, EventKind, Rollout, RolloutState
from console.rollout.waiting import waiting


@pytest.fixture
def shared(stage: DrillStage) -> DrillStage:
    config = yaml.safe_load(stage.config_file.read_text())
    config["services"][stage.name]["release"] = {"shift": [50, 100], "confirm_within": "60s", "bake": "40s"}
    stage.config_file.write_text(yaml.safe_dump(config, sort_keys=False))
    return stage


def waits_at(journal: Journal, rollout_id: str, step: str) -> None:
    end = time.monotonic() + 90
    while (found := waiting(journal.rollout(rollout_id), journal.events(rollout_id))) is None or found.step.id != step:
        assert time.monotonic() < end, "\n".join(event.text for event in journal.events(rollout_id))
        time.sleep(0.1)


def killed(journal: Journal, rollout_id: str) -> Rollout:
    """The runner's process is gone, as after a power cut."""
    rollout = journal.rollout(rollout_id)
    pid = int(rollout.runner.split("/")[2])
    os.kill(pid, signal.SIGKILL)
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        time.sleep(0.5)
    return rollout


def test_each_wait_is_taken_up_and_the_rollout_ends_as_it_would_have(shared: DrillStage) -> None:
    mark = shared.mark()
    rollout_id = request.begin(shared.config, shared.plan(), WHO, "by shares")
    with shared.journal() as journal:
        for step in ("pause-50", "confirm", "bake"):
            waits_at(journal, rollout_id, step)
            killed(journal, rollout_id)
            taken_up = shared.bluegreen("resume", "--due")
            assert taken_up.returncode == 0, taken_up.stdout + taken_up.stderr
            assert f"rollout {rollout_id} of {shared.name} goes on: " in taken_up.stdout
            waits_at(journal, rollout_id, step)
            if step != "bake":
                request.say_word(journal, rollout_id, WHO, "well", step=step)
        ended = shared.ended(journal, rollout_id)
        told = journal.events(rollout_id)
        orders = [one for one in journal.decisions(rollout_id) if one.kind is DecisionKind.CONTINUE]
    assert (ended.state, ended.exit_code) == (RolloutState.DONE, 0), ended.sentence
    assert "proven through the VIP" in ended.sentence
    assert [one.step.split()[0] for one in orders] == ["pause-50", "confirm", "bake"]
    started = [one for one in told if one.kind is EventKind.STARTED]
    assert [one.data.get(TAKES_UP) for one in started] == [None, "pause-50", "confirm", "bake"]
    assert re.search(r"; it takes up bake, with \d+ s left$", started[-1].text)
    assert not [one for one in told if one.kind is EventKind.PLANNED], "it is the same plan"
    assert by_hand(ended, told).finish == ()
    assert shared.carries(Colour.GREEN)
    assert shared.batches(since=mark) == 2, "nothing was written twice"


def test_what_goes_back_after_a_wait_was_taken_up_blames_nobody_for_our_own_zeros(shared: DrillStage) -> None:
    rollout_id = request.begin(shared.config, shared.plan(), WHO, "by shares")
    with shared.journal() as journal:
        waits_at(journal, rollout_id, "pause-50")
        request.say_word(journal, rollout_id, WHO, "well", step="pause-50")
        waits_at(journal, rollout_id, "confirm")
        killed(journal, rollout_id)
        assert shared.bluegreen("resume", "--due").returncode == 0
        waits_at(journal, rollout_id, "confirm")
        request.abort(journal, rollout_id, WHO)
        ended = shared.ended(journal, rollout_id)
        told = "\n".join(one.text for one in journal.events(rollout_id))
    assert ended.state is RolloutState.ROLLED_BACK
    assert "by somebody" not in told
    assert shared.look().lease is None


def test_what_somebody_changed_meanwhile_stops_it(shared: DrillStage) -> None:
    rollout_id = request.begin(shared.config, shared.plan(), WHO, "by shares")
    with shared.journal() as journal:
        waits_at(journal, rollout_id, "pause-50")
        killed(journal, rollout_id)
        shared.trouble(f"members/{shared.name}-green-2", weight=7)
        assert shared.bluegreen("resume", "--due").returncode == 0
        ended = shared.ended(journal, rollout_id)
        assert (ended.state, ended.exit_code) == (RolloutState.STOPPED, 7)
        assert f"weight of member {shared.name}-green-2 is 7" in ended.sentence
    again = shared.bluegreen("resume", "--due")
    assert again.returncode == 7
    assert f"rollout {rollout_id} of {shared.name} needs you: the cloud has changed" in again.stderr


def test_one_in_the_middle_of_a_write_needs_a_person_and_nothing_is_written(shared: DrillStage) -> None:
    rollout_id = shared.record(shared.plan())
    shared.start("killing_runner.py", "10", rollout_id).wait(timeout=60)
    mark = shared.mark()
    asked = shared.bluegreen("resume", "--due")
    assert asked.returncode == 7
    assert "its runner was gone in the middle of shift-50" in asked.stderr
    assert f"bluegreen resume {rollout_id}" in asked.stderr
    with shared.journal() as journal:
        assert not journal.rollout(rollout_id).state.ended
        assert journal.events(rollout_id)[-1].kind is not EventKind.PLANNED
    assert shared.batches(since=mark) == 0


def test_a_cloud_that_does_not_answer_yet_is_asked_again_later(shared: DrillStage) -> None:
    rollout_id = request.begin(shared.config, shared.plan(), WHO, "by shares")
    with shared.journal() as journal:
        waits_at(journal, rollout_id, "pause-50")
        killed(journal, rollout_id)
        assert shared.drill is not None
        environ, shared.environ = shared.environ, {**shared.environ, "OS_CLIENT_CONFIG_FILE": _nowhere(shared)}
        assert shared.bluegreen("resume", "--due").returncode == 4
        shared.environ = environ
        assert shared.bluegreen("resume", "--due").returncode == 0
        waits_at(journal, rollout_id, "pause-50")
        request.abort(journal, rollout_id, WHO)
        assert shared.ended(journal, rollout_id).state is RolloutState.ROLLED_BACK


def _nowhere(stage: DrillStage) -> str:
    """clouds.yaml of a cloud whose network is not up."""
    clouds = yaml.safe_load(Path(stage.environ["OS_CLIENT_CONFIG_FILE"]).read_text())
    for cloud in clouds["clouds"].values():
        cloud["auth"]["auth_url"] = "http://127.0.0.1:9/v3"
    path = stage.config_file.with_name("nowhere.yaml")
    path.write_text(yaml.safe_dump(clouds))
    return str(path)
