"""A drill as the tests see it: raw HTTP with a token, and what is behind it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import yaml

from console.drill.loopback import no_tls
from console.drill.server import Drill, running_drill

DEADLINE = 10.0


@dataclass
class Cloud:
    """A drill as a test sees it: raw HTTP with a token."""

    drill: Drill
    operator: httpx.Client
    viewer: httpx.Client

    @property
    def pool(self) -> str:
        return f"/load-balancer/v2/lbaas/pools/{self.drill.world.pool.id}"

    @property
    def vip(self) -> str:
        return f"http://{self.drill.world.balancer.vip_address}:{self.drill.world.vip.port}/version"

    def members(self) -> dict[str, dict[str, Any]]:
        """By name, without the service's prefix: `blue-1`."""
        listed = self.operator.get(f"{self.pool}/members").json()["members"]
        return {member["name"].removeprefix("nova-api-"): member for member in listed}

    def item(self, name: str, **changes: Any) -> dict[str, Any]:
        """A complete batch item of this member."""
        keys = ("address", "protocol_port", "weight", "admin_state_up", "backup", "subnet_id", "name", "tags")
        member = self.members()[name]
        return {**{key: member[key] for key in keys}, **changes}

    def batch(self, *items: dict[str, Any], additive: bool = True) -> httpx.Response:
        query = {"additive_only": "true"} if additive else {}
        return self.operator.put(f"{self.pool}/members", params=query, json={"members": list(items)})

    def swap(self) -> httpx.Response:
        """All weight from blue to green, in one batch."""
        changes = {"blue": 0, "green": 100}
        return self.batch(*(self.item(name, weight=changes[name.partition("-")[0]]) for name in self.members()))

    def balancer(self) -> dict[str, Any]:
        listed: dict[str, Any] = self.operator.get("/load-balancer/v2/lbaas/loadbalancers").json()
        balancer: dict[str, Any] = listed["loadbalancers"][0]
        return balancer

    def settle(self) -> str:
        """Wait until the load balancer is not PENDING; its status."""
        until(lambda: not self.balancer()["provisioning_status"].startswith("PENDING"))
        status: str = self.balancer()["provisioning_status"]
        return status

    def answers(self, count: int = 12) -> list[str]:
        """The colours of so many new connections through the VIP; the status of those that got none."""
        with httpx.Client(trust_env=False, verify=no_tls(), headers={"Connection": "close"}) as client:
            got = [client.get(self.vip) for _ in range(count)]
        return [each.json()["color"] if each.status_code == 200 else str(each.status_code) for each in got]


def until(condition: Any, deadline: float = DEADLINE) -> None:
    """Wait for a condition, or fail."""
    end = time.monotonic() + deadline
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def login(drill: Drill, cloud: str) -> httpx.Client:
    auth = yaml.safe_load(drill.clouds_file.read_text())["clouds"][cloud]["auth"]
    domain = {"id": "default"}
    user = {"name": auth["username"], "password": auth["password"], "domain": domain}
    body = {
        "auth": {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": auth["project_name"], "domain": domain}},
        }
    }
    answer = httpx.post(f"{auth['auth_url']}/auth/tokens", json=body, trust_env=False, verify=no_tls())
    assert answer.status_code == 201, answer.text
    token = answer.headers["X-Subject-Token"]
    return httpx.Client(
        base_url=drill.url, headers={"X-Auth-Token": token}, trust_env=False, verify=no_tls(), timeout=10
    )


def start(**settings: Any) -> Iterator[Cloud]:
    quick = {"instances": 2, "pending": 0.15, "heartbeat": 0.1, **settings}
    with running_drill(**quick) as drill, login(drill, "drill") as operator, login(drill, "drill-viewer") as viewer:
        yield Cloud(drill, operator, viewer)
