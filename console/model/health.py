"""Is an instance healthy? A conjunction: Nova, the load balancer's check and the direct probe, all fresh."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from console.model.instance import Instance
from console.model.service import BALANCER, PROBES, SERVERS, ColourSet, Service


class Health(StrEnum):
    """Unknown is a value, and it is not healthy."""

    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A health, and the sentence that explains it: which check, what it saw."""

    health: Health
    reason: str = ""

    @property
    def healthy(self) -> bool:
        """Only HEALTHY is healthy."""
        return self.health is Health.HEALTHY


def judge(service: Service, instance: Instance, now: float) -> Judgement:
    """The health of one instance at `now` (Unix seconds). The first failing check is named; bad beats unknown."""
    checks = (_nova(service, instance, now), _member(service, instance, now), _probe(service, instance, now))
    for wanted in (Health.UNHEALTHY, Health.UNKNOWN):
        for verdict in checks:
            if verdict.health is wanted:
                return verdict
    return Judgement(Health.HEALTHY, "Nova, load balancer and probe agree" if service.probed else "not probed directly")


def healthy_count(service: Service, side: ColourSet, now: float) -> int:
    """How many instances of the colour are healthy."""
    return sum(judge(service, instance, now).healthy for instance in side.instances)


def _bad(reason: str) -> Judgement:
    return Judgement(Health.UNHEALTHY, reason)


def _unknown(reason: str) -> Judgement:
    return Judgement(Health.UNKNOWN, reason)


_WELL = Judgement(Health.HEALTHY)


def _nova(service: Service, instance: Instance, now: float) -> Judgement:
    if not service.source(SERVERS).fresh(now):
        return _unknown("Nova's answer is stale")
    server = instance.server
    if server is None:
        return _unknown("Nova does not list its server")
    if server.running:
        return _WELL
    if server.status == "ACTIVE":
        doing = f"task {server.task_state}" if server.task_state else f"power state {server.power_state}"
        return _bad(f"Nova says ACTIVE with {doing}")
    fault = f" ({server.fault})" if server.fault else ""
    return _bad(f"Nova says {server.status}{fault}")


def _member(service: Service, instance: Instance, now: float) -> Judgement:
    if not service.source(BALANCER).fresh(now):
        return _unknown("the load balancer's answer is stale")
    member = instance.member
    if member is None:
        return _unknown("it is in no pool, so no monitor checks it")
    if member.provisioning_status == "ERROR":
        return _bad("its member is in provisioning ERROR: the load balancer may not have applied its settings")
    if not member.admin_state_up:
        return _unknown("its member is disabled, so no monitor checks it")
    if member.operating_status == "NO_MONITOR":
        return _WELL if service.probed else _unknown("no monitor and no probe checks it")
    # ONLINE at weight 0, or DRAINING above it, is the heartbeat lagging behind a change: the check passes either way.
    if member.operating_status in ("ONLINE", "DRAINING"):
        return _WELL
    if member.operating_status == "ERROR":
        return _bad("the load balancer's health check fails (ERROR)")
    return _unknown(f"the load balancer says {member.operating_status}")


def _probe(service: Service, instance: Instance, now: float) -> Judgement:
    if not service.probed:
        return _WELL
    probe = instance.probe
    if probe is None:
        return _unknown("it was not probed yet")
    if now - probe.at > service.source(PROBES).good_for:
        return _unknown(f"its last probe is {now - probe.at:.0f} s old")
    if probe.ok:
        return _WELL
    return _bad(f"the direct probe says {probe.words}")


def disagreement(instance: Instance) -> str:
    """Where Nova, Octavia and the probe contradict each other, in a sentence; empty where they agree."""
    member, probe, server = instance.member, instance.probe, instance.server
    if member is None:
        return ""
    well = member.operating_status in ("ONLINE", "DRAINING")
    if probe is not None and well != probe.ok and member.operating_status in ("ONLINE", "DRAINING", "ERROR"):
        return f"probe says {probe.words}, Octavia says {member.operating_status}"
    if server is not None and well and not server.running:
        return f"Octavia says {member.operating_status}, Nova says {server.status}"
    if member.operating_status == "ONLINE" and member.weight == 0:
        return "Octavia says ONLINE at weight 0: the last change may not have reached the load balancer"
    return ""
