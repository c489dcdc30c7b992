"""The data plane: which members get new connections, their health checks, and the statuses that follow from those.

What the amphora runs (`targets`) is what was last pushed to it, not what the API shows: the two differ while the load
balancer is in PENDING_UPDATE, and after a push that failed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx

from console.drill.loopback import no_tls
from console.drill.octavia.objects import Balancer, Member, Pool, stamp

CHECKS_AT_ONCE = 20
CHECK_TIMEOUT = 1.0  # seconds


@dataclass
class Target:
    """A member as the amphora runs it. `up`: its check passes; a fresh one starts up, as HAProxy's servers do.

    `checked` is the address and port of its check. `credit` is the running sum of smooth weighted round robin.
    """

    member_id: str
    name: str
    address: str
    port: int
    weight: int
    enabled: bool
    backup: bool
    checked: tuple[str, int]
    up: bool = True
    credit: int = 0
    connections: int = 0

    @property
    def usable(self) -> bool:
        """Whether new connections may go here."""
        return self.up and self.enabled and self.weight > 0

    @property
    def status(self) -> str:
        """What a heartbeat makes of it (facts: Octavia 1.6)."""
        if not self.enabled:
            return "OFFLINE"
        if not self.up:
            return "ERROR"
        return "DRAINING" if self.weight == 0 else "ONLINE"


@dataclass
class Amphora:
    """One amphora, serving one pool on one listener."""

    path: str
    targets: dict[str, Target] = field(default_factory=dict)
    forced: dict[str, str] = field(default_factory=dict)  # member id: status that a trainer wants to see
    lost: int = 0  # connections that found no member
    _client: httpx.AsyncClient | None = None

    def push(self, members: Sequence[Member]) -> None:
        """Run this configuration; check results survive, as they do a reload of HAProxy."""
        fresh: dict[str, Target] = {}
        for member in members:
            weight = 1 if member.weight is None else member.weight
            where = member.address, member.protocol_port
            checked = member.monitor_address or where[0], member.monitor_port or where[1]
            enabled = member.admin_state_up
            target = Target(member.id, member.name, *where, weight, enabled, member.backup, checked)
            old = self.targets.get(member.id)
            if old is not None:
                target.up, target.connections = old.up, old.connections
            fresh[member.id] = target
        self.targets = fresh

    def choose(self, tried: set[str]) -> Target | None:
        """The member for the next new connection: smooth weighted round robin over the usable ones not yet tried."""
        usable = [target for target in self.targets.values() if target.usable and target.member_id not in tried]
        rota = [target for target in usable if not target.backup] or usable
        if not rota:
            return None
        for target in rota:
            target.credit += target.weight
        best = max(rota, key=lambda target: target.credit)
        best.credit -= sum(target.weight for target in rota)
        return best

    async def check(self) -> None:
        """Ask each enabled member for its health once."""
        if self._client is None:
            limits = httpx.Limits(max_keepalive_connections=0)
            self._client = httpx.AsyncClient(timeout=CHECK_TIMEOUT, trust_env=False, limits=limits, verify=no_tls())
        gate = asyncio.Semaphore(CHECKS_AT_ONCE)
        await asyncio.gather(*(self._check(self._client, gate, t) for t in self.targets.values() if t.enabled))

    async def _check(self, client: httpx.AsyncClient, gate: asyncio.Semaphore, target: Target) -> None:
        async with gate:
            try:
                host, port = target.checked
                answer = await client.get(httpx.URL(scheme="http", host=host, port=port, path=self.path))
                up = answer.status_code == 200
            except httpx.HTTPError:
                up = False
        forced = self.forced.get(target.member_id)
        target.up = forced in ("ONLINE", "DRAINING") or (up and forced != "ERROR")

    async def close(self) -> None:
        """Drop what the checks hold."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def beat(self, balancer: Balancer, pool: Pool) -> None:
        """A heartbeat: the operating statuses become what the amphora runs and sees."""
        for member in pool.members:
            target = self.targets.get(member.id)
            if target is None:
                continue
            status = self.forced.get(member.id, target.status)
            if member.operating_status != status:
                member.operating_status, member.updated_at = status, stamp()
        pool.operating_status = self._pool_status()
        if pool.monitor is not None:
            pool.monitor.operating_status = "ONLINE"
        for listener in balancer.listeners:
            listener.operating_status = "ONLINE"
        balancer.operating_status = pool.operating_status

    def _pool_status(self) -> str:
        """HAProxy's backend: down when no server is usable, degraded when a checked one is down, up when empty."""
        targets = tuple(self.targets.values())
        if not targets:
            return "ONLINE"
        if not any(target.usable for target in targets):
            return "ERROR"
        return "DEGRADED" if any(target.enabled and not target.up for target in targets) else "ONLINE"
