"""A blue/green set in the lab, made as the deployer; see commands/seed.py for what it consists of."""

from __future__ import annotations

import concurrent.futures
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .settings import fail, has_dataplane

COLOURS = ("blue", "green")
APP_PORT = 8774
LEASE_NETWORK = "bluegreen-lease"
_IMAGE = {"blue": "nova-api-2026.1", "green": "nova-api-2026.2"}
_MONITOR = {
    "type": "HTTP",
    "delay": 5,
    "timeout": 3,
    "max_retries": 3,
    "url_path": "/healthcheck",
    "expected_codes": "200",
}


@dataclass(frozen=True, slots=True)
class Options:
    """What to make. `servers` of each colour; `weight` of an instance in rotation.

    `blue_only`: no green ones yet. `unlabelled`: made by hand, nothing says what is of which service and colour.
    """

    name: str
    servers: int = 3
    weight: int = 1
    green_in_pool: bool = False
    two_pools: bool = False
    blue_only: bool = False
    unlabelled: bool = False

    @property
    def colours(self) -> tuple[str, ...]:
        """Those that are made."""
        return COLOURS[:1] if self.blue_only else COLOURS


def settle(load_balancers: Any, balancer_id: str, timeout: float = 60) -> float:
    """Wait until the load balancer is ACTIVE; how many seconds it took. Ends the program on any other end."""
    begun = time.monotonic()
    status = "?"
    while time.monotonic() - begun < timeout:
        status = load_balancers.get_load_balancer(balancer_id).provisioning_status
        if not status.startswith("PENDING"):
            break
        time.sleep(0.02)
    if status != "ACTIVE":
        fail(f"load balancer {balancer_id} is {status}")
    return time.monotonic() - begun


class Seed:
    """Makes or deletes one set."""

    def __init__(self, cloud: Any, options: Options) -> None:
        self._cloud, self._lb, self._options = cloud, cloud.load_balancer, options
        self._net = cloud.network.find_network("ops-net", ignore_missing=False)
        self._subnet = cloud.network.find_subnet("ops-subnet", ignore_missing=False)
        self._flavor = cloud.compute.find_flavor("m1.tiny", ignore_missing=False)
        self._images = {image.name: image for image in cloud.image.images()}

    def make(self) -> dict[str, Any]:
        """Make what is missing and put the rest right: blue in rotation, green not. The ids of everything."""
        name = self._options.name
        servers = self._servers()
        balancer = self._lb.find_load_balancer(f"{name}-lb") or self._lb.create_load_balancer(
            name=f"{name}-lb", vip_subnet_id=self._subnet.id, tags=[f"service={name}"]
        )
        settle(self._lb, balancer.id)
        listener = self._lb.find_listener(f"{name}-http")
        if not listener:
            listener = self._lb.create_listener(
                name=f"{name}-http", protocol="HTTP", protocol_port=80, load_balancer_id=balancer.id
            )
            settle(self._lb, balancer.id)
        in_main_pool = self._options.colours if self._options.green_in_pool else ("blue",)
        pools = {"blue": self._pool(balancer.id, f"{name}-pool", listener_id=listener.id)}
        self._put_members(balancer.id, pools["blue"].id, servers, in_main_pool)
        if self._options.two_pools:
            pools["green"] = self._pool(balancer.id, f"{name}-pool-green", loadbalancer_id=balancer.id)
            self._put_members(balancer.id, pools["green"].id, servers, ("green",), weight=self._options.weight)
        self._drop_surplus(servers)
        lease = self._cloud.network.find_network(LEASE_NETWORK) or self._cloud.network.create_network(
            name=LEASE_NETWORK
        )
        return {
            "load_balancer": balancer.id,
            "vip_address": balancer.vip_address,
            "listener": listener.id,
            "lease_network": lease.id,
            "pools": {colour: pool.id for colour, pool in pools.items()},
            "health_monitors": {colour: pool.health_monitor_id for colour, pool in pools.items()},
            "members": {
                colour: {member.name: member.id for member in self._lb.members(pool)} for colour, pool in pools.items()
            },
            "servers": {
                colour: {server.name: server.id for server in of_colour} for colour, of_colour in servers.items()
            },
        }

    def delete(self) -> None:
        """Delete the set; the lease network stays, other sets use it."""
        balancer = self._lb.find_load_balancer(f"{self._options.name}-lb")
        if balancer:
            self._lb.delete_load_balancer(balancer.id, cascade=True)
        nova = self._cloud.compute
        servers = list(self._existing())
        for server in servers:
            if server.is_locked:
                nova.unlock_server(server)
            nova.delete_server(server)
        for server in servers:
            nova.wait_for_delete(server, interval=0.5, wait=60)
        groups = {f"bluegreen-{self._options.name}-{colour}" for colour in COLOURS}
        for group in nova.server_groups():
            if group.name in groups:
                nova.delete_server_group(group)
        while balancer and self._lb.find_load_balancer(balancer.id):
            time.sleep(0.2)

    def item(self, colour: str, server: Any, weight: int) -> dict[str, Any]:
        """One member of a batch update."""
        tags = [f"server={server.id}", f"color={colour}", f"bluegreen:weight={self._options.weight}"]
        if self._options.unlabelled:
            tags = []
        return {
            "name": server.name,
            "address": server.addresses["ops-net"][0]["addr"],
            "protocol_port": APP_PORT,
            "subnet_id": self._subnet.id,
            "weight": weight,
            "tags": tags,
        }

    def _existing(self) -> Iterator[Any]:
        prefixes = tuple(f"{self._options.name}-{colour}-" for colour in COLOURS)
        return (server for server in self._cloud.compute.servers(details=True) if server.name.startswith(prefixes))

    def _servers(self) -> dict[str, list[Any]]:
        known = {server.name: server for server in self._existing()}
        wanted = [
            (colour, number) for colour in self._options.colours for number in range(1, self._options.servers + 1)
        ]

        def server(colour: str, number: int) -> Any:
            name = f"{self._options.name}-{colour}-{number}"
            return known.get(name) or self._create_server(name, colour)

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            made = list(pool.map(lambda pair: server(*pair), wanted))
        return {
            colour: [server for (of, _), server in zip(wanted, made, strict=True) if of == colour]
            for colour in self._options.colours
        }

    def _create_server(self, name: str, colour: str) -> Any:
        image = self._images[_IMAGE[colour]]
        nova = self._cloud.compute
        labels: dict[str, Any] = {
            "tags": [f"service={self._options.name}", f"color={colour}"],
            "metadata": {
                "color": colour,
                "version": image.properties["app_version"],
                "git_commit": image.properties["git_commit"],
            },
        }
        server = nova.create_server(
            name=name,
            image_id=image.id,
            flavor_id=self._flavor.id,
            networks=[{"uuid": self._net.id}],
            **({} if self._options.unlabelled else labels),
        )
        return nova.wait_for_server(server, wait=240, interval=0.5)

    def _pool(self, balancer_id: str, name: str, **where: str) -> Any:
        pool = self._lb.find_pool(name)
        if not pool:
            pool = self._lb.create_pool(name=name, protocol="HTTP", lb_algorithm="ROUND_ROBIN", **where)
            settle(self._lb, balancer_id)
        if not pool.health_monitor_id:
            self._lb.create_health_monitor(name=f"{name}-hm", pool_id=pool.id, **_MONITOR)
            settle(self._lb, balancer_id)
        return self._lb.get_pool(pool.id)

    def _put_members(
        self,
        balancer_id: str,
        pool_id: str,
        servers: dict[str, list[Any]],
        colours: tuple[str, ...],
        weight: int | None = None,
    ) -> None:
        """One batch for the whole pool, if it is not as it should be; members of nobody's are removed by it."""
        items = []
        for colour in colours:
            serving = self._options.weight if colour == "blue" or weight is not None else 0
            items += [self.item(colour, server, serving) for server in servers[colour]]
        path = f"/lbaas/pools/{pool_id}/members"
        present = self._lb.get(path).json()["members"]
        if _comparable(present) == _comparable(items):
            return
        answer = self._lb.put(path, json={"members": items})
        answer.raise_for_status()
        settle(self._lb, balancer_id)

    def _drop_surplus(self, servers: dict[str, list[Any]]) -> None:
        kept = {server.id for of_colour in servers.values() for server in of_colour}
        for server in self._existing():
            if server.id not in kept:
                self._cloud.compute.delete_server(server)


def _comparable(members: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    keys = ("name", "address", "protocol_port", "weight", "subnet_id")
    rows = [(*(member[key] for key in keys), *sorted(member["tags"])) for member in members]
    healthy = [member.get("provisioning_status", "ACTIVE") == "ACTIVE" for member in members]
    up = [member.get("admin_state_up", True) for member in members]
    return sorted((*row, *more) for *more, row in zip(healthy, up, rows, strict=True))


def write_config(options: Options, directory: Path) -> Path:
    """A bluegreen config.yaml for the set, with its journal beside it."""
    directory.mkdir(parents=True, exist_ok=True)
    name = options.name
    lines = [
        "services:",
        f"  {name}:",
        "    cloud: lab",
        "    environment: lab",
        f"    rotation: {{kind: weights, load_balancer: {name}-lb, pool: {name}-pool}}",
        f"    instances: {{tags: [service={name}], colour: metadata.color}}",
        "    version: [metadata.git_commit, image.git_commit]",
    ]
    if has_dataplane():  # without one nothing listens
        lines += [
            "    health: {path: /healthcheck}",
            '    vip: {url: "http://{vip}/version", version: git_commit}',
        ]
    lines += [
        f"lease: {{network: {LEASE_NETWORK}}}",
        f"journal: sqlite:///{directory.absolute()}/journal.db",
    ]
    path = directory / "config.yaml"
    path.write_text("\n".join(lines) + "\n")
    path.chmod(0o600)
    return path
