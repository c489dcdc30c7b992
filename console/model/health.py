"""Is an instance healthy? A conjunction: Nova, the load balancer's check and the direct probe, all fresh."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from console.model.balancer import Member
from console.model.colour import Role
from console.model.instance import Instance
from console.model.problem import Problem
from console.model.remedies import ANEW, LOOK, RELEASED, REPLACE
from console.model.service import AHEAD, BALANCER, POOLS, POWER, PROBES, SERVERS, ColourSet, Service

_WELL_STATUSES = ("ONLINE", "DRAINING")  # its check passes; DRAINING is Octavia's word for that at weight 0


class Health(StrEnum):
    """Unknown is a value, and it is not healthy."""

    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A health, the sentence that explains it (which check, what it saw), and the `hint` what to do about it.

    `stale`: unknown only because a source is old. `stopped`: a worker of the idle colour, off as it should be; with
    `stale` it was when Nova last answered.
    `unanswered`: unhealthy only because the direct probe got no answer, which may be the fault of the host that asks.
    """

    health: Health
    reason: str = ""
    stale: bool = False
    stopped: bool = False
    unanswered: bool = False
    hint: str = ""

    @property
    def healthy(self) -> bool:
        """Only HEALTHY is healthy."""
        return self.health is Health.HEALTHY

    @property
    def unseen(self) -> bool:
        """Neither seen healthy nor known to be dead: while it is in rotation it may serve, and nobody knows.

        A probe without an answer is no evidence; where the load balancer's check or Nova say more, that is the reason.
        """
        return self.health is Health.UNKNOWN or self.unanswered


# By the instance's identity: the instance itself, what was judged of it, and from and until when that holds.
Judged = dict[int, tuple[Instance, Judgement, float, float]]


def judge(service: Service, instance: Instance, now: float) -> Judgement:
    """The health of one instance at `now` (Unix seconds): what decisions use.

    The first failing check is named; bad beats unknown.
    """
    known: Judged = service.memo.setdefault("judged", {})
    found = known.get(id(instance))
    if found is not None and found[0] is instance and found[2] <= now <= found[3]:
        return found[1]
    judgement = _judge(service, instance, now)
    known[id(instance)] = instance, judgement, now, _until(service, instance, now)
    return judgement


def holds_until(service: Service, instance: Instance, now: float) -> float:
    """Until when the judgement stays as it is, all facts being the same: the next one of them grows stale then."""
    known = service.memo.get("judged", {}).get(id(instance))
    if known is not None and known[0] is instance and known[2] <= now <= known[3]:
        return float(known[3])
    return _until(service, instance, now)


def _until(service: Service, instance: Instance, now: float) -> float:
    common: tuple[float, float] | None = service.memo.get("ends")  # one for all instances: the moment, and the end
    if common is None or common[0] != now:
        ends = (_end(one.seen_at, one.good_for, now) for one in map(service.source, service.decisive))
        common = service.memo["ends"] = now, min(ends, default=math.inf)
    if not service.probed or instance.probe is None:
        return common[1]
    return min(common[1], _end(instance.probe.at, service.source(PROBES).good_for, now))


def announced(service: Service, instance: Instance, now: float) -> Judgement:
    """The health to show: one that held for two observations. What is unknown because it is stale is shown at once,
    and nothing is shown as healthy while a source that must say so is stale."""
    seen, told = judge(service, instance, now), instance.announced
    if told is None or seen.stale or told.word == seen.health.value:
        return seen
    if told.word == Health.HEALTHY and not is_sighted(service, instance, now):
        return seen
    return Judgement(Health(told.word), told.reason, hint=told.hint)


def is_sighted(service: Service, instance: Instance, now: float) -> bool:
    """Whether every source that must say that the instance is healthy is fresh."""
    if not all(service.source(name).fresh(now) for name in service.decisive):
        return False
    if not service.probed:
        return True
    probes, probe = service.source(PROBES), instance.probe
    return probes.fresh(now) if probe is None else -AHEAD <= now - probe.at <= probes.good_for


def healthy_count(service: Service, side: ColourSet, now: float) -> int:
    """How many instances of the colour are healthy."""
    return sum(judge(service, instance, now).healthy for instance in side.instances)


def disagreement(instance: Instance) -> str:
    """Where sources contradict each other, or Octavia's word a weight, in a sentence; empty where they agree."""
    return found.text if (found := contradiction(instance)) is not None else _lag(instance)


def _lag(instance: Instance) -> str:
    """Octavia's word for a member follows a change some seconds later, so it is the rule right after each."""
    for member in instance.members:
        status, usual = member.operating_status, "ONLINE" if member.weight else "DRAINING"
        if status in _WELL_STATUSES and status != usual and member.id not in instance.parked:
            why = "the last change may not have reached the load balancer"
            return f"Octavia says {status} at weight {member.weight}: {why}"
    return ""


def contradiction(instance: Instance) -> Problem | None:
    """Where Nova, Octavia and the probe contradict each other; None where they agree."""
    probe, server = instance.probe, instance.server
    for member in instance.members:
        status = member.operating_status
        if member.id in instance.parked or status not in (*_WELL_STATUSES, "ERROR"):
            continue
        well = status in _WELL_STATUSES
        if probe is not None and not probe.not_from_here and well != probe.ok:
            return Problem(f"probe says {probe.words}, Octavia says {status}", _TRUST_NEITHER)
        if server is not None and well and not server.running:
            return Problem(f"Octavia says {status}, Nova says {server.words}", _TRUST_NEITHER)
    said = {member.operating_status for member in instance.members if member.id not in instance.parked}
    if "ERROR" in said and not said.isdisjoint(_WELL_STATUSES):
        return Problem("one load balancer's check passes, another's fails", _REACHABLE)
    if not instance.members and probe is not None and probe.ok and server is not None and not server.running:
        return Problem(f"probe says {probe.words}, Nova says {server.words}", _for_server(instance))
    return None


def _judge(service: Service, instance: Instance, now: float) -> Judgement:
    nova = _nova(service, instance, now)
    if nova.stopped:
        return nova
    checks = (nova, _members(service, instance, now), _probe(service, instance, now))
    worst = _worst(checks)
    if worst is not _WELL:
        return worst
    if not service.probed:
        return _NOT_PROBED
    return _agreed(instance.server is not None, len(instance.parked) < len(instance.members))


def _worst(found: Iterable[Judgement]) -> Judgement:
    """The first that is unhealthy, else the first that is unknown, else that all is well."""
    unknown = _WELL
    for one in found:
        if one.health is Health.UNHEALTHY:
            return one
        if unknown is _WELL and one.health is Health.UNKNOWN:
            unknown = one
    return unknown


@cache
def _agreed(by_nova: bool, by_balancer: bool) -> Judgement:
    asked = [*(["Nova"] if by_nova else []), *(["load balancer"] if by_balancer else []), "probe"]
    words = " and ".join(filter(None, (", ".join(asked[:-1]), asked[-1])))
    return Judgement(Health.HEALTHY, f"{words} agree")


def _end(at: float | None, good_for: float, now: float) -> float:
    """The end of a fact's freshness; what is stale already is told with its age, so it holds for this moment only."""
    if at is None:
        return math.inf
    return at + good_for if -AHEAD <= now - at <= good_for else now


def _bad(reason: str, hint: str) -> Judgement:
    return Judgement(Health.UNHEALTHY, reason, hint=hint)


def _unknown(reason: str, hint: str = "", *, stale: bool = False) -> Judgement:
    return Judgement(Health.UNKNOWN, reason, stale=stale, hint=hint)


_TRUST_NEITHER = "trust neither until they agree: one of them is late, or looks elsewhere"
_REACHABLE = LOOK + "is it reachable from that load balancer?"
_INTO_POOL = "add it to the pool with weight 0: `bluegreen adopt`, `openstack loadbalancer member create`"
_INTO_THAT_POOL = "add it to that pool with weight 0: `openstack loadbalancer member create`"
_ATTACH = "make the pool the default pool of a listener, or add `health:` to the config"
_MONITOR = "add `health:` to the config, or a monitor to the pool"
_PROBE = "add `health:` to the config"
_OPERATORS = "ask the cloud's operators; plans wait until Nova knows it"
_TASK_ENDS = "wait for its task; one that does not end is for a cloud administrator to reset"
_WHO_DID = "wait, or find out who did that; `openstack server event list` names them"
_BY_STATUS = {
    "SHUTOFF": "find out who stopped it; `openstack server start`, or launch another one in its place",
    "ERROR": "`openstack server show` has the fault; launch another one in its place",
}

_WELL = Judgement(Health.HEALTHY)
_NOT_PROBED = Judgement(Health.HEALTHY, "not probed directly")

# Nova's words for a server that does not do its work. Any other word but ACTIVE is none that we know.
_NOT_WORKING = frozenset(
    {
        "BUILD", "DELETED", "ERROR", "HARD_REBOOT", "MIGRATING", "PASSWORD", "PAUSED", "REBOOT", "REBUILD", "RESCUE",
        "RESIZE", "REVERT_RESIZE", "SHELVED", "SHELVED_OFFLOADED", "SHUTOFF", "SOFT_DELETED", "SUSPENDED",
        "VERIFY_RESIZE",
    }
)  # fmt: skip
_STOPPED = frozenset({"SHUTOFF", "SHELVED", "SHELVED_OFFLOADED", "PAUSED", "SUSPENDED"})


def _nova(service: Service, instance: Instance, now: float) -> Judgement:
    if instance.static or SERVERS not in service.decisive:
        return _WELL
    if not service.source(SERVERS).fresh(now):
        stopped = _stopped(service, instance, "when Nova last answered", stale=True)
        return stopped or _unknown("Nova's answer is stale", stale=True)
    server = instance.server
    if server is None:
        gone = _bad("its server is gone: Nova answers 404", REPLACE)
        return gone if instance.gone else _unknown("Nova does not list its server")
    if server.running:
        return _WELL
    if server.status == "ACTIVE":
        return _bad(f"Nova says {server.words}", _for_server(instance))
    if server.status == "UNKNOWN":
        return _unknown("Nova does not know its state: its cell may be down", _OPERATORS)
    if server.status not in _NOT_WORKING:
        return _unknown(f"Nova says {server.status}, a word that tells nothing here", _WHO_DID)
    if (stopped := _stopped(service, instance, "as workers of the idle colour are")) is not None:
        return stopped
    fault = f" ({server.fault})" if server.fault else ""
    return _bad(f"Nova says {server.words}{fault}", _for_server(instance))


def _for_server(instance: Instance) -> str:
    """What to do about a server that does not do its work."""
    server = instance.server
    if server is not None and server.status == "ACTIVE" and server.task_state:
        return _TASK_ENDS
    return _BY_STATUS.get(server.status, _WHO_DID) if server is not None else _WHO_DID


def _stopped(service: Service, instance: Instance, how: str, *, stale: bool = False) -> Judgement | None:
    """A worker of the idle colour that is off, as it should be; nothing can answer a probe there."""
    server = instance.server
    if server is None or service.rotation != POWER or not startable(instance) or not _is_idle(service, instance):
        return None
    return Judgement(Health.UNKNOWN, f"stopped ({server.status}), {how}", stale=stale, stopped=True)


def startable(instance: Instance) -> bool:
    """Whether its server is off and at rest, so that it can be started."""
    server = instance.server
    return server is not None and server.status in _STOPPED and server.task_state is None


def _is_idle(service: Service, instance: Instance) -> bool:
    return instance.colour is not None and service.role(instance.colour) is Role.IDLE


def _members(service: Service, instance: Instance, now: float) -> Judgement:
    if service.rotation == POWER:
        return _WELL
    if not service.source(BALANCER).fresh(now):
        return _unknown("the load balancer's answer is stale", stale=True)
    if not instance.members:
        return _unknown("it is in no pool, so no monitor checks it", _INTO_POOL)
    found = [_member(service, instance, member) for member in instance.members]
    if len(service.balanced) > 1:
        found += [
            _unknown(f"it is not in pool {name}, so no monitor checks it there", _INTO_THAT_POOL)
            for name in _lacking(service, instance)
        ]
    return _worst(found)


def _member(service: Service, instance: Instance, member: Member) -> Judgement:
    where = _where(service, member) if len(service.balanced) > 1 else ""  # in which pool, where there are several
    if member.provisioning_status == "ERROR":
        unapplied = f"its member{where} is in provisioning ERROR: the load balancer may not have applied its settings"
        return _bad(unapplied, ANEW)
    if not member.admin_state_up:
        return _unknown(f"its member{where} is disabled, so no monitor checks it")
    if member.id in instance.parked:
        # its status is the last one from before its pool was taken away, or none at all: it says nothing either way
        unchecked = f"nothing attaches its pool{where}, so no monitor checks it"
        return _WELL if service.probed else _unknown(unchecked, _ATTACH)
    if member.operating_status == "NO_MONITOR":
        return _WELL if service.probed else _unknown(f"no monitor{where} and no probe checks it", _MONITOR)
    # ONLINE at weight 0, or DRAINING above it, is the heartbeat lagging behind a change: the check passes either way.
    if member.operating_status in _WELL_STATUSES:
        return _WELL
    if member.operating_status == "ERROR":
        return _bad(f"the load balancer's health check{where} fails (ERROR)", RELEASED)
    return _unknown(f"the load balancer says {member.operating_status}{where}")


def _where(service: Service, member: Member) -> str:
    pool_id = service.pool_id_of(member)
    part = service.part_of(pool_id)
    return next((f" in pool {pool.name or pool.id}" for pool in part.pools if pool.id == pool_id), "") if part else ""


def _lacking(service: Service, instance: Instance) -> Iterator[str]:
    """The pools that the others of its colour are in and it is not."""
    mine = {service.pool_id_of(member) for member in instance.members}
    for part in service.balanced:
        pool = part.pool(instance.colour if service.rotation == POOLS else None)
        if pool is not None and pool.id not in mine:
            yield pool.name or pool.id


def _probe(service: Service, instance: Instance, now: float) -> Judgement:
    if not service.probed:
        powered = service.rotation == POWER or (instance.static and not instance.members)
        return _unknown("no probe checks what it does", _PROBE) if powered else _WELL
    probe = instance.probe
    if probe is None:
        return _unknown("it was not probed yet", stale=not service.source(PROBES).fresh(now))
    if probe.not_from_here:
        return _unknown("it cannot be probed from here")
    if not -AHEAD <= now - probe.at <= service.source(PROBES).good_for:
        return _unknown(f"its last probe is {now - probe.at:.0f} s old", stale=True)
    if probe.ok:
        return _WELL
    why = f": {'; '.join(probe.reasons[:2])}" if probe.reasons else ""
    reason = f"the direct probe says {probe.words}{why}"
    return Judgement(Health.UNHEALTHY, reason, unanswered=not probe.answered, hint=RELEASED)
