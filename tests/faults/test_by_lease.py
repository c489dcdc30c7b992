"""A console of another journal: it stops a rollout by a tag on the lease, and goes on from the cloud alone."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml
from drill_stage import DrillStage
from stage import WHO, until

from console.cloud.reader import Reader
from console.cloud.writer import Writer
from console.model.colour import Colour
from console.model.lease import ABORT_TAG, HOLD_TAG
from console.rollout import request
from console.rollout.journal import Journal
from console.rollout.records import DecisionKind, EventKind, RolloutState
from console.rollout.waiting import waiting
from console.watch.observe import Observer

AFTER_THE_CALL = "10"  # rows: the write was accepted, nothing is proven


@pytest.fixture
def elsewhere(stage: DrillStage, tmp_path: Path) -> Path:
    """The config of a console on another host: its own home, its own journal."""
    _shares(stage)
    config = yaml.safe_load(stage.config_file.read_text())
    config["journal"] = f"sqlite:///{tmp_path}/other/journal.db"
    path = tmp_path / "other.yaml"
    path.write_text(yaml.safe_dump(config))
    path.chmod(0o600)
    return path


def _shares(stage: DrillStage) -> None:
    config = yaml.safe_load(stage.config_file.read_text())
    config["services"][stage.name]["release"] = {"shift": [50, 100]}
    stage.config_file.write_text(yaml.safe_dump(config, sort_keys=False))


def waiting_rollout(stage: DrillStage, journal: Journal) -> str:
    """A cutover that holds half of the traffic and waits for a word."""
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "by shares")
    end = time.monotonic() + 60
    while waiting(journal.rollout(rollout_id), journal.events(rollout_id)) is None:
        assert time.monotonic() < end, [event.text for event in journal.events(rollout_id)]
        time.sleep(0.1)
    return rollout_id


def test_another_console_aborts_by_a_tag_and_sees_it_go_back(
    stage: DrillStage, elsewhere: Path, tmp_path: Path
) -> None:
    with stage.journal() as journal:
        rollout_id = waiting_rollout(stage, journal)
        other = tmp_path / "jump2"
        other.mkdir()
        asked = stage.bluegreen("abort", stage.name, "--reason", "errors", config=elsewhere, home=other)
        assert asked.returncode == 6, asked.stdout + asked.stderr
        assert f"rollout {rollout_id}, was asked by a tag on its lease to go back" in asked.stdout
        assert "the lease was given back. BLUE live" in asked.stdout
        ended = stage.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6)
    assert f"by the tag {ABORT_TAG} on the lease" in ended.sentence
    assert stage.carries(Colour.BLUE)
    recorded = Journal.open(f"sqlite:///{tmp_path}/other/journal.db", read_only=True)
    with recorded as theirs:
        assert theirs.rollouts() == []
        assert theirs.changed() == 1, "what was asked is in the journal of the one who asked"


def test_a_tag_may_ask_to_hold(stage: DrillStage, elsewhere: Path, tmp_path: Path) -> None:
    with stage.journal() as journal:
        rollout_id = waiting_rollout(stage, journal)
        asked = stage.bluegreen("abort", stage.name, "--hold", config=elsewhere, home=tmp_path)
        assert asked.returncode == 7, asked.stdout + asked.stderr
        ended = stage.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.STOPPED, 7)
    assert f"by the tag {HOLD_TAG} on the lease, held where it is" in ended.sentence
    assert not stage.carries(Colour.BLUE)


def test_the_plain_tag_of_any_writer_is_heard(stage: DrillStage, elsewhere: Path) -> None:
    """As `openstack port set --tag bluegreen:abort PORT` sets it."""
    with stage.journal() as journal:
        rollout_id = waiting_rollout(stage, journal)
        lease = stage.look().lease
        assert lease is not None
        Writer(Observer(stage.config, [stage.name]).session(stage.name)).tag_port(lease.lease_id, ABORT_TAG)
        ended = stage.ended(journal, rollout_id)
    assert ended.sentence.startswith("aborted by somebody, by the tag bluegreen:abort on the lease; BLUE carries")


def test_what_was_asked_of_a_dead_runner_is_not_asked_of_the_next(stage: DrillStage) -> None:
    rollout_id = stage.record(stage.plan())
    stage.start("killing_runner.py", AFTER_THE_CALL, rollout_id).wait(timeout=60)
    lease = stage.look().lease
    assert lease is not None
    session = Observer(stage.config, [stage.name]).session(stage.name)
    Writer(session).tag_port(lease.lease_id, f"{ABORT_TAG}=bob@jump2")
    ended = stage.resume(rollout_id, DecisionKind.FINISH)
    assert ended.state is RolloutState.DONE, ended.sentence
    assert Reader(session).ports(id=lease.lease_id) == []


def test_nobody_to_ask_is_said(stage: DrillStage, elsewhere: Path, tmp_path: Path) -> None:
    asked = stage.bluegreen("abort", stage.name, config=elsewhere, home=tmp_path)
    assert asked.returncode == 2
    assert "nobody holds its lease" in asked.stderr


def test_a_reader_cannot_ask(stage: DrillStage, elsewhere: Path, tmp_path: Path) -> None:
    config = yaml.safe_load(elsewhere.read_text())
    config["services"][stage.name]["cloud"] = "drill-viewer"
    elsewhere.write_text(yaml.safe_dump(config))
    with stage.journal() as journal:
        rollout_id = waiting_rollout(stage, journal)
        asked = stage.bluegreen("abort", stage.name, config=elsewhere, home=tmp_path)
        assert asked.returncode == 4, asked.stdout + asked.stderr
        assert "the lease could not be tagged" in asked.stderr
        assert not journal.rollout(rollout_id).state.ended
        request.abort(journal, rollout_id, WHO)
        stage.ended(journal, rollout_id)


def test_a_dead_runner_is_noticed_and_another_console_goes_on(
    stage: DrillStage, elsewhere: Path, tmp_path: Path
) -> None:
    rollout_id = stage.record(stage.plan())
    stage.start("killing_runner.py", AFTER_THE_CALL, rollout_id).wait(timeout=60)
    asked = stage.bluegreen("abort", stage.name, config=elsewhere, home=tmp_path)
    assert asked.returncode == 7
    assert "no sign of life from alice@jump1" in asked.stderr

    shown = stage.bluegreen("resume", stage.name, config=elsewhere, home=tmp_path)
    assert shown.returncode == 7, shown.stdout + shown.stderr
    assert f"alice@jump1 was doing cutover {stage.name} blue>green" in shown.stdout
    assert "its record is in another journal; last sign of life" in shown.stdout
    assert "go back: all traffic to BLUE" in shown.stdout
    assert "--take-over alice@jump1" in shown.stdout

    words = ("resume", stage.name, "--go-back", "--yes", "--reason", "their runner is dead")
    refused = stage.bluegreen(*words, config=elsewhere, home=tmp_path)
    assert refused.returncode == 5
    assert "--take-over alice@jump1" in refused.stderr

    back = stage.bluegreen(*words, "--take-over", "alice@jump1", config=elsewhere, home=tmp_path)
    assert back.returncode == 0, back.stdout + back.stderr
    assert stage.carries(Colour.BLUE)
    with Journal.open(f"sqlite:///{tmp_path}/other/journal.db", read_only=True) as theirs:
        (rollout,) = theirs.rollouts()
        assert rollout.state is RolloutState.DONE
        until(theirs, rollout.id, EventKind.LEASE)
        kinds = [one.kind for one in theirs.events(rollout.id)]
        wait = theirs.events(rollout.id)[kinds.index(EventKind.WAIT)]
        assert "taking the lease of alice@jump1 over: " in wait.text, "told before it is waited for"
        assert kinds.index(EventKind.WAIT) < kinds.index(EventKind.LEASE)
    # the one whose record is here learns of it when it is looked at
    free = stage.bluegreen("resume", stage.name, config=elsewhere, home=tmp_path)
    assert free.returncode == 0
    assert "nothing to resume" in free.stdout


def test_the_record_of_another_journal_is_not_closed_from_here(
    stage: DrillStage, elsewhere: Path, tmp_path: Path
) -> None:
    rollout_id = stage.record(stage.plan())
    stage.start("killing_runner.py", AFTER_THE_CALL, rollout_id).wait(timeout=60)
    left = stage.bluegreen("resume", stage.name, "--leave", config=elsewhere, home=tmp_path)
    assert left.returncode == 2
    assert "in another journal" in left.stderr


def test_the_lease_of_what_was_left_is_free_once_its_runner_is_dead(stage: DrillStage) -> None:
    rollout_id = stage.record(stage.plan())
    stage.start("killing_runner.py", AFTER_THE_CALL, rollout_id).wait(timeout=60)
    left = stage.bluegreen("resume", rollout_id, "--leave", "--yes", "--reason", "seen to by hand")
    assert left.returncode == 0, left.stdout + left.stderr
    lease = stage.look().lease
    assert lease is not None
    assert lease.rollout == rollout_id

    asked = stage.bluegreen("abort", stage.name)
    assert asked.returncode == 2, asked.stdout + asked.stderr
    assert f"left behind by rollout {rollout_id} of alice@jump1 (left as it was): its runner is gone" in asked.stderr
    assert "the next change takes it" in asked.stderr
    resumed = stage.bluegreen("resume", stage.name)
    assert resumed.returncode == 0, resumed.stdout + resumed.stderr
    assert "nothing to resume; the lease is left behind by rollout" in resumed.stdout

    began = time.monotonic()
    back = stage.bluegreen("rollback", stage.name, "--yes", "--reason", "errors")
    assert back.returncode == 0, back.stdout + back.stderr
    assert time.monotonic() - began < lease.ttl + 30
    assert stage.carries(Colour.BLUE)
    assert stage.look().lease is None
