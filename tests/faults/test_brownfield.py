"""What was made by hand, to its very end: init offers it, adopt labels it, a release replaces it, retire deletes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from drill_stage import DrillStage, staged_on_drill

from console.model.colour import Colour


@pytest.fixture
def by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DrillStage]:
    """Four instances that serve, and nothing says what they are."""
    with staged_on_drill(
        tmp_path, monkeypatch, instances=4, services=1, pending=0.2, build=0.3, boot=0.1, brownfield=True
    ) as made:
        yield made


def ran(stage: DrillStage, verb: str, *words: str, config: Path | None = None) -> str:
    done = stage.bluegreen(verb, "shop", "--yes", "--reason", "brownfield", *words, config=config)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.thorough
@pytest.mark.timeout(300)
def test_adopted_released_and_retired(by_hand: DrillStage, tmp_path: Path) -> None:
    assert by_hand.drill is not None
    world = by_hand.drill.world
    traffic = [(member.id, member.address, member.weight) for member in world.pool.members]
    ids = {server.id for server in world.servers}

    proposed = tmp_path / "proposed.yaml"
    offered = by_hand.bluegreen("init", "--cloud", "drill", "--output", str(proposed), config=by_hand.config_file)
    assert offered.returncode == 0, offered.stderr
    assert "shop: 4 members serve and carry no label of a colour; `bluegreen adopt shop` labels them" in offered.stdout

    # a config that init wrote is enough to adopt by; the journal and the lease are those of the drill's
    config = yaml.safe_load(by_hand.config_file.read_text())
    mine = yaml.safe_load(proposed.read_text())["services"]["shop"]
    config["services"]["shop"].update(instances=mine["instances"], rotation=mine["rotation"])
    by_hand.config_file.write_text(yaml.safe_dump(config, sort_keys=False))

    ran(by_hand, "adopt")
    assert [(member.id, member.address, member.weight) for member in world.pool.members] == traffic
    assert {server.metadata["color"] for server in world.servers} == {"blue"}
    assert by_hand.carries(Colour.BLUE)

    image = next(image.name for image in world.images if "2026.2" in image.name)
    said = ran(by_hand, "release", "--image", image, "--confirm", "proof")
    assert "LAUNCH" in said
    assert by_hand.carries(Colour.GREEN)
    assert len(world.servers) == len(world.pool.members) == 8

    ran(by_hand, "retire")
    assert by_hand.carries(Colour.GREEN)
    assert {server.id for server in world.servers} & ids == set()
    assert len(world.servers) == len(world.pool.members) == 4
    assert sum(port["device_owner"] == "compute:nova" for port in world.ports) == 4


@pytest.mark.timeout(120)
def test_before_it_is_adopted_nothing_is_made_beside_it_and_each_verb_names_the_adoption(by_hand: DrillStage) -> None:
    """A launch would have no port to enter its members with: it is refused before a server or a group is there."""
    mark = by_hand.mark()
    image = ("--image", "shop-2026.2")
    for verb, *words in (
        ("launch", *image),
        ("launch", "--to", "green", *image),
        ("release", *image),
        ("scale", "--add", "1"),
        ("scale", "--remove", "1"),
        ("cutover",),
        ("cutover", "--to", "green"),
        ("rollback",),
        ("retire",),
    ):
        refused = by_hand.bluegreen(verb, "shop", *words, "--yes", "--reason", "x")
        assert refused.returncode == 3, (verb, words, refused.stdout + refused.stderr)
        assert "4 members serve shop without a label" in refused.stderr, (verb, words, refused.stderr)
        assert "`bluegreen adopt shop`" in refused.stderr
    assert by_hand.mark() == mark
