"""What the runner refuses, and how the command says so: drift, ill health, holds, strangers, readers, two consoles."""

from __future__ import annotations

import os
import signal
import time

import pytest
import yaml
from drill_stage import DrillStage
from stage import WHO, until

from console.model.colour import Colour
from console.rollout import request
from console.rollout.launch import start_runner
from console.rollout.liveness import unfinished
from console.rollout.records import DecisionKind, EventKind, Rollout, RolloutState

YES = ("--yes", "--reason", "test")


def executed(stage: DrillStage, rollout_id: str) -> Rollout:
    start_runner(stage.config, rollout_id)
    with stage.journal() as journal:
        return stage.ended(journal, rollout_id)


def test_a_weight_changed_between_plan_and_confirm_is_refused_by_name(stage: DrillStage) -> None:
    rollout_id = stage.record(stage.plan())
    stage.trouble("members/nova-api-green-2", weight=7)
    ended = executed(stage, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.REFUSED, 3)
    assert "weight of member nova-api-green-2 is 7, was 0" in ended.sentence
    assert stage.batches() == 0


def test_a_green_rebuilt_between_plan_and_confirm_is_refused_by_its_version(stage: DrillStage) -> None:
    rollout_id = stage.record(stage.plan())
    for one in stage.look().green.instances:
        assert one.server is not None
        stage.trouble(f"servers/{one.name}", metadata={**one.server.metadata, "git_commit": "c" * 40})
    ended = executed(stage, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.REFUSED, 3)
    assert "GREEN runs ccccccc, was " in ended.sentence
    assert stage.batches() == 0


def test_a_heartbeat_that_changes_a_status_is_not_drift(stage: DrillStage) -> None:
    rollout_id = stage.record(stage.plan())
    stage.trouble("members/nova-api-green-2", operating_status="ONLINE")
    assert executed(stage, rollout_id).state is RolloutState.DONE


def test_green_falling_ill_between_plan_and_confirm_is_refused(stage: DrillStage) -> None:
    rollout_id = stage.record(stage.plan())
    stage.trouble("instances/nova-api-green-3", mode="unhealthy")
    ended = executed(stage, rollout_id)
    assert ended.exit_code == 3
    assert "nova-api-green-3" in ended.sentence
    assert stage.batches() == 0


def test_an_unhealthy_green_is_refused_with_its_reason(stage: DrillStage) -> None:
    stage.trouble("instances/nova-api-green-3", mode="unhealthy")
    time.sleep(0.5)
    answer = stage.bluegreen("cutover", *YES)
    assert answer.returncode == 3
    assert "nova-api-green-3: " in answer.stderr


def test_a_held_member_stays_out(stage: DrillStage) -> None:
    tags = [tag for one in stage.look().green.instances[:1] if one.member for tag in one.member.tags]
    stage.trouble("members/nova-api-green-1", tags=[*tags, "bluegreen:hold=bob"])
    config = yaml.safe_load(stage.config_file.read_text())
    config["services"]["nova-api"]["release"] = {"min_ratio": 0.5}
    stage.config_file.write_text(yaml.safe_dump(config))
    answer = stage.bluegreen("cutover", *YES)
    assert answer.returncode == 0, answer.stderr
    assert "nova-api-green-1 stays out of rotation: held by bob" in answer.stdout
    assert stage.weights()["nova-api-green-1"] == 0


def test_the_reader_sees_everything_and_changes_nothing(stage: DrillStage) -> None:
    config = yaml.safe_load(stage.config_file.read_text())
    config["services"]["nova-api"]["cloud"] = "drill-viewer"
    stage.config_file.write_text(yaml.safe_dump(config))
    seen = stage.bluegreen("status")
    assert seen.returncode == 0, seen.stderr
    answer = stage.bluegreen("cutover", *YES)
    assert answer.returncode == 3
    assert "only the role reader" in answer.stderr
    assert stage.batches() == 0


def test_two_consoles_at_once(stage: DrillStage) -> None:
    stage.trouble("settings", pending=8.0)
    first = request.begin(stage.config, stage.plan(), WHO, "the first")
    with stage.journal() as journal:
        until(journal, first, EventKind.INTENT)
        answer = stage.bluegreen("cutover", *YES)
        assert answer.returncode == 5, answer.stdout + answer.stderr
        assert 'alice@jump1 is doing cutover nova-api blue>green, reason "the first"' in answer.stderr
        assert "since" in answer.stderr
        assert stage.ended(journal, first).state is RolloutState.DONE
    assert stage.batches() == 1


def test_the_runner_itself_is_refused_a_lease_that_is_held(stage: DrillStage) -> None:
    """Two plans confirmed at the same moment: the look before the question cannot see it, the lease does."""
    stage.trouble("settings", pending=4.0)
    plan = stage.plan()
    first, second = stage.record(plan), stage.record(plan)
    start_runner(stage.config, first)
    with stage.journal() as journal:
        until(journal, first, EventKind.LEASE)
        start_runner(stage.config, second)
        ended = stage.ended(journal, second)
        assert (ended.state, ended.exit_code) == (RolloutState.REFUSED, 5)
        assert "alice@jump1 is doing" in ended.sentence
        assert stage.ended(journal, first).state is RolloutState.DONE


@pytest.mark.parametrize("hold", [False, True])
def test_an_abort_after_the_write_goes_back_or_holds(stage: DrillStage, hold: bool) -> None:
    stage.trouble("settings", pending=3.0)
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "abort me")
    with stage.journal() as journal:
        until(journal, rollout_id, EventKind.OUTCOME)
        request.abort(journal, rollout_id, WHO, "changed my mind", hold=hold)
        ended = stage.ended(journal, rollout_id)
    assert "aborted by alice@jump1: changed my mind" in ended.sentence
    if hold:
        assert ended.exit_code == 7
        assert stage.batches() == 1
    else:
        assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6)
        assert stage.carries(Colour.BLUE)
        assert stage.batches() == 2


def test_an_amphora_that_does_not_apply_the_write_gets_it_once_more(stage: DrillStage) -> None:
    stage.trouble("trouble", kind="amphora", count=1)
    answer = stage.bluegreen("cutover", *YES)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "the same write once more" in answer.stdout
    assert stage.batches() == 2
    assert stage.carries(Colour.GREEN)


def test_an_amphora_that_never_applies_it_stops_the_rollout(stage: DrillStage) -> None:
    stage.trouble("trouble", kind="amphora", count=5)
    answer = stage.bluegreen("cutover", *YES)
    assert answer.returncode == 7, answer.stdout + answer.stderr
    assert "it was not applied" in answer.stdout
    assert stage.batches() == 2


def test_green_that_answers_errors_goes_back_by_itself(stage: DrillStage) -> None:
    stage.trouble("settings", pending=2.0)
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "bad release")
    with stage.journal() as journal:
        until(journal, rollout_id, EventKind.OUTCOME)
        for number in (1, 2, 3):
            stage.trouble(f"instances/nova-api-green-{number}", mode="error-rate=0.9")
        ended = stage.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6), ended.sentence
    assert "GREEN fails" in ended.sentence
    assert stage.carries(Colour.BLUE)


def test_sighup_and_a_closed_terminal_change_nothing(stage: DrillStage) -> None:
    stage.trouble("settings", pending=2.0)
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "hang up")
    with stage.journal() as journal:
        until(journal, rollout_id, EventKind.LEASE)
        pid = int(journal.rollout(rollout_id).runner.split("/")[2])
        os.kill(pid, 1)
        assert stage.ended(journal, rollout_id).state is RolloutState.DONE


def test_a_runner_that_is_told_to_stop_says_so_and_resume_goes_on(stage: DrillStage) -> None:
    stage.trouble("settings", pending=3.0)
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "shut the host down")
    with stage.journal() as journal:
        until(journal, rollout_id, EventKind.OUTCOME)
        pid = int(journal.rollout(rollout_id).runner.split("/")[2])
        os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + 20
        while not unfinished(journal.rollout(rollout_id)):
            assert time.monotonic() < end
            time.sleep(0.1)
        assert "told to stop" in journal.events(rollout_id)[-1].text
    ended = stage.resume(rollout_id, DecisionKind.FINISH)
    assert ended.state is RolloutState.DONE, ended.sentence
    assert stage.batches() == 1
