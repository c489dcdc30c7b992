"""The journal is deleted in the middle: a console in another home sees the lease, and finishes or goes back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from drill_stage import DrillStage

from console.model.colour import Colour

AFTER_THE_CALL = "10"  # rows: the write was accepted, nothing is proven
DOES = "alice@jump1 (is|was) doing cutover nova-api blue>green"  # on a busy machine the lease may have run out by then


@pytest.fixture
def elsewhere(stage: DrillStage, tmp_path: Path) -> Path:
    """The config of a console on another host: its own home, its own journal."""
    config = yaml.safe_load(stage.config_file.read_text())
    config["journal"] = f"sqlite:///{tmp_path}/other/journal.db"
    path = tmp_path / "other.yaml"
    path.write_text(yaml.safe_dump(config))
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    ("words", "colour"), [(("cutover", "--to", "green"), Colour.GREEN), (("rollback", "--to", "blue"), Colour.BLUE)]
)
def test_another_console_takes_over(
    stage: DrillStage, elsewhere: Path, tmp_path: Path, words: tuple[str, ...], colour: Colour
) -> None:
    rollout_id = stage.record(stage.plan())
    stage.start("killing_runner.py", AFTER_THE_CALL, rollout_id).wait(timeout=60)
    (stage.config_file.parent / "journal.db").unlink()

    seen = stage.bluegreen("status", config=elsewhere, home=tmp_path)
    assert re.search(DOES, seen.stdout), seen.stdout + seen.stderr

    held = stage.bluegreen(*words, "--yes", "--reason", "take over", config=elsewhere, home=tmp_path)
    assert held.returncode == 5, held.stderr
    assert re.search(f'{DOES}, reason "fault test"', held.stderr), held.stderr

    taken = stage.bluegreen(
        *words, "--yes", "--reason", "take over", "--take-over", "alice@jump1", config=elsewhere, home=tmp_path
    )
    assert taken.returncode == 0, taken.stdout + taken.stderr
    assert stage.carries(colour)
