"""The disk under the journal is full: nothing goes forward without a record, and the way back stays open (rule 9)."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from drill_stage import DrillStage
from stage import WHO, until

from console.errors import JournalError
from console.model.colour import Colour
from console.plan.plan import Action
from console.rollout import request, second_place
from console.rollout.records import EventKind, RolloutState
from console.rollout.standing import records_at
from console.rollout.waiting import waiting

MIB = 1024 * 1024


@pytest.fixture
def disk(stage: DrillStage, tmp_path: Path) -> Iterator[Path]:
    """A small disk that has the journal of the stage; the second place is elsewhere."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=20m,mode=0700", "bluegreen-test", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("not run: nobody but root can mount a disk to fill")
    try:
        config = yaml.safe_load(stage.config_file.read_text())
        config["journal"] = f"sqlite:///{place}/journal.db"
        stage.config_file.write_text(yaml.safe_dump(config, sort_keys=False))
        yield place
    finally:
        stage.stop_children()
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk: Path) -> None:
    """Until nothing more fits."""
    descriptor = os.open(disk / "rubbish", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        for size in (MIB, 4096, 1):
            try:
                while True:
                    os.write(descriptor, b"x" * size)
            except OSError:
                continue
    finally:
        os.close(descriptor)


def test_a_cutover_does_not_begin_without_room_for_its_record(stage: DrillStage, disk: Path) -> None:
    plan, mark = stage.plan(), stage.mark()
    fill(disk)
    with pytest.raises(JournalError):
        request.begin(stage.config, plan, WHO, "no room")
    assert stage.batches(since=mark) == 0
    assert second_place.rollouts(stage.config.journal) == []


def test_a_disk_that_lacks_room_for_the_whole_record_stops_it_before_the_write(stage: DrillStage, disk: Path) -> None:
    plan, mark = stage.plan(), stage.mark()
    with stage.journal():
        pass  # the journal is there, and has the room of its first pages
    (disk / "rubbish").write_bytes(b"x" * (14 * MIB))
    rollout_id = request.begin(stage.config, plan, WHO, "not enough room")
    with stage.journal() as journal:
        ended = stage.ended(journal, rollout_id)
    assert ended.state is RolloutState.FAILED
    assert "no room for the record" in ended.sentence
    assert stage.batches(since=mark) == 0


@pytest.mark.parametrize("after", [EventKind.LEASE, EventKind.INTENT])
def test_a_disk_that_fills_in_the_middle_does_not_matter(stage: DrillStage, disk: Path, after: EventKind) -> None:
    stage.trouble("settings", pending=2.0)
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "the disk fills")
    with stage.journal() as journal:
        until(journal, rollout_id, after)
        fill(disk)
        ended = stage.ended(journal, rollout_id)
        assert (ended.state, ended.exit_code) == (RolloutState.DONE, 0), ended.sentence
        texts = [one.text for one in journal.events(rollout_id)]
        assert any("the room kept for this is used" in text for text in texts), "\n".join(
            [*texts, *(f"{p.name} {p.stat().st_size}" for p in disk.iterdir())]
        )
    assert list(disk.glob("*.reserve")) == []


def test_the_way_back_is_open_on_a_full_disk_and_comes_home_afterwards(stage: DrillStage, disk: Path) -> None:
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "well so far")
    with stage.journal() as journal:
        assert stage.ended(journal, rollout_id).exit_code == 0
    fill(disk)
    back = stage.bluegreen("rollback", "--yes", "--reason", "it fails, and the disk is full")
    assert back.returncode == 0, back.stdout + back.stderr
    assert stage.carries(Colour.BLUE)
    (elsewhere,) = second_place.rollouts(stage.config.journal)
    assert "rollback" in stage.bluegreen("history").stdout
    assert "BLUE" in stage.bluegreen("show", elsewhere.id).stdout

    (disk / "rubbish").unlink()
    again = request.begin(stage.config, stage.plan(), WHO, "room again")
    with stage.journal() as journal:
        stage.ended(journal, again)
        home = journal.rollout(elsewhere.id)
        assert (home.plan.action, home.state) == (Action.ROLLBACK, RolloutState.DONE)
        assert journal.events(elsewhere.id)
    assert second_place.rollouts(stage.config.journal) == []


def test_a_bad_green_is_taken_back_although_the_record_is_lost(stage: DrillStage, disk: Path) -> None:
    stage.trouble("settings", pending=2.0)
    before = stage.weights()
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "bad, and no room")
    with stage.journal() as journal:
        until(journal, rollout_id, EventKind.OUTCOME)
        for reserve in disk.glob("*.reserve"):
            reserve.unlink()
        fill(disk)
        for one in stage.look().green.instances:
            stage.trouble(f"instances/{one.name}", mode="error-rate=1")
    with second_place.open_second(stage.config.journal) as second:
        until(second, rollout_id, EventKind.PROOF)
        ended = stage.ended(second, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6), ended.sentence
    assert stage.weights() == before
    record = records_at(stage.config.journal, [stage.name])[stage.name]
    assert [one.rollout for one in record.barred] == [rollout_id], "it is known although the journal does not have it"
    history = stage.bluegreen("history").stdout
    assert history.count(rollout_id) == 1
    assert "UNFINISHED" not in history


@pytest.fixture
def shares(stage: DrillStage, disk: Path) -> None:
    """The cutover waits for a word at half of the traffic."""
    config = yaml.safe_load(stage.config_file.read_text())
    config["services"][stage.name]["release"] = {"shift": [50, 100]}
    stage.config_file.write_text(yaml.safe_dump(config, sort_keys=False))


def waits_without_room(stage: DrillStage, disk: Path) -> str:
    """A cutover that holds half of the traffic, and a journal that takes no word any more."""
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "by shares")
    with stage.journal() as journal:
        end = time.monotonic() + 60
        while waiting(journal.rollout(rollout_id), journal.events(rollout_id)) is None:
            assert time.monotonic() < end, [event.text for event in journal.events(rollout_id)]
            time.sleep(0.1)
    for reserve in disk.glob("*.reserve"):
        reserve.unlink()
    fill(disk)
    return rollout_id


@pytest.mark.usefixtures("shares")
def test_an_abort_that_the_journal_does_not_take_is_asked_by_the_lease(stage: DrillStage, disk: Path) -> None:
    before = stage.weights()
    rollout_id = waits_without_room(stage, disk)
    with stage.journal() as journal, pytest.raises(JournalError) as screens:
        request.abort(journal, rollout_id, WHO)
    assert f"`bluegreen abort {rollout_id}`" in screens.value.hint
    done = stage.bluegreen("abort", rollout_id)
    assert done.returncode == 6, done.stdout + done.stderr
    assert "it is asked by a tag on its lease instead" in done.stderr
    assert stage.weights() == before


@pytest.mark.usefixtures("shares")
def test_where_the_lease_is_in_the_journal_too_the_way_out_is_named_and_works(stage: DrillStage, disk: Path) -> None:
    config = yaml.safe_load(stage.config_file.read_text())
    config["lease"] = "journal"
    stage.config_file.write_text(yaml.safe_dump(config, sort_keys=False))
    before = stage.weights()
    rollout_id = waits_without_room(stage, disk)
    refused = stage.bluegreen("abort", rollout_id)
    assert refused.returncode == 1
    named = re.search(r"`kill (\d+)`", refused.stderr)
    assert named is not None, refused.stderr
    os.kill(int(named[1]), signal.SIGTERM)
    end = time.monotonic() + 20
    while Path(f"/proc/{named[1]}").exists() and time.monotonic() < end:
        time.sleep(0.1)
    back = stage.bluegreen("resume", rollout_id, "--go-back", "--yes", "--reason", "no room")
    assert stage.weights() == before, back.stdout + back.stderr
