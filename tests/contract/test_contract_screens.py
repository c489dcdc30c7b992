"""The screens on a real OpenStack, for an operator and for a user who may only read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from ground import LAB_WEIGHT
from lab.settings import CLOUDS_YAML
from lab.testing import lab, require_lab
from ttykit import Console

SERVICE = "seen"
WITHIN = 60.0  # seconds
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    require_lab(dataplane=True)
    place = tmp_path_factory.mktemp("seen")
    words = ("--servers", "2", "--weight", str(LAB_WEIGHT), "--green-in-pool", "--dir", str(place))
    made = json.loads(lab("seed", SERVICE, *words))
    try:
        yield Path(made["config"])
    finally:
        lab("seed", SERVICE, "--delete")


@pytest.fixture(params=["lab", "lab-viewer"])
def console(request: pytest.FixtureRequest, config: Path, tmp_path: Path) -> Iterator[tuple[Console, str]]:
    own = tmp_path / "config.yaml"
    own.write_text(config.read_text().replace("cloud: lab\n", f"cloud: {request.param}\n"))
    own.chmod(0o600)
    environ = {name: "" for name in os.environ if name.startswith("OS_")}
    environ |= {"OS_CLIENT_CONFIG_FILE": str(CLOUDS_YAML), "HOME": str(tmp_path), "NO_COLOR": "1"}
    made = Console(["-m", "console", "--config", str(own)], env=environ)
    try:
        yield made, request.param
    finally:
        made.close()


def test_service_instance_and_load_balancer(console: tuple[Console, str]) -> None:
    screen, cloud = console
    screen.wait_for(f"{SERVICE}-blue-1", f"{SERVICE}-blue-2", "ONLINE", "BLUE live", "fresh", within=WITHIN)
    row = next(line for line in screen.screen.display if f"{SERVICE}-blue-1" in line)
    assert row.split()[:4] == [f"{SERVICE}-blue-1", "ACTIVE", "ONLINE", str(LAB_WEIGHT)]
    screen.wait_for("BLUE 100 %", within=WITHIN)
    assert not screen.colours()
    screen.child.send("\t")
    screen.wait_for(f"{SERVICE}-green-1", "DRAINING", within=WITHIN)
    screen.child.send("\t\r")
    screen.wait_for(f"{SERVICE}-blue-1", "create", within=WITHIN)
    told = "uuid:" if cloud == "lab" else "403"
    for _ in range(6):
        if told in screen.text:
            break
        screen.child.send("\t")
        screen.pump(1.0)
    assert told in screen.text, screen.text
    screen.child.send("b")
    screen.wait_for(f"load balancer {SERVICE}-lb", "VIP", "ONLINE", within=WITHIN)
    for part in (f"{SERVICE}-http", f"{SERVICE}-pool", f"{SERVICE}-green-2"):
        screen.child.send("\t")
        screen.wait_for(part, within=WITHIN)
    screen.child.send("q")
    screen.ends(10)
    assert screen.left_behind() == []
