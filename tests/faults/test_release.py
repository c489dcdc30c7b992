"""A release over an earlier one that is still there: it is never deleted unless somebody has said so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from drill_stage import DrillStage, staged_on_drill

from console.model.colour import Colour

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
