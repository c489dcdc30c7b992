"""A release over an earlier one that is still there: it is never deleted unless somebody has said so."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from drill_stage import DrillStage, staged_on_drill

from console.model.colour import Colour
from console.rollout.records import EventKind, RolloutState

RELEASE = ("release", "nova-api", "--image", "nova-api-2026.3", "--yes", "--reason", "2026.3", "--confirm", "proof")


@pytest.fixture
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DrillStage]:
    """BLUE serves 2026.1, GREEN stands by with 2026.2; builds are quick."""
    with staged_on_drill(tmp_path, monkeypatch, instances=2, services=1, pending=0.2, build=0.3, boot=0.1) as made:
        yield made


@pytest.mark.timeout(300)
def test_an_earlier_release_makes_room_only_for_who_says_so(quick: DrillStage) -> None:
    assert quick.drill is not None
    world = quick.drill.world
    colours = {server.id: server.metadata["color"] for server in world.servers}
    refused = quick.bluegreen(*RELEASE)
    assert refused.returncode == 3, refused.stdout + refused.stderr
    assert "GREEN still has" in refused.stderr
    assert "--retire-idle" in refused.stderr
    assert {server.id: server.metadata["color"] for server in world.servers} == colours

    other = quick.bluegreen(*RELEASE, "--retire-idle", "--unattended", "--expect", "deadbeefdeadbeef")
    assert other.returncode == 3, other.stdout + other.stderr
    assert {server.id: server.metadata["color"] for server in world.servers} == colours, "it was another plan"
    assert quick.bluegreen(*RELEASE, "--count", "0").returncode == 2

    config = yaml.safe_load(quick.config_file.read_text())
    config["services"]["nova-api"]["release"] = {"shift": [50, 100]}
    quick.config_file.write_text(yaml.safe_dump(config, sort_keys=False))
    done = quick.bluegreen(*RELEASE, "--retire-idle", "--unattended")
    assert done.returncode == 0, done.stdout + done.stderr
    assert quick.carries(Colour.GREEN)
    there = {server.id: server for server in world.servers}
    assert {ident for ident, colour in colours.items() if colour == "green"}.isdisjoint(there)
    assert {ident for ident, colour in colours.items() if colour == "blue"} <= there.keys()
    assert sorted(one.image.name for ident, one in there.items() if ident not in colours) == ["nova-api-2026.3"] * 2
    assert len(world.pool.members) == 4
    assert "BLUE stands by: 2 instances" in done.stdout


RELEASED = ("release", "nova-api", "--image", "nova-api-2026.2", "--yes", "--reason", "again", "--confirm", "proof")


def begun(stage: DrillStage, verb: str, kind: EventKind, step: str) -> str:
    """The id of a rollout that has got so far."""
    done = stage.bluegreen(verb, "--yes", "--reason", "release", "--detach")
    assert done.returncode == 0, done.stderr
    with stage.journal() as journal:
        ident = journal.rollouts()[0].id
        end = time.monotonic() + 90
        while not any((one.kind, one.step) == (kind, step) for one in journal.events(ident)):
            assert time.monotonic() < end, [one.text for one in journal.events(ident)]
            time.sleep(0.02)
    return ident


@pytest.mark.timeout(300)
def test_what_somebody_holds_in_the_middle_is_no_release_and_no_reason_to_delete(quick: DrillStage) -> None:
    config = yaml.safe_load(quick.config_file.read_text())
    config["services"]["nova-api"]["release"] = {"bake": "60s"}
    quick.config_file.write_text(yaml.safe_dump(config, sort_keys=False))
    ident = begun(quick, "cutover", EventKind.BEGUN, "bake")
    assert quick.bluegreen("abort", ident, "--hold").returncode == 7
    for words in (RELEASED, ("retire", "nova-api", "--yes", "--reason", "old")):
        refused = quick.bluegreen(*words)
        assert refused.returncode == 3, refused.stdout + refused.stderr
        assert f"rollout {ident} of nova-api moved traffic and is not at its end" in refused.stderr
        assert f"bluegreen resume {ident}" in refused.stderr
    assert quick.bluegreen("resume", ident, "--leave", "--yes", "--reason", "it is well").returncode == 0
    assert quick.bluegreen(*RELEASED).returncode == 0, "who leaves it has decided"


@pytest.mark.timeout(300)
def test_a_colour_is_deleted_no_further_once_the_other_one_is_ill(quick: DrillStage) -> None:
    assert quick.drill is not None
    ident = begun(quick, "retire", EventKind.OUTCOME, "delete")
    with quick.journal() as journal:
        for number in (1, 2):
            quick.drill.control.put(f"instances/nova-api-blue-{number}", json={"mode": "unhealthy"})
        rollout = quick.ended(journal, ident)
    assert rollout.state is RolloutState.STOPPED
    assert "BLUE" in rollout.sentence
    assert "not well" in rollout.sentence
    left = [one for one in quick.drill.world.servers if one.metadata.get("color") == "green"]
    assert len(left) == 1, "what is left may be needed"
