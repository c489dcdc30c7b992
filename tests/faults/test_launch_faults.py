"""A launch that goes wrong: builds that fail, answers that are lost, a runner that is killed. Nothing is orphaned."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from drill_stage import DrillStage, staged_on_drill
from stage import WHO

from console.model.colour import Colour
from console.plan.lifecycle.ordering import Wish
from console.plan.plan import Intent, Plan
from console.plan.planner import plan as make_plan
from console.rollout import asking, request
from console.rollout.records import DecisionKind, EventKind, RolloutState


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DrillStage]:
    """BLUE serves, GREEN is not there yet. Two zones."""

    def two_zones(config: dict[str, Any]) -> None:
        launch = config["services"]["nova-api"]["launch"]
        launch |= {"zones": ["az1", "az2"], "retries": 1, "boot_timeout": "30s"}

    there = {"instances": 2, "pending": 0.2, "build": 0.5, "boot": 0.1, "idle": False}
    with staged_on_drill(tmp_path, monkeypatch, two_zones, **there) as made:
        assert made.drill is not None
        made.drill.world.compute.zones = ("az1", "az2")
        yield made


def launch_plan(stage: DrillStage, release: str = "") -> Plan:
    settings = stage.config.services[stage.name]
    service = stage.look()
    intent = asking.to_launch(service, settings, Wish(Colour.GREEN, release=release))
    assert isinstance(intent, Intent), intent
    made = make_plan(service, settings, intent, time.time())
    assert isinstance(made, Plan), made
    return made


def counted(stage: DrillStage) -> dict[str, int]:
    """Everything that a launch could leave behind."""
    assert stage.drill is not None
    world = stage.drill.world
    servers = {server.id for server in world.servers}
    return {
        "servers": len(world.servers),
        "ports": sum(port["device_owner"] == "compute:nova" for port in world.ports),
        "ports of nobody": sum(
            p["device_owner"] == "compute:nova" and p["device_id"] not in servers for p in world.ports
        ),
        "members": len(world.pool.members),
        "groups": len(world.compute.groups),
    }


FULL = {"servers": 4, "ports": 4, "ports of nobody": 0, "members": 4, "groups": 1}
BARE = {"servers": 2, "ports": 2, "ports of nobody": 0, "members": 2, "groups": 0}


def builds(stage: DrillStage, **said: Any) -> None:
    assert stage.drill is not None
    stage.drill.control.post("builds", json=said).raise_for_status()


def told(stage: DrillStage, rollout_id: str) -> list[str]:
    with stage.journal() as journal:
        return [event.text for event in journal.events(rollout_id)]


def run(stage: DrillStage) -> tuple[str, Any]:
    rollout_id = request.begin(stage.config, launch_plan(stage), WHO, "launch")
    with stage.journal() as journal:
        return rollout_id, stage.ended(journal, rollout_id)


def test_nova_is_told_the_release_and_so_is_what_boots(empty: DrillStage, tmp_path: Path) -> None:
    (tmp_path / "user-data").write_text("#!/bin/sh\necho {{release}} on {{name}}\n")
    config = yaml.safe_load(empty.config_file.read_text())
    config["services"][empty.name]["launch"]["user_data"] = str(tmp_path / "user-data")
    empty.config_file.write_text(yaml.safe_dump(config, sort_keys=False))
    rollout_id = request.begin(empty.config, launch_plan(empty, "autumn"), WHO, "launch")
    with empty.journal() as journal:
        ended = empty.ended(journal, rollout_id)
    assert ended.state is RolloutState.DONE, ended.sentence
    assert empty.drill is not None
    made = [server for server in empty.drill.world.servers if server.metadata.get("color") == "green"]
    assert [server.metadata["release"] for server in made] == ["autumn", "autumn"]
    for server in made:
        assert base64.b64decode(server.user_data).decode() == f"#!/bin/sh\necho autumn on {server.name}\n"


def test_no_host_in_one_zone_goes_to_the_next(empty: DrillStage) -> None:
    builds(empty, kind="no-host", zone="az1")
    rollout_id, ended = run(empty)
    assert ended.state is RolloutState.DONE, ended.sentence
    assert counted(empty) == FULL
    assert any("No valid host was found" in text and "next in zone az2" in text for text in told(empty, rollout_id))


def test_builds_that_go_on_failing_stop_with_the_fault_and_are_taken_back_whole(empty: DrillStage) -> None:
    builds(empty, kind="error", count=4)
    rollout_id, ended = run(empty)
    assert (ended.state, ended.exit_code) == (RolloutState.STOPPED, 7)
    assert "2 builds failed: Exceeded maximum number of retries" in ended.sentence
    back = empty.resume(rollout_id, DecisionKind.GO_BACK)
    assert back.state is RolloutState.ROLLED_BACK, back.sentence
    assert counted(empty) == BARE


def test_a_quota_that_others_have_used_up_meanwhile_is_explained(empty: DrillStage) -> None:
    made = launch_plan(empty)
    assert empty.drill is not None
    empty.drill.control.put("quotas", json={"instances": 3}).raise_for_status()
    rollout_id = request.begin(empty.config, made, WHO, "launch")
    with empty.journal() as journal:
        ended = empty.ended(journal, rollout_id)
    assert ended.state is RolloutState.STOPPED
    assert "Quota exceeded for instances: Requested 1, but already used 3 of 3 instances" in ended.sentence
    empty.drill.control.put("quotas", json={"instances": 50}).raise_for_status()
    done = empty.resume(rollout_id, DecisionKind.FINISH)
    assert done.state is RolloutState.DONE, done.sentence
    assert counted(empty) == FULL


def test_a_lost_answer_makes_no_second_server(empty: DrillStage) -> None:
    builds(empty, kind="lost")
    _, ended = run(empty)
    assert ended.state is RolloutState.DONE, ended.sentence
    assert counted(empty) == FULL


def killed(stage: DrillStage, row: int, kind: DecisionKind) -> None:
    rollout_id = stage.record(launch_plan(stage))
    child = stage.start("killing_runner.py", str(row), rollout_id)
    child.wait(timeout=90)
    if child.returncode != -9:
        assert counted(stage) == FULL
        return
    ended = stage.resume(rollout_id, kind)
    if kind is DecisionKind.FINISH:
        assert ended.state is RolloutState.DONE, ended.sentence
        assert counted(stage) == FULL
        assert sorted(stage.weights_of(Colour.GREEN)) == [0, 0]
    else:
        assert ended.state is RolloutState.ROLLED_BACK, ended.sentence
        assert counted(stage) == BARE
    assert stage.look().lease is None
    assert stage.carries(Colour.BLUE)


# before and after the group, between two requests, while they build, at the members' batch, while health is awaited
SAMPLE = [(9, DecisionKind.FINISH), (15, DecisionKind.GO_BACK), (21, DecisionKind.FINISH)]


@pytest.mark.parametrize(("row", "kind"), SAMPLE)
def test_kill_sample(empty: DrillStage, row: int, kind: DecisionKind) -> None:
    killed(empty, row, kind)


@pytest.mark.thorough
@pytest.mark.parametrize("row", range(4, 32))
@pytest.mark.parametrize("kind", [DecisionKind.FINISH, DecisionKind.GO_BACK])
def test_kill_everywhere(empty: DrillStage, row: int, kind: DecisionKind) -> None:
    killed(empty, row, kind)


def test_an_abort_takes_back_what_was_made(empty: DrillStage) -> None:
    builds(empty, kind="never", count=2)
    rollout_id = request.begin(empty.config, launch_plan(empty), WHO, "launch")
    with empty.journal() as journal:
        end = time.monotonic() + 60
        while not any(e.kind is EventKind.OUTCOME and e.step == "launch" for e in journal.events(rollout_id)):
            assert time.monotonic() < end
            time.sleep(0.1)
        request.abort(journal, rollout_id, WHO, "enough")
        ended = empty.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6), ended.sentence
    assert counted(empty) == BARE
