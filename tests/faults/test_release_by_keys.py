"""A release through the screens, in a real terminal on the drill: launch, shares, bake, or a way back, and retire."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from by_keys import Operator
from stage import environment
from ttykit import Console

from console.drill.server import Drill, running_drill
from console.rollout.records import RolloutState

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(900)]
BLUEGREEN = str(Path(sys.executable).with_name("bluegreen"))


@pytest.fixture
def drill() -> Iterator[Drill]:
    """BLUE of three; GREEN is to be made."""
    with running_drill(instances=3, idle=False, pending=0.3, heartbeat=0.3, build=1.0, boot=0.5) as made:
        config = yaml.safe_load(made.config_file.read_text())
        config["services"]["nova-api"]["release"] = {"shift": [30, 100], "bake": "10s"}
        made.config_file.write_text(yaml.safe_dump(config, sort_keys=False))
        yield made


@pytest.fixture
def operator(drill: Drill, tmp_path: Path) -> Iterator[Operator]:
    environ = environment(drill.clouds_file, tmp_path) | {"XDG_STATE_HOME": str(tmp_path / "state")}
    console = Console([BLUEGREEN, "--config", str(drill.config_file)], cols=120, rows=40, env=environ)
    yield Operator(console, f"sqlite:///{drill.dir}/journal.db", "nova-api")
    console.close()


LAUNCH, CUTOVER, BACK, RETIRE = ("l", "y"), ("c", "y"), ("r", "y"), ("t", "3 nova-api")


@pytest.mark.parametrize(
    ("keys", "actions", "left"),
    [
        ((LAUNCH, CUTOVER, RETIRE), ["launch", "cutover", "retire"], "green"),
        ((LAUNCH, CUTOVER, BACK, RETIRE), ["launch", "cutover", "rollback", "retire"], "blue"),
    ],
    ids=["forward", "and-back"],
)
def test_release(
    operator: Operator, drill: Drill, keys: tuple[tuple[str, str], ...], actions: list[str], left: str
) -> None:
    operator.arm("practice")
    made = [operator.carry_out(key, word, within=200)[0] for key, word in keys]
    assert [one.plan.action for one in made] == actions
    assert {one.state for one in made} == {RolloutState.DONE}, [one.sentence for one in made]
    world = drill.world
    assert {server.name.rpartition("-")[0] for server in world.servers} == {f"nova-api-{left}"}
    assert len(world.servers) == len(world.pool.members) == 3
    assert all(member.weight for member in world.pool.members)
