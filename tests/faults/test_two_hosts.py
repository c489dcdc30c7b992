"""Two jump hosts with one PostgreSQL: the other sees each event, and goes on after a kill."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from drill_stage import DrillStage
from postgresql_server import postgresql
from stage import until

from console.model.colour import Colour
from console.rollout.journal import Journal
from console.rollout.records import EventKind


@pytest.fixture
def shared(stage: DrillStage, tmp_path: Path) -> Iterator[DrillStage]:
    """The stage with its journal on a server."""
    with postgresql(tmp_path / "postgresql") as url:
        config = yaml.safe_load(stage.config_file.read_text())
        config["journal"] = url
        stage.config_file.write_text(yaml.safe_dump(config, sort_keys=False))
        yield stage
        stage.stop_children()


def test_a_spectator_on_another_host_sees_each_event_within_a_second(shared: DrillStage) -> None:
    rollout_id = shared.record(shared.plan())
    shared.start("killing_runner.py", "9999", rollout_id)
    seen: dict[int, float] = {}
    with Journal.open(shared.config.journal, read_only=True) as spectator:
        while not spectator.rollout(rollout_id).state.ended:
            for event in spectator.events(rollout_id, after=max(seen, default=0)):
                seen[event.seq] = time.time() - event.at
            time.sleep(0.1)
    assert len(seen) > 10
    assert max(seen.values()) < 1.0, seen


def test_another_host_finishes_after_a_kill(shared: DrillStage, tmp_path: Path) -> None:
    rollout_id = shared.record(shared.plan())
    child = shared.start("killing_runner.py", "10", rollout_id)
    child.wait(timeout=60)
    other_home = tmp_path / "jump2"
    other_home.mkdir()
    offers = shared.bluegreen("resume", home=other_home)
    assert offers.returncode == 7, offers.stderr
    assert "--finish" in offers.stdout
    done = shared.bluegreen("resume", rollout_id, "--finish", "--yes", "--reason", "from jump2", home=other_home)
    assert done.returncode == 0, done.stdout + done.stderr
    assert shared.carries(Colour.GREEN)
    with shared.journal() as journal:
        until(journal, rollout_id, EventKind.FINISHED)
