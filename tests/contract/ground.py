"""Where a contract is tested: the drill, or the lab. Both hold one service with blue live and green at weight 0."""

from __future__ import annotations

import contextlib
import json
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from lab.settings import CLOUDS_YAML, has_dataplane
from lab.testing import lab, require_lab

from console import config as configuration
from console.cloud.reader import Reader
from console.cloud.session import Session
from console.cloud.writer import Writer
from console.config.model import Config, ServiceConfig
from console.drill.server import Drill, running_drill
from console.model.balancer import LoadBalancer, Member
from console.model.call import Call
from console.plan.kinds.weights import item

LAB_SERVICE = "contract"
LAB_WEIGHT = 100


@dataclass
class Ground(ABC):
    """One cloud and the service in it. `viewer`: the same project with the role reader only."""

    config: Config
    session: Session
    viewer: Session
    reader: Reader = field(init=False)
    writer: Writer = field(init=False)

    def __post_init__(self) -> None:
        self.reader, self.writer = Reader(self.session), Writer(self.session)
        balancer = self.balancer()
        self.balancer_id = balancer.id
        self.pool_id = self.reader.pool(self.service.rotation.pool, balancer.id).id
        self.lease_network = str(self.reader.network("bluegreen-lease")["id"])
        self._first = self.members()

    @abstractmethod
    def pending(self) -> contextlib.AbstractContextManager[None]:
        """Changes of the load balancer stay PENDING_UPDATE until the block ends."""

    @abstractmethod
    def broken(self) -> contextlib.AbstractContextManager[None]:
        """Changes of the load balancer fail in its amphora until the block ends."""

    @abstractmethod
    def failing_build(self) -> dict[str, str]:
        """The next server that is made with this metadata ends in ERROR."""

    @property
    def service(self) -> ServiceConfig:
        """The one service."""
        return next(iter(self.config.services.values()))

    def balancer(self) -> LoadBalancer:
        """The load balancer as it is."""
        return self.reader.load_balancer(self.service.rotation.load_balancer)

    def members(self) -> list[Member]:
        """The members as they are, by name."""
        return sorted(self.reader.members(self.pool_id), key=lambda member: member.name)

    def member(self, member_id: str) -> Member:
        """One of them."""
        return next(member for member in self.members() if member.id == member_id)

    def of(self, colour: str) -> list[Member]:
        """The members of a colour."""
        return [member for member in self.members() if f"-{colour}-" in member.name]

    def put(self, items: Sequence[dict[str, Any]], *, additive: bool = True, writer: Writer | None = None) -> None:
        """The batch, not waited for."""
        query = "?additive_only=true" if additive else ""
        call = Call("load-balancer", "PUT", f"/v2/lbaas/pools/{self.pool_id}/members{query}", {"members": list(items)})
        (writer or self.writer).send(call)

    def settle(self, seconds: float = 60) -> None:
        """Wait until the load balancer takes writes."""
        until(lambda: self.balancer().provisioning_status, "ACTIVE", seconds)

    def reset(self) -> None:
        """The pool as it was at the start: same addresses, weights, tags."""
        self.settle()
        if [intent(member) for member in self.members()] != [intent(member) for member in self._first]:
            self.put([item(member) for member in self._first], additive=False)
            self.settle()


class DrillGround(Ground):
    """The simulated cloud."""

    drill: Drill

    @contextlib.contextmanager
    def pending(self) -> Iterator[None]:
        usual = self.drill.world.settings.pending
        self.drill.control.put("settings", json={"pending": 600}).raise_for_status()
        try:
            yield
        finally:
            self.drill.control.put("settings", json={"pending": usual}).raise_for_status()
            self.drill.control.post("release").raise_for_status()

    @contextlib.contextmanager
    def broken(self) -> Iterator[None]:
        self.drill.control.post("trouble", json={"kind": "amphora"}).raise_for_status()
        yield

    def failing_build(self) -> dict[str, str]:
        self.drill.control.post("builds", json={"kind": "error"}).raise_for_status()
        return {}


class LabGround(Ground):
    """The real one."""

    def failing_build(self) -> dict[str, str]:
        return {"lab_fail": "told to fail by the lab"}

    @contextlib.contextmanager
    def pending(self) -> Iterator[None]:
        lab("freeze", "octavia-worker")
        try:
            yield
        finally:
            lab("freeze", "octavia-worker", "--thaw")

    @contextlib.contextmanager
    def broken(self) -> Iterator[None]:
        if not has_dataplane():
            pytest.skip("not run: the lab has no data plane (it needs root)")
        lab("break-lb", self.balancer_id, "on")
        try:
            yield
        finally:
            lab("break-lb", self.balancer_id, "off")


@contextlib.contextmanager
def on_drill() -> Iterator[Ground]:
    """A drill of its own."""
    with running_drill(instances=2, pending=0.3, heartbeat=0.5, build=0.6, boot=0.3) as drill:
        ground = DrillGround(*_sessions(drill.clouds_file, drill.config_file))
        ground.drill = drill
        yield ground


@contextlib.contextmanager
def on_lab(directory: Path) -> Iterator[Ground]:
    """A set of its own in the lab, if there is a lab."""
    require_lab()
    seed = ("seed", LAB_SERVICE, "--servers", "2", "--weight", str(LAB_WEIGHT), "--green-in-pool")
    made = json.loads(lab(*seed, "--dir", str(directory)))
    try:
        yield LabGround(*_sessions(CLOUDS_YAML, Path(made["config"])))
    finally:
        lab("seed", LAB_SERVICE, "--delete")


def _sessions(clouds: Path, config: Path) -> tuple[Config, Session, Session]:
    """clouds.yaml is read when a session is opened, and not after."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("OS_")}
    loaded = configuration.load(config, environ)
    cloud = next(iter(loaded.services.values())).cloud
    with pytest.MonkeyPatch.context() as patch:
        for name in set(os.environ) - set(environ):
            patch.delenv(name)
        patch.setenv("OS_CLIENT_CONFIG_FILE", str(clouds))
        return loaded, Session.open(cloud), Session.open(f"{cloud}-viewer")


def intent(member: Member) -> tuple[object, ...]:
    """What somebody wanted of a member, without what was observed of it. Octavia keeps tags in no order."""
    place = (member.name, member.address, member.protocol_port, member.subnet_id)
    return (*place, member.weight, member.admin_state_up, member.backup, member.monitor_port, sorted(member.tags))


def until(read: Callable[[], object], wanted: object, seconds: float = 20) -> None:
    """Wait for a value; fails with the last one seen."""
    end = time.monotonic() + seconds
    while (got := read()) != wanted:
        assert time.monotonic() < end, f"still {got!r} after {seconds} s, not {wanted!r}"
        time.sleep(0.1)
