"""The world changes while the runner waits: it looks again before each write, and goes back only on what it knows."""

from __future__ import annotations

import time

import pytest
import yaml
from drill_stage import DrillStage
from stage import WHO, until

from console.model.colour import Colour
from console.plan.plan import Action
from console.rollout import request, second_place
from console.rollout.journal import Journal
from console.rollout.launch import start_runner
from console.rollout.liveness import unfinished
from console.rollout.records import DecisionKind, EventKind, RolloutState

YES = ("--yes", "--reason", "test")
GREENS = [f"nova-api-green-{number}" for number in (1, 2, 3)]


def all_green(stage: DrillStage, mode: str) -> None:
    for name in GREENS:
        stage.trouble(f"instances/{name}", mode=mode)


def test_green_falling_ill_while_the_load_balancer_is_busy_gets_no_traffic(stage: DrillStage) -> None:
    rollout_id = stage.record(stage.plan())
    stage.trouble("trouble", kind="conflict", count=1)
    start_runner(stage.config, rollout_id)
    with stage.journal() as journal:
        until(journal, rollout_id, EventKind.INTENT)
        stage.trouble("load-balancer", provisioning_status="PENDING_UPDATE")
        all_green(stage, "unhealthy")
        time.sleep(1.0)
        stage.trouble("load-balancer", provisioning_status="ACTIVE")
        ended = stage.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.REFUSED, 3), ended.sentence
    assert "nova-api-green-1" in ended.sentence
    assert stage.carries(Colour.BLUE)


def test_a_green_that_cannot_be_asked_is_not_done(stage: DrillStage) -> None:
    """The proof that the plan promised is made, whatever the instances say of themselves by then."""
    config = yaml.safe_load(stage.config_file.read_text())
    config["services"]["nova-api"]["version"] = ["http./version#git_commit"]
    stage.config_file.write_text(yaml.safe_dump(config))
    stage.trouble("settings", pending=2.0)
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "dies at once")
    with stage.journal() as journal:
        until(journal, rollout_id, EventKind.OUTCOME)
        all_green(stage, "refuse")
        ended = stage.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6), ended.sentence
    assert stage.carries(Colour.BLUE)


@pytest.mark.parametrize("killed", [False, True])
def test_the_opposite_write_waits_until_a_lost_call_has_settled(stage: DrillStage, killed: bool) -> None:
    stage.trouble("trouble", kind="silent", count=1)
    rollout_id = stage.record(stage.plan())
    child = stage.start("killing_runner.py", "10" if killed else "9999", rollout_id)
    with stage.journal() as journal:
        until(journal, rollout_id, EventKind.OUTCOME)
        if killed:
            child.wait(timeout=30)
            ended = stage.resume(rollout_id, DecisionKind.GO_BACK)
        else:
            request.abort(journal, rollout_id, WHO, "it hangs")
            ended = stage.ended(journal, rollout_id)
        events = journal.events(rollout_id)
    assert ended.exit_code == 6, ended.sentence
    lost = next(event for event in events if event.kind is EventKind.OUTCOME)
    assert lost.data["answered"] is False
    for event in events:
        if event.kind is EventKind.INTENT and event.at > lost.at:
            assert event.at - lost.at >= stage.config.lease.ttl / 2
    assert stage.carries(Colour.BLUE)


def test_a_journal_that_is_deleted_under_a_live_runner_stops_it_before_the_write(stage: DrillStage) -> None:
    rollout_id = stage.record(stage.plan())
    stage.trouble("trouble", kind="conflict", count=1)
    start_runner(stage.config, rollout_id)
    with stage.journal() as journal:
        until(journal, rollout_id, EventKind.INTENT)
        stage.trouble("load-balancer", provisioning_status="PENDING_UPDATE")
        until(journal, rollout_id, EventKind.OUTCOME)
    stage.start_over()
    mark = stage.mark()
    stage.trouble("load-balancer", provisioning_status="ACTIVE")
    with second_place.open_second(stage.config.journal) as second:
        end = time.monotonic() + 30
        while not second_place.rollouts(stage.config.journal):
            assert time.monotonic() < end
            time.sleep(0.1)
        ended = stage.ended(second, rollout_id)
    assert stage.batches(since=mark) == 0
    assert (ended.state, ended.exit_code) == (RolloutState.FAILED, 1), "the one write that was sent was not taken"
    assert "was deleted or replaced while it was open: no further step forward is made" in ended.sentence


def test_a_refused_rollout_does_not_hide_an_unfinished_one(stage: DrillStage) -> None:
    rollout_id = stage.record(stage.plan())
    stage.start("killing_runner.py", "10", rollout_id).wait(timeout=60)
    refused = stage.record(stage.plan(Action.ROLLBACK, Colour.BLUE), take_over="nobody@nowhere")
    start_runner(stage.config, refused)
    with stage.journal() as journal:
        assert stage.ended(journal, refused).exit_code == 5
        assert [rollout.id for rollout in request.to_resume(journal)] == [rollout_id]
    shown = stage.bluegreen("rollback", *YES)
    assert shown.returncode == 5
    assert f"`bluegreen resume {rollout_id}`" in shown.stderr
    resumed = stage.bluegreen("resume", rollout_id, "--finish", *YES)
    assert resumed.returncode == 0, resumed.stdout + resumed.stderr
    assert stage.carries(Colour.GREEN)


def test_a_colour_that_fails_for_clients_is_no_capacity_that_keeps_them_there(stage: DrillStage) -> None:
    stage.trouble("settings", pending=2.0)
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "bad, and one blue is ill")
    with stage.journal() as journal:
        until(journal, rollout_id, EventKind.OUTCOME)
        stage.trouble("instances/nova-api-blue-1", mode="unhealthy")
        all_green(stage, "error-rate=0.9")
        ended = stage.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6), ended.sentence
    assert sorted(stage.weights_of(Colour.BLUE)) == [0, 100, 100]


def test_an_operator_may_say_that_what_serves_fails(stage: DrillStage) -> None:
    assert stage.bluegreen("cutover", *YES).returncode == 0
    stage.trouble("instances/nova-api-blue-1", mode="unhealthy")
    time.sleep(0.5)
    refused = stage.bluegreen("rollback", *YES)
    assert refused.returncode == 3
    assert "--live-fails" in refused.stderr
    assert stage.bluegreen("rollback", "--live-fails", *YES).returncode == 0


def test_a_rollback_waits_for_a_busy_load_balancer(stage: DrillStage) -> None:
    assert stage.bluegreen("cutover", *YES).returncode == 0
    stage.trouble("settings", pending=3.0)
    stage.trouble("load-balancer", provisioning_status="PENDING_UPDATE")
    plan = stage.plan(Action.ROLLBACK)
    rollout_id = request.begin(stage.config, plan, WHO, "back")
    time.sleep(2.0)
    stage.trouble("load-balancer", provisioning_status="ACTIVE")
    with stage.journal() as journal:
        ended = stage.ended(journal, rollout_id)
    assert ended.state is RolloutState.DONE, ended.sentence
    assert stage.carries(Colour.BLUE)


def test_a_wish_to_hold_is_heard_on_the_way_back(stage: DrillStage) -> None:
    stage.trouble("settings", pending=3.0)
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "abort, then hold")
    with stage.journal() as journal:
        until(journal, rollout_id, EventKind.OUTCOME)
        request.abort(journal, rollout_id, WHO)
        until(journal, rollout_id, EventKind.DECISION)
        request.abort(journal, rollout_id, WHO, hold=True)
        ended = stage.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.STOPPED, 7), ended.sentence
    assert "held where it is" in ended.sentence
    assert stage.batches() == 1


def test_an_instance_that_lost_its_colour_in_rotation_stops_a_cutover(stage: DrillStage) -> None:
    stage.trouble("servers/nova-api-blue-1", metadata={})
    answer = stage.bluegreen("cutover", *YES)
    assert answer.returncode == 3, answer.stdout
    assert "nova-api-blue-1" in answer.stderr


def test_a_name_that_nobody_has_is_refused(stage: DrillStage) -> None:
    answer = stage.bluegreen("cutover", "--out", "nova-api-gren-3", *YES)
    assert answer.returncode == 3
    assert "no instance nova-api-gren-3" in answer.stderr


def test_something_else_on_the_lease_address_is_not_called_a_holder(stage: DrillStage) -> None:
    lease, wanted = stage.lease(60.0)
    lease.acquire(wanted)
    assert lease.held is not None
    lease._writer.describe_port(lease.held.lease_id, "a port of somebody else's")
    answer = stage.bluegreen("cutover", *YES)
    assert answer.returncode == 3
    assert "something else has taken it" in answer.stderr


def test_resume_after_a_kill_is_followed_to_its_real_end(stage: DrillStage) -> None:
    rollout_id = stage.record(stage.plan())
    stage.start("killing_runner.py", "10", rollout_id).wait(timeout=60)
    with stage.journal() as journal:
        assert unfinished(journal.rollout(rollout_id))
    assert stage.bluegreen("resume").returncode == 7  # offers, and nothing is done
    answer = stage.bluegreen("resume", "--go-back", *YES)
    assert answer.returncode == 6, answer.stdout + answer.stderr
    assert stage.carries(Colour.BLUE)


def test_the_runner_imports_nothing_from_the_folder_it_is_started_in(
    stage: DrillStage, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("nova")
    (folder / "console").mkdir()
    (folder / "console" / "__init__.py").write_text("")
    (folder / "msgspec.py").write_text("raise SystemExit('imported from the current folder')")
    monkeypatch.chdir(folder)
    monkeypatch.delenv("PYTHONPATH")
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "in a checkout of Nova")
    with Journal.open(stage.config.journal) as journal:
        assert stage.ended(journal, rollout_id).state is RolloutState.DONE
