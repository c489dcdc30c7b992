"""`verify`: load balancers, listeners, pools, members."""

from __future__ import annotations

import ipaddress
import time
from typing import Any

from .checks import Checks
from .inside import connect
from .process import read_pid
from .settings import has_dataplane

PREFIX = "verify-"


class _Set:
    """The objects under test."""

    def __init__(self, cloud: Any, check: Checks) -> None:
        self.api, self.check = cloud.load_balancer, check
        self.subnet = cloud.network.find_subnet("ops-subnet")

    def settle(self) -> None:
        begun = time.monotonic()
        while time.monotonic() - begun < 60:
            status = self.api.get_load_balancer(self.balancer.id).provisioning_status
            if not status.startswith("PENDING"):
                break
            time.sleep(0.01)
        self.check(f"  -> {status}", status == "ACTIVE", f"after {time.monotonic() - begun:.2f} s")

    def create(self) -> None:
        self.balancer = self.api.create_load_balancer(name=PREFIX + "lb", vip_subnet_id=self.subnet.id, tags=["a=1"])
        self.check("load balancer", self.balancer.provisioning_status == "PENDING_CREATE", self.balancer.vip_address)
        self.settle()
        self.listener = self.api.create_listener(
            name=PREFIX + "li", protocol="HTTP", protocol_port=80, load_balancer_id=self.balancer.id
        )
        self.settle()
        self.blue = self._pool("blue", listener_id=self.listener.id)
        self.green = self._pool("green", loadbalancer_id=self.balancer.id)

    def _pool(self, colour: str, **where: str) -> Any:
        pool = self.api.create_pool(name=PREFIX + colour, protocol="HTTP", lb_algorithm="ROUND_ROBIN", **where)
        self.settle()
        monitor = {"type": "HTTP", "delay": 5, "timeout": 3, "max_retries": 3, "url_path": "/healthcheck"}
        self.api.create_health_monitor(pool_id=pool.id, **monitor)
        self.settle()
        return pool

    @property
    def members_path(self) -> str:
        return f"/lbaas/pools/{self.blue.id}/members"

    def item(self, number: int, weight: int = 1) -> dict[str, Any]:
        address = ipaddress.ip_network(self.subnet.cidr)[900 + number]
        return {
            "address": str(address),
            "protocol_port": 8774,
            "weight": weight,
            "name": f"m{number}",
            "subnet_id": self.subnet.id,
            "tags": ["color=blue"],
        }

    def members(self) -> dict[str, Any]:
        return {member.name: member for member in self.api.members(self.blue)}

    def put(self, *items: dict[str, Any], query: str = "") -> Any:
        return self.api.put(self.members_path + query, json={"members": list(items)})


def run(cloud: Any, check: Checks) -> None:
    """Everything on a load balancer of its own."""
    made = _Set(cloud, check)
    made.create()
    _batches(made, check)
    _statuses(made, check)
    _reading(made, check)
    viewer = connect("lab-viewer")
    check("viewer reads", len(list(viewer.load_balancer.pools())) >= 2 and list(viewer.compute.servers()))
    answer = viewer.load_balancer.put(made.members_path, json={"members": []})
    check("viewer: 403", answer.status_code == 403, answer.text[:80])
    clean(cloud)
    check("deleted", not made.api.find_load_balancer(made.balancer.id))


def _batches(made: _Set, check: Checks) -> None:
    first, second = made.put(made.item(11), made.item(12)), made.put()
    check("batch member update 202", first.status_code == 202)
    check("  409 while PENDING_UPDATE", second.status_code == 409, second.text[:100])
    made.settle()
    before = made.members()["m11"].id
    check("batch replaces: 202", made.put(made.item(11, 5), made.item(13)).status_code == 202)
    made.settle()
    members = made.members()
    check("  m12 gone, m13 there", sorted(members) == ["m11", "m13"])
    check("  m11 same id, weight 5", members["m11"].id == before and members["m11"].weight == 5)
    check("batch additive_only: 202", made.put(made.item(14), query="?additive_only=true").status_code == 202)
    made.settle()
    check("  the others stay", sorted(made.members()) == ["m11", "m13", "m14"])
    updated = made.api.update_member(made.members()["m14"], made.blue, weight=0)
    check("single weight update", updated.provisioning_status == "PENDING_UPDATE")
    made.settle()
    check("member tags", made.members()["m13"].tags == ["color=blue"])


def _statuses(made: _Set, check: Checks) -> None:
    if read_pid("amphorae"):
        expected = {"m11": "ONLINE", "m13": "ONLINE", "m14": "DRAINING"}
        if has_dataplane():  # no server has these addresses
            expected = dict.fromkeys(expected, "ERROR")
        check.until(
            "operating_status by the health manager",
            lambda: {name: member.operating_status for name, member in made.members().items()},
            expected,
            30,
        )
    for pool in (made.green, made.blue):
        listener = made.api.update_listener(made.listener.id, default_pool_id=pool.id)
        check(f"listener default_pool -> {pool.name}", listener.default_pool_id == pool.id)
        made.settle()


def _reading(made: _Set, check: Checks) -> None:
    tree = made.api.get(f"/lbaas/loadbalancers/{made.balancer.id}/status").json()["statuses"]["loadbalancer"]
    check(
        "status tree (only pools in use)", [pool["name"] for pool in tree["listeners"][0]["pools"]] == [made.blue.name]
    )
    counters = {"active_connections", "bytes_in", "bytes_out", "request_errors", "total_connections"}
    for path in (f"loadbalancers/{made.balancer.id}", f"listeners/{made.listener.id}"):
        stats = made.api.get(f"/lbaas/{path}/stats").json()["stats"]
        check("stats", set(stats) == counters, stats)
    check("filter by tag", [found.id for found in made.api.load_balancers(tags="a=1")] == [made.balancer.id])


def clean(cloud: Any) -> None:
    """Delete the load balancers it makes."""
    api = cloud.load_balancer
    for balancer in api.load_balancers():
        if balancer.name.startswith(PREFIX):
            api.delete_load_balancer(balancer.id, cascade=True)
            while api.find_load_balancer(balancer.id):
                time.sleep(0.2)
