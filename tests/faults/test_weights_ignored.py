"""A provider that ignores weights, under a real runner: who is drained gets no client, and comes back by its probe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from drill_stage import DrillStage, staged_on_drill

from console.drill.octavia import provisioning
from console.model.balancer import Member

YES = ("--yes", "--reason", "test")


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DrillStage]:
    def alone(config: dict[str, Any]) -> None:
        config["services"] = {"keystone": config["services"]["keystone"]}
        config["services"]["keystone"]["release"] = {"min_ratio": 0.5}

    with staged_on_drill(tmp_path, monkeypatch, alone, instances=3, services=2, pending=0.1) as made:
        assert made.drill is not None
        entrance = next(one for one in made.drill.world.entrances if one.balancer.name == "keystone")
        entrance.balancer.provider = "ovn"
        for listener in entrance.balancer.listeners:
            listener.policies.clear()  # it has none
        provisioning.apply(made.drill.world, entrance)
        yield made


def member(stage: DrillStage, name: str) -> Member:
    found = next(one for side in stage.look().colours for one in side.instances if one.name == name)
    assert found.member is not None
    return found.member


def went(stage: DrillStage, *words: str) -> str:
    done = stage.bluegreen(*words, *YES)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("how", [(), ("--one-by-one",)])
def test_out_and_back_in_while_its_colour_serves(stage: DrillStage, how: tuple[str, ...]) -> None:
    went(stage, "drain", "keystone", "keystone-blue-1", *how)
    out = member(stage, "keystone-blue-1")
    assert (out.weight, out.admin_state_up) == (100, False)
    assert out.held_by
    assert stage.drill is not None
    serving = next(one for one in stage.drill.world.entrances if one.balancer.name == "keystone").amphora.targets
    assert not serving[out.id].usable
    went(stage, "restore", "keystone", "keystone-blue-1", *how)
    back = member(stage, "keystone-blue-1")
    assert (back.weight, back.admin_state_up, back.held_by) == (100, True, None)


def test_one_whose_probe_fails_is_not_enabled(stage: DrillStage) -> None:
    went(stage, "drain", "keystone", "keystone-blue-1")
    stage.trouble("instances/keystone-blue-1", mode="unhealthy")
    done = stage.bluegreen("restore", "keystone", "keystone-blue-1", *YES)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "not healthy where it stands: keystone-blue-1" in done.stdout + done.stderr
    assert not member(stage, "keystone-blue-1").admin_state_up


def test_a_way_back_disables_who_is_ill_there(stage: DrillStage) -> None:
    went(stage, "cutover", "keystone")
    stage.trouble("instances/keystone-blue-2", mode="unhealthy")
    went(stage, "rollback", "keystone")
    assert not member(stage, "keystone-blue-2").admin_state_up
    assert member(stage, "keystone-blue-1").admin_state_up
