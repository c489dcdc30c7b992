"""The data plane: which members get new connections, their health checks, and the statuses that follow from those.

What the amphora runs is what was last pushed to it, not what the API shows: the two differ while the load balancer is
in PENDING_UPDATE, and after a push that failed. A pool that no listener uses is not in it: nobody checks its members.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from console.drill.octavia import checks
from console.drill.octavia.backend import Backend, Target
from console.drill.octavia.objects import Balancer, Counted, Listener, Pool
from console.drill.octavia.policies import Policy
from console.drill.octavia.thing import Thing, stamp

CHECKS_AT_ONCE = 20


@dataclass(frozen=True)
class Route:
    """A listener as the amphora runs it."""

    default: str | None
    policies: tuple[Policy, ...] = ()

    def pool(self, path: str, headers: Mapping[str, str]) -> str | None:
        """Where a request goes: the first policy that matches decides."""
        chosen = (each.redirect_pool_id for each in self.policies if each.matches(path, headers))
        return next(chosen, self.default)


@dataclass
class Amphora:
    """One amphora: its listeners, the pools that they use, and what it counts."""

    routes: dict[str, Route] = field(default_factory=dict)
    backends: dict[str, Backend] = field(default_factory=dict)
    counted: dict[str, Counted] = field(default_factory=dict)  # by listener
    forced: dict[str, str] = field(default_factory=dict)  # member id: status that a trainer wants to see
    lost: int = 0  # connections that found no member

    @property
    def targets(self) -> dict[str, Target]:
        """All members that it runs, by id."""
        return {key: target for backend in self.backends.values() for key, target in backend.targets.items()}

    def push(self, balancer: Balancer) -> None:
        """Run this configuration; check results survive, as they do a reload of HAProxy."""
        used = [each for each in balancer.listeners if each.admin_state_up]
        self.routes = {each.id: Route(each.default_pool_id, _copies(each.policies)) for each in used}
        for each in used:
            self.counted.setdefault(each.id, Counted())
        attached = [pool for pool in balancer.pools if any(each.uses(pool.id) for each in used)]
        before = self.backends
        evenly = balancer.provider == "ovn"
        self.backends = {pool.id: Backend.of(pool, before.get(pool.id), evenly=evenly) for pool in attached}

    def choose(self, pool_id: str | None, tried: set[str]) -> Target | None:
        """The member of a pool for the next new connection; none where there is no pool, or nobody up in it."""
        backend = self.backends.get(pool_id or "")
        return backend.choose(tried) if backend is not None else None

    async def check(self) -> None:
        """Ask each enabled member of a monitored pool for its health once."""
        gate = asyncio.Semaphore(CHECKS_AT_ONCE)
        await asyncio.gather(
            *(
                self._check(gate, backend, target)
                for backend in self.backends.values()
                for target in backend.targets.values()
                if backend.path is not None and target.enabled
            )
        )

    async def _check(self, gate: asyncio.Semaphore, backend: Backend, target: Target) -> None:
        async with gate:
            up = await (
                checks.is_open(*target.checked) if backend.udp else checks.passes(*target.checked, backend.path or "/")
            )
        forced = self.forced.get(target.member_id)
        target.up = forced in ("ONLINE", "DRAINING") or (up and forced != "ERROR")

    def beat(self, balancer: Balancer) -> None:
        """A heartbeat: the operating statuses and counters become what the amphora runs and sees."""
        worst = "ONLINE"
        for pool in balancer.pools:
            worst = max(worst, self._beat_pool(pool), key=("ONLINE", "OFFLINE", "DEGRADED", "ERROR").index)
        for listener in balancer.listeners:
            _observe(listener, "ONLINE" if listener.id in self.routes else "OFFLINE")
            if (counted := self.counted.get(listener.id)) is not None:
                listener.counted = replace(counted)
        _observe(balancer, worst if worst != "OFFLINE" else "ONLINE")

    def _beat_pool(self, pool: Pool) -> str:
        """A pool that is not run is OFFLINE, and its members keep what was last seen of them."""
        backend = self.backends.get(pool.id)
        if backend is None:
            _observe(pool, "OFFLINE")
            return "ONLINE"
        for member in pool.members:
            target = backend.targets.get(member.id)
            if target is not None:
                _observe(member, self.forced.get(member.id, target.status))
        if pool.monitor is not None:
            pool.monitor.operating_status = "ONLINE"
        pool.operating_status = backend.status
        return backend.status


def _observe(thing: Thing, status: str) -> None:
    if thing.operating_status != status:
        thing.operating_status, thing.updated_at = status, stamp()


def _copies(policies: Iterable[Policy]) -> tuple[Policy, ...]:
    """What runs does not change when the API's objects do."""
    kept = [each for each in policies if each.provisioning_status != "PENDING_DELETE"]
    ordered = sorted(kept, key=lambda each: each.position)
    return tuple(replace(each, rules=[replace(rule) for rule in each.rules]) for each in ordered)


def metrics(amphora: Amphora, listeners: Sequence[Listener]) -> str:
    """What a PROMETHEUS listener answers, in its own words (octavia: cmd/prometheus_proxy.py)."""
    lines = [
        "# HELP octavia_listener_current_sessions Current number of active sessions.",
        "# TYPE octavia_listener_current_sessions gauge",
        *(
            f'octavia_listener_current_sessions{{listener="{each.id}"}} {amphora.counted[each.id].active}'
            for each in listeners
            if each.id in amphora.counted
        ),
    ]
    using = {pool_id: next((x.id for x in listeners if x.uses(pool_id)), "") for pool_id in amphora.backends}
    for name, kind, text, value in _MEMBER_METRICS:
        lines += [f"# HELP octavia_member_{name} {text}", f"# TYPE octavia_member_{name} {kind}"]
        for pool_id, backend in amphora.backends.items():
            for key, target in backend.targets.items():
                where = f'pool="{pool_id}:{using[pool_id]}",member="{key}"'
                lines.append(f"octavia_member_{name}{{{where}}} {value(target)}")
    return "\n".join(lines) + "\n"


_MEMBER_METRICS: tuple[tuple[str, str, str, Callable[[Target], Any]], ...] = (
    ("current_sessions", "gauge", "Number of current sessions.", lambda target: target.sessions),
    ("sessions_total", "counter", "Total number of sessions since start.", lambda target: target.connections),
    ("weight", "gauge", "Member weight.", lambda target: target.weight),
    ("response_time_average_seconds", "gauge", "Average time spent waiting for a response.", lambda t: t.response),
)
