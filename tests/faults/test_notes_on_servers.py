"""What became of a release stands on its servers: read by a host without the journal, and no condition of anything."""

from __future__ import annotations

from pathlib import Path

import yaml
from drill_stage import DrillStage
from stage import WHO

from console.model.colour import Colour
from console.model.marks import KEY, Mark, said_of
from console.plan.plan import Action
from console.rollout import request
from console.rollout.records import EventKind, Rollout, RolloutState


def walked(stage: DrillStage, action: Action, to: Colour) -> Rollout:
    rollout_id = request.begin(stage.config, stage.plan(action, to), WHO, "why")
    with stage.journal() as journal:
        return stage.ended(journal, rollout_id)


def test_another_host_knows_that_what_it_goes_back_to_is_proven(stage: DrillStage, tmp_path: Path) -> None:
    for colour in (Colour.GREEN, Colour.BLUE):
        assert walked(stage, Action.CUTOVER, colour).state is RolloutState.DONE
    assert said_of(stage.look().green) is Mark.PROVEN
    config = yaml.safe_load(stage.config_file.read_text())
    config["journal"] = f"sqlite:///{tmp_path}/other/journal.db"
    other = tmp_path / "other.yaml"
    other.write_text(yaml.safe_dump(config))
    other.chmod(0o600)
    told = stage.bluegreen("plan", "--rollback", stage.name, config=other)
    assert "is proven, by what its servers say" in " ".join(told.stdout.split()), told.stdout + told.stderr

    assert walked(stage, Action.ROLLBACK, Colour.GREEN).state is RolloutState.DONE
    assert said_of(stage.look().blue) is Mark.TAKEN_BACK
    told = stage.bluegreen("plan", "--rollback", stage.name, config=other)
    assert "its servers say that it was taken back" in " ".join(told.stdout.split()), told.stdout + told.stderr


def test_a_server_that_takes_no_note_does_not_undo_what_is_done(stage: DrillStage) -> None:
    assert stage.drill is not None
    (second,) = [one for one in stage.drill.world.servers if one.name == f"{stage.name}-green-2"]
    second.locked = True
    ended = walked(stage, Action.CUTOVER, Colour.GREEN)
    assert (ended.state, ended.exit_code) == (RolloutState.DONE, 0), ended.sentence
    assert "proven through the VIP; 1 load balancer write" in ended.sentence
    assert stage.carries(Colour.GREEN)
    with stage.journal() as journal:
        said = [
            one.text for one in journal.events(ended.id) if one.kind is EventKind.CHECKED and one.step == "remember"
        ]
    assert any("not every server has the note" in text and "locked" in text for text in said), said
    noted = {one.name: KEY in one.server.metadata for one in stage.look().green.instances if one.server}
    assert noted[f"{stage.name}-green-1"]
    assert not noted[f"{stage.name}-green-2"]
