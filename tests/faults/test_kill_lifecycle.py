"""kill -9 between any two rows of a retire, a scale or an adoption: the offer works, and nothing is left or lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from drill_stage import DrillStage
from stage import environment

from console.config.model import ServiceConfig
from console.drill.server import running_drill
from console.drill.world import Server, World
from console.model.colour import Colour
from console.model.service import Service
from console.plan.lifecycle.ordering import Wish
from console.plan.plan import Intent, Plan, Refusal
from console.plan.planner import plan as make_plan
from console.rollout import asking, pace, request
from console.rollout.records import DecisionKind, Rollout, RolloutState

Asks = Callable[[Service, ServiceConfig], "Intent | Refusal"]
SPEED, TTL = 10.0, 60.0  # seconds of the rollout's clock: 6 of ours


@dataclass(frozen=True)
class Change:
    """What is asked for, in which world, and how many servers and members there are when it is finished."""

    name: str
    asks: Asks
    there: int
    brownfield: bool = False
    undone: bool = False  # whether it can be taken back
    service: str = "nova-api"

    @property
    def services(self) -> int:
        """How many services the drill has: `keystone` is its second one, with a pool for each colour."""
        return 1 if self.service == "nova-api" else 2


CHANGES = (
    Change("retire", lambda service, config: asking.to_retire(service, config, Colour.GREEN), 2),
    Change(
        "more",
        lambda service, config: asking.to_launch(service, config, Wish(Colour.BLUE, adding=1), scale=True),
        5,
        undone=True,
    ),
    Change(
        "fewer",
        lambda service, config: asking.to_take_away(service, config, asking.last_of(service, Colour.BLUE, 1)),
        3,
    ),
    Change(
        "more-pools",
        lambda service, config: asking.to_launch(service, config, Wish(Colour.BLUE, adding=1), scale=True),
        5,
        undone=True,
        service="keystone",
    ),
    Change(
        "fewer-pools",
        lambda service, config: asking.to_take_away(service, config, asking.last_of(service, Colour.BLUE, 1)),
        3,
        service="keystone",
    ),
    Change("adopt", lambda service, config: asking.to_adopt(service, config, None), 2, brownfield=True),
)
ROWS = 40  # more than any of them has
SAMPLE = {("retire", 23), ("more", 22), ("fewer", 17), ("more-pools", 22), ("fewer-pools", 17), ("adopt", 10)}


@pytest.fixture
def staged(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DrillStage]:
    """Two of each colour, or two that nobody has labelled; a server group of the idle colour."""
    change: Change = request.param
    world = {"instances": 2, "pending": 0.2, "heartbeat": 0.2, "build": 0.3, "boot": 0.1}
    with running_drill(**world, brownfield=change.brownfield, services=change.services) as drill:
        config = yaml.safe_load(drill.config_file.read_text())
        if not change.brownfield:
            config["services"] = {change.service: config["services"][change.service]}
        config["lease"]["ttl"] = TTL
        drill.config_file.write_text(yaml.safe_dump(config, sort_keys=False))
        environ = {**environment(drill.clouds_file, tmp_path), pace.VARIABLE: f"{SPEED:g}"}
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        made = DrillStage(drill.config_file, environ, drill=drill)
        yield made
        made.stop_children()


def planned(stage: DrillStage, change: Change) -> Plan:
    settings, service = stage.config.services[stage.name], stage.look()
    intent = change.asks(service, settings)
    assert isinstance(intent, Intent), intent
    made = make_plan(service, settings, intent, time.time())
    assert isinstance(made, Plan), made
    return made


def members_of(world: World, change: Change) -> dict[str, tuple[str, int | None]]:
    """Address and weight of each member in the service's pools."""
    pools = world.entrances[change.services - 1].balancer.pools
    return {member.id: (member.address, member.weight) for pool in pools for member in pool.members}


def servers_of(world: World, change: Change) -> dict[str, Server]:
    """The service's servers; those of one that nobody has labelled are all that there are."""
    return {one.id: one for one in world.servers if change.brownfield or one.name.startswith(change.service)}


def images_of(world: World, change: Change, colour: Colour) -> set[str]:
    """Of which images the colour's servers are: never of two."""
    found = servers_of(world, change).values()
    return {one.image.name for one in found if one.metadata.get("color") == colour}


def killed(stage: DrillStage, change: Change, row: int, kind: DecisionKind) -> None:
    assert stage.drill is not None
    world = stage.drill.world
    before, servers = members_of(world, change), set(servers_of(world, change))
    image = images_of(world, change, Colour.BLUE)
    rollout_id = stage.record(planned(stage, change))
    stage.start("killing_runner.py", str(row), rollout_id).wait(timeout=100)
    assert change.brownfield or images_of(world, change, Colour.BLUE) == image
    with stage.journal() as journal:
        rollout = journal.rollout(rollout_id)
    if rollout.state.ended:  # killed before it gave its lease back, which then ends with its time
        lease = stage.look().lease
        assert lease is None or lease.rollout == rollout_id
    else:
        rollout, kind = settled(stage, rollout_id, kind)
        assert stage.look().lease is None
    assert stage.carries(Colour.BLUE)
    now, left = members_of(world, change), servers_of(world, change)
    assert change.brownfield or images_of(world, change, Colour.BLUE) == image
    if kind is DecisionKind.GO_BACK and rollout.state is not RolloutState.DONE:
        assert rollout.state is RolloutState.ROLLED_BACK, rollout.sentence
        assert now == before
        assert left.keys() == servers
    else:
        assert rollout.state is RolloutState.DONE, rollout.sentence
        assert (len(left), len(now)) == (change.there, change.there)
        assert {ident: one for ident, one in now.items() if ident in before} == {
            ident: before[ident] for ident in now.keys() & before.keys()
        }
    addresses = {port["device_id"] for port in world.ports if port["device_owner"] == "compute:nova"}
    assert addresses <= {server.id for server in world.servers}


def settled(stage: DrillStage, rollout_id: str, kind: DecisionKind) -> tuple[Rollout, DecisionKind]:
    """What came of the offer, or of the one that is left where this one says that it is not open."""
    if kind is DecisionKind.GO_BACK and (closed := _closed(stage, rollout_id)) is not None:
        assert (closed.code, "in rotation by now" in closed.reason) == ("live", True), closed
        assert "finish it; then" in closed.hint
        kind = DecisionKind.FINISH
    rollout = stage.resume(rollout_id, kind)
    if rollout.state is RolloutState.STOPPED and "is gone" in rollout.sentence:
        rollout = stage.resume(rollout_id, kind)  # a deletion that was under way ended between look and start
    return rollout, kind


def _closed(stage: DrillStage, rollout_id: str) -> Refusal | None:
    end = time.monotonic() + 60
    while True:
        with stage.journal() as journal:
            offers = request.offers(stage.config, journal.rollout(rollout_id), stage.look(), time.time())
        found = next((one.refusal for one in offers if one.kind is DecisionKind.GO_BACK), None)
        if found is None or found.code not in ("busy", "unhealthy"):
            return found
        assert time.monotonic() < end, found
        time.sleep(0.3)


def _cases() -> Iterator[object]:
    for change in CHANGES:
        for row in range(2, ROWS):
            for kind in (DecisionKind.FINISH, DecisionKind.GO_BACK) if change.undone else (DecisionKind.FINISH,):
                sample = (change.name, row) in SAMPLE
                yield pytest.param(
                    change,
                    row,
                    kind,
                    id=f"{change.name}-{row}-{kind.replace(' ', '-')}",
                    marks=() if sample else (pytest.mark.thorough,),
                )


@pytest.mark.parametrize(("staged", "row", "kind"), list(_cases()), indirect=["staged"])
def test_kill(staged: DrillStage, row: int, kind: DecisionKind, request: pytest.FixtureRequest) -> None:
    killed(staged, request.node.callspec.params["staged"], row, kind)
