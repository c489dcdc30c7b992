from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from fake_openstack import FakeOpenStack, populate, populate_pools
from rich.console import Console

from console.cli.status import exit_code, show
from console.cli.status_json import as_json
from console.config import load
from console.model.snapshot import Snapshot
from console.watch.observe import Observer

CONFIG = """\
services:
  web:
    cloud: test
    environment: staging
    group: front
    rotation: {kind: pools, load_balancer: web, pools: {blue: web-blue, green: web-green}}
    instances: {tags: [service=web]}
  worker:
    cloud: test
    environment: staging
    rotation: {kind: power}
    instances: {tags: [service=worker]}
"""


@pytest.fixture
def seen(cloud: FakeOpenStack, tmp_path: Path) -> Snapshot:
    cloud.clouds_yaml(tmp_path)
    populate_pools(cloud, preview=False)
    populate(cloud, name="worker", count=2)
    for one in cloud.servers[-2:]:
        one |= {"status": "SHUTOFF", "OS-EXT-STS:power_state": 4}
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG)
    path.chmod(0o600)
    return Observer(load(path, {})).observe()


def text(seen: Snapshot) -> str:
    out = io.StringIO()
    show(seen, Console(file=out, width=160, highlight=False))
    return out.getvalue()


def service(seen: Snapshot, name: str) -> dict[str, Any]:
    return next(one for one in as_json(seen)["services"] if one["name"] == name)


def test_a_service_with_pools_says_which_pool_and_that_it_is_parked(seen: Snapshot) -> None:
    lines = text(seen).splitlines()
    green = next(line for line in lines if "web-green-1" in line and "GREEN" in line)
    assert "web-green" in green
    assert "parked" in green
    assert any(":80 to web-blue, :443 to web-blue" in line for line in lines)


def test_workers_have_no_member_and_no_weight(seen: Snapshot) -> None:
    shown = text(seen)
    worker = next(part for part in shown.split("\n\n") if "worker  " in part)
    assert "GREEN idle green-commit 2 stopped" in worker
    assert "no LB" in worker
    assert "member" not in worker


def test_workers_need_no_load_balancer_to_be_seen(seen: Snapshot) -> None:
    assert exit_code(seen) == 1, "nothing says that the workers do their work; the cloud did answer"


def test_the_json_has_parts_with_pools_and_listeners(seen: Snapshot) -> None:
    web = service(seen, "web")
    (part,) = web["parts"]
    assert (web["rotation"], web["group"], web["colours"]["blue"]["share"]) == ("pools", "front", 1.0)
    assert [one["protocol_port"] for one in part["listeners"]] == [80, 443]
    assert {one["name"]: (one["colour"], one["attached"]) for one in part["pools"]} == {
        "web-blue": ("blue", True),
        "web-green": ("green", False),
    }
    assert part["pools"][0]["monitor"]["type"] == "HTTP"


def test_the_json_says_which_instance_is_in_rotation(seen: Snapshot) -> None:
    worker = service(seen, "worker")
    told = {one["name"]: one["in_rotation"] for side in worker["colours"].values() for one in side["instances"]}
    assert told == {
        "worker-blue-1": True,
        "worker-blue-2": True,
        "worker-green-1": False,
        "worker-green-2": False,
    }
    assert (worker["parts"], worker["load_balancer"]) == ([], None)
