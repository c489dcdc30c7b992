"""A whole release through the screens, in a real terminal, under load: nothing is lost, and nothing is left behind."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from by_keys import Operator
from counting import Things, counted
from lab.balancer import Load
from lab.testing import require_lab
from released import Released
from ttykit import Console

from console.rollout.records import EventKind, RolloutState

BLUEGREEN = str(Path(sys.executable).with_name("bluegreen"))


@pytest.fixture(params=[3, 10])
def released(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Released]:
    """BLUE, and no GREEN."""
    require_lab(dataplane=True)
    made = Released.seed_blue(f"keys{request.param}", request.param, tmp_path)
    try:
        made.configure(
            release={
                "shift": [30, 100],
                "bake": "10s",
                "gates": [{"http": "http://{instance}:8774/healthcheck", "expect": 200}],
            },
            launch={"image": {"name": "nova-api-2026.2"}},
        )
        yield made
    finally:
        made.delete()


@pytest.fixture
def operator(released: Released) -> Iterator[Operator]:
    environ = released.environ | {"XDG_STATE_HOME": str(released.directory / "state")}
    console = Console([BLUEGREEN, "--config", released.ids["config"]], cols=120, rows=40, env=environ)
    yield Operator(console, f"sqlite:///{released.directory}/journal.db", released.name)
    console.close()


@pytest.mark.thorough
@pytest.mark.timeout(1800)
def test_release_and_retire(released: Released, operator: Operator, capsys: pytest.CaptureFixture[str]) -> None:
    pool, size = released.ids["pools"]["blue"], len(released.ids["servers"]["blue"])
    before = counted(pool)
    operator.arm("thorough")
    with Load(released.url, rate=100, before=2, after=2, seconds=1500) as load:
        launch, _ = operator.carry_out("l", "y", within=500)
        both = counted(pool)
        cutover, events = operator.carry_out("c", "y", within=300)
        retire, _ = operator.carry_out("t", f"{size} {released.name}", within=500)
        after = counted(pool)
    got, made = load.got, (launch, cutover, retire)
    with capsys.disabled():
        print(f"\n{got['requests']} requests, {got['lost']} lost {got['errors']}; {before}, {both}, {after}")
    assert [one.plan.action for one in made] == ["launch", "cutover", "retire"]
    assert {one.state for one in made} == {RolloutState.DONE}, [one.sentence for one in made]
    assert [event.data["verdict"] for event in events if event.kind is EventKind.GATE] == ["passed"]
    assert got["lost"] == 0, got["errors"]
    assert set(got["versions"]) == {"blue/2026.1", "green/2026.2"}
    assert both == Things(before.servers + size, before.ports + size, 2 * size, before.groups + 1)
    # the seeded BLUE had no group; what is launched has one, and it goes with its colour
    assert after == Things(before.servers, before.ports, size, before.groups + 1)
