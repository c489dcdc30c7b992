"""A colour is retired on the drill: what is left behind, and what is locked. Nothing of the other colour is touched."""

from __future__ import annotations

import time

import pytest
import yaml
from drill_stage import DrillStage
from stage import WHO

from console.drill.world import Server
from console.model.colour import Colour
from console.plan.plan import Plan
from console.plan.planner import plan as make_plan
from console.rollout import asking, request
from console.rollout.records import EventKind, Rollout, RolloutState


def servers_of(stage: DrillStage, colour: Colour) -> list[Server]:
    assert stage.drill is not None
    return [one for one in stage.drill.world.servers if f"-{colour}-" in one.name]


def retired(stage: DrillStage) -> tuple[Rollout, list[str]]:
    service, settings = stage.look(), stage.config.services[stage.name]
    made = make_plan(service, settings, asking.to_retire(service, settings, Colour.GREEN), time.time())
    assert isinstance(made, Plan), made
    rollout_id = request.begin(stage.config, made, WHO, "green is not needed any more")
    with stage.journal() as journal:
        ended = stage.ended(journal, rollout_id)
        begun = [event.step for event in journal.events(rollout_id) if event.kind is EventKind.BEGUN]
    assert ended.state is RolloutState.DONE, ended.sentence
    return ended, begun


@pytest.mark.parametrize("lock", [True, False])
def test_what_serves_is_locked_where_the_config_says_so_and_stays(stage: DrillStage, lock: bool) -> None:
    config = yaml.safe_load(stage.config_file.read_text())
    config["services"][stage.name].setdefault("launch", {})["lock"] = lock
    stage.config_file.write_text(yaml.safe_dump(config, sort_keys=False))
    _, begun = retired(stage)
    assert ("lock" in begun) is lock
    assert servers_of(stage, Colour.GREEN) == []
    blue = servers_of(stage, Colour.BLUE)
    assert len(blue) == 3
    assert [one.locked for one in blue] == [lock] * 3
    if lock:
        assert {one.locked_reason for one in blue} == {
            f"serves {stage.name} as BLUE; bluegreen unlocks it when it is retired"
        }
    assert stage.carries(Colour.BLUE)


def test_what_was_locked_is_unlocked_by_its_own_retirement(stage: DrillStage) -> None:
    for one in servers_of(stage, Colour.GREEN):
        one.locked, one.locked_reason = True, "served once"
    _, begun = retired(stage)
    assert begun.index("unlock") < begun.index("delete")
    assert servers_of(stage, Colour.GREEN) == []
