"""What `bluegreen` says of a service is what the `openstack` client prints, field by field; on the lab only.

The client is the lab's own: its virtual environment has python-openstackclient with python-octaviaclient.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest
from ground import LAB_WEIGHT, until
from lab.settings import CLOUDS_YAML, has_dataplane, in_venv
from lab.testing import lab, require_lab

from console.cloud.details import Details
from console.cloud.reader import Reader
from console.cloud.session import Session
from console.cloud.writer import Writer
from console.model.call import Call
from console.plan.kinds.weights import item

SERVICE = "agrees"
AT_ONCE = 3
pytestmark = pytest.mark.timeout(300)  # the client takes seconds to start, each time


@dataclass
class Both:
    """The same service by two programs, as one user."""

    cloud: str
    config: Path
    environ: dict[str, str]

    def openstack(self, *words: str) -> Any:
        """What the client prints, as JSON."""
        command = [in_venv("openstack"), "--os-cloud", self.cloud, *words, "-f", "json"]
        done = subprocess.run(command, env=self.environ, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def all(self, *commands: Sequence[str]) -> list[Any]:
        """Several of them, at once: each takes seconds to start."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(lambda words: self.openstack(*words), commands))

    def status(self) -> dict[str, Any]:
        """`bluegreen status --json` of the service."""
        command = [sys.executable, "-m", "console", "--config", str(self.config), "status", "--json"]
        done = subprocess.run(command, env=self.environ, capture_output=True, text=True, timeout=120, check=False)
        assert done.stdout, done.stderr
        (service,) = json.loads(done.stdout)["services"]
        found: dict[str, Any] = service
        return found

    @cached_property
    def session(self) -> Session:
        """The console's own way in."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("OS_CLIENT_CONFIG_FILE", str(CLOUDS_YAML))
            return Session.open(self.cloud)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    require_lab()
    place = tmp_path_factory.mktemp("agrees")
    words = ("--servers", "2", "--weight", str(LAB_WEIGHT), "--green-in-pool", "--dir", str(place))
    made = json.loads(lab("seed", SERVICE, *words))
    try:
        yield Path(made["config"])
    finally:
        lab("seed", SERVICE, "--delete")


@pytest.fixture(scope="module", params=["lab", "lab-viewer"])
def both(request: pytest.FixtureRequest, config: Path) -> Both:
    own = config.with_name(f"{request.param}.yaml")
    own.write_text(config.read_text().replace("cloud: lab\n", f"cloud: {request.param}\n"))
    own.chmod(0o600)
    environ = {key: value for key, value in os.environ.items() if not key.startswith("OS_")}
    return Both(request.param, own, {**environ, "OS_CLIENT_CONFIG_FILE": str(CLOUDS_YAML), "COLUMNS": "1000"})


@pytest.fixture(scope="module")
def said(both: Both) -> dict[str, Any]:
    """The service once the first health checks are through."""
    reader = Reader(both.session)
    pool = reader.pool(f"{SERVICE}-pool", reader.load_balancer(f"{SERVICE}-lb").id).id
    wanted = {("blue", "ONLINE"), ("green", "DRAINING")}
    until(lambda: {(one.name.split("-")[1], one.operating_status) for one in reader.members(pool)}, wanted, 60)
    return both.status()


def instances(service: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By name, each with its colour."""
    sides = service["colours"].items()
    return {one["name"]: {**one, "colour": colour} for colour, side in sides for one in side["instances"]}


def test_servers(both: Both, said: dict[str, Any]) -> None:
    ours = instances(said)
    one = next(iter(ours.values()))
    listed, shown = both.all(
        ("server", "list", "--long", "--tags", f"service={SERVICE}"), ("server", "show", one["id"])
    )
    assert {row["Name"] for row in listed} == set(ours)
    for row in listed:
        mine = ours[row["Name"]]
        assert row["ID"] == mine["id"]
        for key, column in (("status", "Status"), ("task_state", "Task State"), ("power_state", "Power State")):
            assert mine["server"][key] == row[column], (row["Name"], column)
        assert mine["member"]["address"] in [address for each in row["Networks"].values() for address in each]
        assert (mine["colour"], mine["version"]) == (row["Properties"]["color"], row["Properties"]["git_commit"])
    assert (one["server"]["status"], one["server"]["task_state"], one["server"]["power_state"]) == (
        shown["status"],
        shown["OS-EXT-STS:task_state"],
        shown["OS-EXT-STS:power_state"],
    )
    assert (one["name"], one["version"]) == (shown["name"], shown["properties"]["git_commit"])


def test_load_balancer_and_listener(both: Both, said: dict[str, Any]) -> None:
    part, balancer = said["parts"][0], said["load_balancer"]
    shown, listed, listeners = both.all(
        ("loadbalancer", "show", balancer["id"]),
        ("loadbalancer", "list", "--name", balancer["name"]),
        ("loadbalancer", "listener", "list", "--loadbalancer", balancer["id"]),
    )
    for key in ("id", "name", "vip_address", "provider", "provisioning_status"):
        assert balancer[key] == shown[key] == listed[0][key], key
    (listener,), (ours,) = listeners, part["listeners"]
    for key in ("id", "name", "default_pool_id", "protocol", "protocol_port", "admin_state_up"):
        assert ours[key] == listener[key], key
    whole = both.openstack("loadbalancer", "listener", "show", ours["id"])
    assert (ours["operating_status"], ours["provisioning_status"]) == (
        whole["operating_status"],
        whole["provisioning_status"],
    )


def test_pool_monitor_and_members(both: Both, said: dict[str, Any]) -> None:
    pool = said["parts"][0]["pools"][0]
    shown, members, monitors = both.all(
        ("loadbalancer", "pool", "show", pool["id"]),
        ("loadbalancer", "member", "list", pool["id"]),
        ("loadbalancer", "healthmonitor", "list"),
    )
    for key in ("id", "name", "protocol", "admin_state_up", "operating_status", "provisioning_status"):
        assert pool[key] == shown[key], key
    (monitor,) = [one for one in monitors if one["id"] == pool["monitor"]["id"]]
    assert (monitor["type"], monitor["id"]) == (pool["monitor"]["type"], shown["healthmonitor_id"])
    whole = both.openstack("loadbalancer", "healthmonitor", "show", monitor["id"])
    for key in ("url_path", "delay", "timeout"):
        assert pool["monitor"][key] == whole[key], key
    ours = {one["member"]["id"]: one["member"] for one in instances(said).values()}
    assert set(ours) == {row["id"] for row in members}
    for row in members:
        for key in ("name", "address", "protocol_port", "weight", "operating_status", "provisioning_status"):
            assert ours[row["id"]][key] == row[key], (row["name"], key)


def test_counters(both: Both, said: dict[str, Any]) -> None:
    """They follow the reports of the amphora: compared when two looks at them agree."""
    if has_dataplane():
        for _ in range(3):
            httpx.get(f"http://{said['load_balancer']['vip_address']}/version", trust_env=False)
    listener, details = said["parts"][0]["listeners"][0]["id"], Details(both.session)

    def agree() -> object:
        ours = details.listener_stats(listener)
        shown = both.openstack("loadbalancer", "listener", "stats", "show", listener)
        names = ("active_connections", "total_connections", "bytes_in", "bytes_out", "request_errors")
        theirs = tuple(int(shown[name]) for name in names)
        found = (ours.active, ours.total, ours.bytes_in, ours.bytes_out, ours.errors)
        return True if found == theirs else (found, theirs)

    until(agree, True, 60)
    if has_dataplane():
        assert details.listener_stats(listener).total >= 3


def test_the_whole_load_balancer(both: Both, said: dict[str, Any]) -> None:
    tree = Details(both.session).tree(said["load_balancer"]["id"])
    pools = both.openstack("loadbalancer", "pool", "list", "--loadbalancer", said["load_balancer"]["id"])
    assert {pool.id: (pool.name, pool.protocol, pool.algorithm) for pool in tree.pools} == {
        row["id"]: (row["name"], row["protocol"], row["lb_algorithm"]) for row in pools
    }
    (pool,) = tree.pools
    rows = both.openstack("loadbalancer", "member", "list", pool.id)
    assert {one.id: (one.weight, one.operating_status) for one in tree.members[pool.id]} == {
        row["id"]: (row["weight"], row["operating_status"]) for row in rows
    }


def test_what_was_done_to_a_server_and_its_console(both: Both, said: dict[str, Any]) -> None:
    one = next(iter(instances(said).values()))
    details = Details(both.session)
    rows = both.openstack("server", "event", "list", one["id"])
    ours = details.deeds(one["id"])
    assert [(deed.action, deed.request_id) for deed in ours] == [(row["Action"], row["Request ID"]) for row in rows]
    if both.cloud == "lab":
        command = [in_venv("openstack"), "--os-cloud", both.cloud, "console", "log", "show", one["id"]]
        done = subprocess.run(command, env=both.environ, capture_output=True, text=True, timeout=120, check=True)
        assert details.console(one["id"], 100).strip() == done.stdout.strip()


def test_a_drained_member(both: Both) -> None:
    """Out of rotation by hand, seen alike; who may not write sees it as well."""
    reader = Reader(both.session)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OS_CLIENT_CONFIG_FILE", str(CLOUDS_YAML))
        writer = Writer(Session.open("lab"))
    balancer = reader.load_balancer(f"{SERVICE}-lb")
    pool = reader.pool(f"{SERVICE}-pool", balancer.id).id
    blue = next(one for one in reader.members(pool) if one.name == f"{SERVICE}-blue-1")

    def put(weight: int) -> None:
        path = f"/v2/lbaas/pools/{pool}/members?additive_only=true"
        writer.send(Call("load-balancer", "PUT", path, {"members": [item(replace(blue, weight=weight))]}))
        until(lambda: reader.provisioning_status(balancer.id), "ACTIVE", 60)

    def observed() -> str:
        return next(one for one in reader.members(pool) if one.id == blue.id).operating_status

    until(observed, "ONLINE", 60)
    put(0)
    try:
        until(observed, "DRAINING", 60)
        ours = instances(both.status())[blue.name]["member"]
        theirs = next(row for row in both.openstack("loadbalancer", "member", "list", pool) if row["id"] == blue.id)
        assert (ours["weight"], ours["operating_status"]) == (theirs["weight"], theirs["operating_status"])
        assert (ours["weight"], ours["operating_status"]) == (0, "DRAINING")
    finally:
        put(LAB_WEIGHT)
        until(observed, "ONLINE", 60)
