"""A seeded set, and the calls of a cutover as plain Octavia calls: what `verify` and `bench` share."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from typing import Any

from .dataplane import haproxy
from .seed import Options, Seed, settle
from .settings import HOME, environment

Report = dict[str, Any]


class Load:
    """`with Load(url, ...) as load:` a load generator beside the block; `load.got`: its account."""

    def __init__(
        self, url: str, *more: str, before: float = 1.0, after: float = 1.0, rate: int = 200, seconds: int = 300
    ) -> None:
        program = [sys.executable, "-P", "-m", "lab", "loadgen", url]
        self._command = [*program, "--seconds", str(seconds), "--rate", str(rate), *more]
        self._before, self._after = before, after  # seconds of load around the block
        self.got: Report = {}

    def __enter__(self) -> Load:
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.PIPE, env=environment() | {"PYTHONPATH": str(HOME.parent)}
        )
        time.sleep(0.5 + self._before)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        time.sleep(0 if kind else self._after)
        self._process.send_signal(signal.SIGTERM)
        self.got = json.loads(self._process.communicate(timeout=30)[0])


class Balancer:
    """One seeded set and its weights."""

    def __init__(self, cloud: Any, name: str, servers: int) -> None:
        self.api = cloud.load_balancer
        self._seed = Seed(cloud, Options(name, servers, two_pools=True))
        self.ids = self._seed.make()
        self.id, self.pool = self.ids["load_balancer"], self.ids["pools"]["blue"]
        self.url = f"http://{self.ids['vip_address']}/version"
        self.members = {
            colour: [self._seed.item(colour, cloud.compute.get_server(server), 1) for server in of_colour.values()]
            for colour, of_colour in self.ids["servers"].items()
        }

    def delete(self) -> None:
        """Delete the whole set."""
        self._seed.delete()

    def put(self, **weights: int) -> float:
        """One batch: put(blue=0, green=1); a colour not named is removed. Seconds until ACTIVE."""
        begun = time.monotonic()
        items = [dict(item, weight=weight) for colour, weight in weights.items() for item in self.members[colour]]
        self.api.put(f"/lbaas/pools/{self.pool}/members", json={"members": items}).raise_for_status()
        settle(self.api, self.id)
        return time.monotonic() - begun

    def weight(self, member: Any, weight: int) -> float:
        """One member's weight. Seconds until ACTIVE."""
        begun = time.monotonic()
        self.api.update_member(member, self.pool, weight=weight)
        settle(self.api, self.id)
        return time.monotonic() - begun

    def switch(self, pool: str) -> float:
        """Another default pool for the listener. Seconds until ACTIVE."""
        begun = time.monotonic()
        self.api.update_listener(self.ids["listener"], default_pool_id=pool)
        settle(self.api, self.id)
        return time.monotonic() - begun

    def sticky(self) -> None:
        """Cookies that pin a client to its member."""
        self.api.update_pool(self.pool, session_persistence={"type": "HTTP_COOKIE"})
        settle(self.api, self.id)

    def status(self) -> dict[str, str]:
        """operating_status by member name."""
        return {member.name: member.operating_status for member in self.api.members(self.pool)}

    def reloads(self) -> int:
        """How often the lab's haproxies were reloaded so far."""
        return haproxy.reloads()
