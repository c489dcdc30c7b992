"""A pool as the amphora runs it: its members, who is next, and what HAProxy would say of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from console.drill.octavia.objects import Pool


@dataclass
class Target:
    """A member as the amphora runs it. `up`: its check passes; a fresh one starts up, as HAProxy's servers do.

    `checked` is the address and port of its check; `monitored` is whether there is one. `credit` is the running sum of
    smooth weighted round robin. `sessions` are open now; `response` is the mean time of answers in seconds.
    """

    member_id: str
    name: str
    address: str
    port: int
    weight: int
    enabled: bool
    backup: bool
    checked: tuple[str, int]
    monitored: bool = True
    up: bool = True
    credit: int = 0
    connections: int = 0
    sessions: int = 0
    response: float = 0.0

    @property
    def usable(self) -> bool:
        """Whether new connections may go here."""
        return self.up and self.enabled and self.weight > 0

    @property
    def status(self) -> str:
        """What a heartbeat makes of it (facts: Octavia 1.6)."""
        if not self.enabled:
            return "OFFLINE"
        if not self.monitored:
            return "NO_MONITOR"
        if not self.up:
            return "ERROR"
        return "DRAINING" if self.weight == 0 else "ONLINE"


@dataclass
class Backend:
    """One pool. `path` is what its monitor asks for; None where there is no monitor. `udp`: it sends a datagram."""

    path: str | None
    udp: bool = field(default=False, kw_only=True)
    targets: dict[str, Target] = field(default_factory=dict)

    @classmethod
    def of(cls, pool: Pool, before: Backend | None, *, evenly: bool = False) -> Backend:
        """What a push makes of a pool; what was known of its members stays. `evenly`: whatever their weights."""
        monitor = pool.monitor if pool.monitor is not None and pool.monitor.admin_state_up else None
        udp = monitor is not None and monitor.type == "UDP-CONNECT"
        fresh = cls("" if udp else monitor.url_path if monitor is not None else None, udp=udp)
        known = before.targets if before is not None else {}
        for member in pool.members:
            if member.provisioning_status == "PENDING_DELETE":
                continue
            weight = 1 if member.weight is None or evenly else member.weight
            where = member.address, member.protocol_port
            checked = member.monitor_address or where[0], member.monitor_port or where[1]
            target = Target(member.id, member.name, *where, weight, member.admin_state_up, member.backup, checked)
            target.monitored = fresh.path is not None
            old = known.get(member.id)
            if old is not None:
                target.up, target.connections, target.response = old.up, old.connections, old.response
            fresh.targets[member.id] = target
        return fresh

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

    @property
    def status(self) -> str:
        """HAProxy's backend: down when no server is usable, degraded when a checked one is down, up when empty."""
        targets = tuple(self.targets.values())
        if not targets:
            return "ONLINE"
        if not any(target.usable for target in targets):
            return "ERROR"
        return "DEGRADED" if any(target.enabled and not target.up for target in targets) else "ONLINE"
