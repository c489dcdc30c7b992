"""A whole release under load: launch, gates, shares, bake, retire. Nothing is lost, and nothing is left behind."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from counting import Things, counted
from lab.balancer import Load
from lab.testing import require_lab
from released import Released

from console.rollout.journal import Journal
from console.rollout.records import EventKind, RolloutState

RATE = 100  # requests per second, each on a new connection
SECONDS = 1200
ASKS_EACH = """
import json, os, urllib.request
for endpoint in os.environ["BLUEGREEN_ENDPOINTS"].split():
    said = json.load(urllib.request.urlopen(f"http://{endpoint}/version", timeout=5))
    assert said["color"] == os.environ["BLUEGREEN_COLOUR"], said
    print(endpoint, said["version"])
"""


@pytest.fixture(params=[3, 10])
def released(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Released]:
    """BLUE with that many instances, and no GREEN."""
    require_lab(dataplane=True)
    made = Released.seed_blue(f"life{request.param}", request.param, tmp_path)
    try:
        script = tmp_path / "asks_each.py"
        script.write_text(ASKS_EACH)
        made.configure(
            release={
                "shift": [30, 100],
                "bake": "10s",
                "gates": [
                    {"name": "each answers", "run": [sys.executable, str(script)], "timeout": "60s"},
                    {"http": "http://{instance}:8774/healthcheck", "expect": 200},
                ],
            },
            launch={"at_once": 4},
        )
        yield made
    finally:
        made.delete()


@pytest.mark.thorough
@pytest.mark.timeout(1800)
def test_release_and_retire_there_and_back(released: Released, capsys: pytest.CaptureFixture[str]) -> None:
    before = counted(released.ids["pools"]["blue"])
    size = len(released.ids["servers"]["blue"])
    assert before == Things(before.servers, before.servers, size, before.groups)
    with Load(released.url, rate=RATE, before=2, after=2, seconds=SECONDS) as load:
        went(released, "nova-api-2026.2", size)
        both = counted(released.ids["pools"]["blue"])
        gone(released)
        there = counted(released.ids["pools"]["blue"])
        if size < 10:  # and back again: half an hour is enough for one of ten
            went(released, "nova-api-2026.1", size)
            gone(released)
        after = counted(released.ids["pools"]["blue"])
    got = load.got
    with capsys.disabled():
        print(
            f"\n{size} instances: {got['requests']} requests, {got['lost']} lost {got['errors']}, "
            f"max gap {got['max_gap_ms']} ms; {before} before, {both} both, {there} after the first, {after} at the end"
        )
    assert got["lost"] == 0, got["errors"]
    assert set(got["versions"]) == {"blue/2026.1", "green/2026.2"}
    assert both == Things(before.servers + size, before.ports + size, 2 * size, before.groups + 1)
    # the seeded BLUE had no group; what is launched has one, and it goes with its colour
    assert there == after == replace(before, groups=before.groups + 1)


def went(released: Released, image: str, size: int) -> None:
    """One release, to its end."""
    words = ("--yes", "--reason", "thorough", "--confirm", "proof", "--unattended")
    done = released.bluegreen("release", "--image", image, *words, seconds=900)
    assert done.returncode == 0, done.stdout + done.stderr
    with Journal.open(f"sqlite:///{released.directory}/journal.db", read_only=True) as journal:
        cutover, launch, *_ = journal.rollouts(released.name)
        assert (launch.plan.action, cutover.plan.action) == ("launch", "cutover")
        assert {launch.state, cutover.state} == {RolloutState.DONE}
        events = journal.events(cutover.id)
        made = [event for event in journal.events(launch.id) if event.kind is EventKind.INTENT]
    assert sum(event.step == "launch" for event in made) == size
    verdicts = [event.data["verdict"] for event in events if event.kind is EventKind.GATE]
    assert verdicts == ["passed", "passed"]
    passed = [event.step for event in events if event.kind is EventKind.PASSED]
    assert passed.index("gate-2") < passed.index("shift-30") < passed.index("shift")
    assert "bake" in passed


def gone(released: Released) -> None:
    """What served before is deleted."""
    done = released.bluegreen("retire", "--yes", "--reason", "thorough", seconds=900)
    assert done.returncode == 0, done.stdout + done.stderr
    rollout, _ = released.last_rollout()
    assert (rollout.plan.action, rollout.state) == ("retire", RolloutState.DONE)
