"""Is it well, what serves, can I go back, how old is what I see: the one line above everything, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from console.model.colour import Colour, Role
from console.model.health import Health, disagreement, judge
from console.model.instance import Instance
from console.model.readiness import Readiness, is_kept_out, rollback
from console.model.service import BALANCER, LEASE, PROBES, SERVERS, VIP, ColourSet, Service, Source

_NAMES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """The words of the verdict line, and the reasons behind them.

    `healthy`: all that serves is known to be well. `problems` are sentences, the worst first; trouble of the idle
    colour is among them and does not make the service unhealthy. `settled`: the weights that the API shows are the
    ones that the load balancer applies.
    """

    blue: str  # "BLUE live a1b2c3 6/6"
    green: str
    rollback: str  # "rollback ready: 6 warm, 1 call"
    balancer: str  # "LB ACTIVE"
    freshness: str  # "fresh", "STALE 40 s: load balancer"; the cause is the first problem
    problems: tuple[str, ...]
    healthy: bool
    rollback_state: Readiness
    balancer_ready: bool
    fresh: bool
    settled: bool

    @property
    def rollback_ready(self) -> bool:
        """Whether one call goes back, without a question."""
        return self.rollback_state is Readiness.READY

    def side(self, colour: Colour) -> str:
        """The words for a colour."""
        return self.blue if colour is Colour.BLUE else self.green

    @property
    def line(self) -> str:
        """The whole line, without environment and name."""
        return "   ".join((self.blue, self.green, self.rollback, self.balancer, self.freshness))


def verdict(service: Service, now: float) -> Verdict:
    """The verdict on a service at `now` (Unix seconds)."""
    way_back = rollback(service, now)
    stale = _stale(service, now)
    troubles = tuple(_serving_troubles(service, now))
    balancer_ready = service.balancer is not None and service.balancer.provisioning_status == "ACTIVE"
    return Verdict(
        blue=_side_words(service, service.blue, now),
        green=_side_words(service, service.green, now),
        rollback=way_back.words,
        balancer=_balancer_words(service),
        freshness="fresh" if not stale else f"STALE {_age(stale[0], now)}: {stale[0].name}",
        problems=(*(_stale_words(source, now) for source in stale), *troubles, *_other_troubles(service, now)),
        healthy=not stale and not troubles,
        rollback_state=way_back.state,
        balancer_ready=balancer_ready,
        fresh=not stale,
        settled=is_settled(service),
    )


def is_settled(service: Service) -> bool:
    """Whether the load balancer applies the weights that the API shows.

    While a change is under way, and after one has failed, a GET shows the weights that were asked for (facts 7a, 7b).
    """
    return all(
        member.provisioning_status == "ACTIVE"
        for side in service.colours
        for instance in side.instances
        if (member := instance.member) is not None
    )


def role_words(service: Service, colour: Colour) -> str:
    """What the colour is to the traffic: a Role, or `unknown`, `changing`, `in doubt` where the weights do not tell."""
    if service.source(BALANCER).seen_at is None:
        return "unknown"
    statuses = {i.member.provisioning_status for i in service.side(colour).instances if i.member is not None}
    if any(status.startswith("PENDING") for status in statuses):
        return "changing"
    return "in doubt" if statuses - {"ACTIVE"} else service.role(colour).value


def _side_words(service: Service, side: ColourSet, now: float) -> str:
    name, role = side.colour.upper(), role_words(service, side.colour)
    if not side.instances:
        return f"{name} {role}"
    meant = [instance for instance in side.instances if not is_kept_out(instance)]
    healthy = sum(judge(service, instance, now).healthy for instance in meant)
    words = [name, role, side.version, f"{healthy}/{len(meant)}"]
    if role == Role.BOTH:
        words.append(f"{100 * side.weight / (service.blue.weight + service.green.weight):.0f} %")
    if role == Role.IDLE and meant and healthy == len(meant) and all(i.member is not None for i in meant):
        words.append("ready")
    if held := len(side.instances) - len(meant):
        words.append(f"({held} kept out)")
    return " ".join(words)


def _balancer_words(service: Service) -> str:
    if service.balancer is None:
        return "LB unknown"
    status = f"LB {service.balancer.provisioning_status}"
    pool = service.pool
    if pool is not None and pool.provisioning_status == "ERROR":
        return f"{status}, pool ERROR"
    return status


def _stale(service: Service, now: float) -> list[Source]:
    """Each source of decisions that is not fresh, the oldest first."""
    names = [SERVERS, BALANCER, *([PROBES] if service.probed else []), *([VIP] if service.traffic_watched else [])]
    sources = [source for name in names if not (source := service.source(name)).fresh(now)]
    return sorted(sources, key=lambda one: one.seen_at or 0.0)


def _stale_words(source: Source, now: float) -> str:
    cause = f": {source.problem}" if source.problem else ""
    if source.seen_at is None:
        return f"{source.name}: never seen{cause}"
    return f"{source.name}: the last answer is {_age(source, now)} old{cause}"


def _age(source: Source, now: float) -> str:
    return f"{now - source.seen_at:.0f} s" if source.seen_at is not None else "(never seen)"


def _serving_troubles(service: Service, now: float) -> Iterator[str]:
    """What is wrong with what serves."""
    balancer, pool = service.balancer, service.pool
    if balancer is not None and not balancer.provisioning_status.startswith(("ACTIVE", "PENDING")):
        yield f"load balancer {balancer.name} is {balancer.provisioning_status}: it takes no change"
    if pool is not None and pool.provisioning_status == "ERROR":
        yield f"pool {pool.name} is in provisioning ERROR"
    for side in service.colours:
        if role_words(service, side.colour) == "in doubt":
            yield f"{side.colour.upper()}: members are in provisioning ERROR, so the weights shown may not be applied"
    if service.source(BALANCER).seen_at is not None and service.blue.weight + service.green.weight == 0:
        yield "no colour is live: no member of BLUE or GREEN has weight"
    yield from _unhealthy(service, now, in_rotation=True)
    if service.traffic is not None and service.traffic.lost:
        lost, asked = service.traffic.lost, len(service.traffic.answers)
        last = next(answer for answer in reversed(service.traffic.answers) if not answer.ok)
        cause = last.error or f"status {last.status}"
        yield f"{lost} of {asked} requests through the VIP failed, the last {now - last.at:.0f} s ago: {cause}"


def _other_troubles(service: Service, now: float) -> Iterator[str]:
    """What a person should know, and what does not harm what serves."""
    if any(role_words(service, side.colour) == "changing" for side in service.colours):
        by = f" by {service.lease.owner}" if service.lease is not None and not service.lease.foreign else ""
        yield f"a change is under way{by}: the weights shown may not be the ones applied yet"
    yield from _unhealthy(service, now, in_rotation=False)
    for side in service.colours:
        if len(side.versions) > 1:
            yield f"{side.colour.upper()} runs {len(side.versions)} versions: {_some(side.versions)}"
        for instance in side.instances:
            if instance.weight and (odd := disagreement(instance)) and judge(service, instance, now).healthy:
                yield f"{instance.name}: {odd}"
    if foreign := [member.name or member.address for member in service.foreign if member.in_rotation]:
        yield f"members in rotation that are no instance of {service.name}: {_some(foreign)}"
    if service.uncoloured:
        names = [instance.name for instance in service.uncoloured]
        yield f"nothing tells the colour of {_some(names)}"
    lease = service.source(LEASE)
    if lease.problem:
        yield f"who holds the lease is not known: {lease.problem}"


def _unhealthy(service: Service, now: float, *, in_rotation: bool) -> Iterator[str]:
    """Instances that are not healthy, those with the same reason in one sentence, without those kept out on purpose.

    What is unknown only because a source is stale was said of the source.
    """
    blind = not all(service.source(name).fresh(now) for name in (SERVERS, BALANCER))
    for side in service.colours:
        reasons: dict[tuple[Health, str], list[Instance]] = {}
        for instance in side.instances:
            if (instance.weight > 0) is not in_rotation or is_kept_out(instance):
                continue
            found = judge(service, instance, now)
            if found.health is Health.UNHEALTHY or (found.health is Health.UNKNOWN and not blind):
                reasons.setdefault((found.health, found.reason), []).append(instance)
        for (_, reason), instances in sorted(reasons.items(), key=lambda item: item[0][0] is Health.UNKNOWN):
            yield f"{_some([instance.name for instance in instances])}: {reason}"


def _some(names: list[str] | tuple[str, ...]) -> str:
    """The first few, and how many more."""
    shown, hidden = names[:_NAMES_SHOWN], len(names) - _NAMES_SHOWN
    return ", ".join(shown) + (f" and {hidden} more" if hidden > 0 else "")
