"""The instances of one colour as rows: what Nova, the load balancer and the probe say of each, side by side."""

from __future__ import annotations

from collections import Counter
from functools import partial

from console.model.balancer import Member
from console.model.colour import Role
from console.model.health import Health, Judgement, announced, disagreement, judge
from console.model.instance import Instance, Probe
from console.model.service import BALANCER, PROBES, SERVERS, ColourSet, Service
from console.model.text import clipped
from screens.view.glyphs import Glyphs
from screens.view.line import Line, Span, line
from screens.view.table import Cells, Column, Row
from screens.view.words import Magnitudes, age, count, quantity

_SIGN = Column("", 1)
_INSTANCE = Column("instance", 0, most=36, keeps_end=True)
_NOVA, _MEMBER, _WEIGHT = Column("nova", 7), Column("member", 8), Column("weight", 6, right=True)
_OPEN = Column("open", 5, right=True, needs=53)
_PROBE, _VERSION, _UP = Column("probe", 9), Column("version", 8, needs=70), Column("up", 4, right=True, needs=58)
_POWER_WORDS = {0: "no state", 1: "runs", 3: "paused", 4: "off", 6: "crashed", 7: "suspended"}
_SAME = 4  # instances with the same trouble from which on it is said once, with their number


def columns(service: Service) -> tuple[Column, ...]:
    """What there is to say of an instance: workers are in no pool; sessions are told by a PROMETHEUS listener only."""
    # room for `not probed`
    probe = _PROBE._replace(width=10) if service.source(BALANCER).seen_at is None else _PROBE
    if service.rotation == "power":
        return (_SIGN, _INSTANCE, _NOVA, Column("power", 8), _PROBE, _VERSION, _UP)
    if service.sessions:
        return (_SIGN, _INSTANCE, _NOVA, _MEMBER, _WEIGHT, _OPEN, probe, _VERSION, _UP._replace(needs=62))
    return (_SIGN, _INSTANCE, _NOVA, _MEMBER, _WEIGHT, probe, _VERSION, _UP)


def rows(service: Service, side: ColourSet, now: float, glyphs: Glyphs, speeds: Magnitudes) -> tuple[Row, ...]:
    """A row per instance, by name; what is wrong, or held, stands below it in words."""
    healths = [announced(service, instance, now) for instance in side.instances]
    # one cause that hits a whole colour is one sentence, not as many as there are instances
    reasons = Counter(health.reason for health in healths)
    mixed, said = len(side.versions) > 1, set[str]()
    found = []
    for instance, health in zip(side.instances, healths, strict=True):
        odd = disagreement(instance)
        notes = _notes(instance, health, odd, glyphs, alike=reasons[health.reason], said=said)
        if (why := unasked(service, instance)) and why not in said:
            said.add(why)
            notes.append(line((f"{glyphs.unknown} not probed: {why}", "warn")))
        notes += _wavering(judge(service, instance, now), health, glyphs) if instance.announced is not None else []
        notes += _differing(service, instance) if instance.further else []
        if mixed and instance.version is not None:
            notes.append(
                line((f"{glyphs.attention} runs {clipped(instance.version.short, 40)}, others do not", "warn"))
            )
        sign = _sign(instance, health, odd, glyphs)
        found.append(
            Row(instance.key, partial(_cells, service, instance, health, now, sign=sign, speeds=speeds), tuple(notes))
        )
    return tuple(found)


def _cells(
    service: Service, instance: Instance, health: Judgement, now: float, *, sign: Span, speeds: Magnitudes
) -> Cells:
    who = (clipped(instance.name, 200), "bad" if health.health is Health.UNHEALTHY else "")
    nova = _nova(service, instance, now)
    probe, version, up = _probe(service, instance, now, speeds), _version(instance), (_up(instance, now), "dim")
    if service.rotation == "power":
        return (sign, who, nova, _power(service, instance, now), probe, version, up)
    sessions = (_sessions(service, instance),) if service.sessions else ()
    return (sign, who, nova, _member(service, instance), _weight(instance), *sessions, probe, version, up)


def _sign(instance: Instance, health: Judgement, odd: str, glyphs: Glyphs) -> Span:
    if instance.held_by is not None:
        return glyphs.held, "warn"
    if health.health is Health.UNHEALTHY or odd:
        return glyphs.attention, "bad"
    return (" ", "") if health.healthy or health.stopped else (glyphs.unknown, "warn")


def _nova(service: Service, instance: Instance, now: float) -> Span:
    server = instance.server
    if server is None:
        if instance.static:
            return "static", "dim"
        if instance.gone:
            return "gone", "bad"
        return ("not told", "warn") if instance.member is not None and instance.member.server_id else ("none", "dim")
    stale = not service.source(SERVERS).fresh(now)
    if server.task_state:
        return clipped(server.task_state, 40), "faint" if stale else "warn"
    stopped = service.rotation == "power" and instance.colour is not None and service.role(instance.colour) is Role.IDLE
    return clipped(server.status, 40), "faint" if stale else ("" if server.running else "dim" if stopped else "bad")


def _power(service: Service, instance: Instance, now: float) -> Span:
    server = instance.server
    if server is None or server.power_state is None:
        return ("runs", "") if instance.runs else ("?", "warn")
    words = _POWER_WORDS.get(server.power_state, str(server.power_state))
    if not service.source(SERVERS).fresh(now):
        return words, "faint"
    return words, "live" if instance.runs else "dim" if server.power_state == 4 else "warn"


def _member(service: Service, instance: Instance) -> Span:
    """The worst of its members: what hits one of several is said below the row."""
    if not instance.members:
        return ("no pool" if service.source(BALANCER).seen_at is not None else "not seen"), "warn"
    return max((_one_member(service, instance, member) for member in instance.members), key=_badness)


def _badness(span: Span) -> int:
    return ("", "faint", "dim", "warn", "bad").index(span[1])


def _one_member(service: Service, instance: Instance, member: Member) -> Span:
    if member.provisioning_status.startswith("PENDING"):
        return "PENDING", "warn"
    if member.provisioning_status == "ERROR":
        return "ERROR", "bad"
    if not member.admin_state_up:
        return "disabled", "warn"
    if member.id in instance.parked:
        return "parked", "dim"
    if member.operating_status == "ERROR":
        return "ERROR", "bad"
    return clipped(member.operating_status, 40), "" if member.operating_status in ("ONLINE", "DRAINING") else "warn"


def _weight(instance: Instance) -> Span:
    if not instance.members:
        return "-", "dim"
    weights = list(dict.fromkeys(member.weight if member.admin_state_up else 0 for member in instance.members))
    return "/".join(map(str, weights)), "live" if any(weights) else "dim"


def _sessions(service: Service, instance: Instance) -> Span:
    known = [service.sessions[one.id].current for one in instance.members if one.id in service.sessions]
    return (quantity(sum(known)), "") if known else ("", "")


def _probe(service: Service, instance: Instance, now: float, speeds: Magnitudes) -> Span:
    if not service.probed:
        return "none", "dim"
    probe = instance.probe
    stopped = not instance.runs and instance.server is not None and service.rotation == "power"
    if probe is None:
        return ("-", "dim") if stopped else _unprobed(service, instance)
    if probe.not_from_here:
        return "not here", "warn"
    old = now - probe.at > service.source(PROBES).good_for
    role = "faint" if old else "" if probe.ok else "dim" if stopped else "bad"
    return _probe_words(instance, probe, speeds), role


def _unprobed(service: Service, instance: Instance) -> Span:
    return ("not probed", "warn") if unasked(service, instance) else ("waiting", "dim")


def unasked(service: Service, instance: Instance) -> str:
    """Why the probes leave the instance out; empty where it is only not its turn yet."""
    if not service.probed or instance.probe is not None or service.source(PROBES).seen_at is None:
        return ""
    if service.rotation == "power" or instance.members or service.source(BALANCER).seen_at is not None:
        return ""
    return "its port is its member's, and the load balancer was not seen"


def _probe_words(instance: Instance, probe: Probe, speeds: Magnitudes) -> str:
    if probe.ok and probe.ms is not None:
        return f"ok {speeds.words(instance.key, probe.ms)}"
    return clipped(probe.words, 100)


def _version(instance: Instance) -> Span:
    return (clipped(instance.version.short, 60), "dim") if instance.version is not None else ("unknown", "warn")


def _up(instance: Instance, now: float) -> str:
    if instance.server is None:
        return ""
    return age(now - instance.server.created_at) if instance.server.created_at is not None else "?"


def _notes(
    instance: Instance, health: Judgement, odd: str, glyphs: Glyphs, *, alike: int, said: set[str]
) -> list[Line]:
    held = instance.held_by
    notes: list[Line] = []
    if held is not None:
        notes.append(line((f"{glyphs.held} held by {clipped(held, 80)}: no cutover puts it in rotation", "warn")))
    if odd:
        return [*notes, line((f"{glyphs.attention} {clipped(odd, 300)}", "bad"))]
    bad = health.health is Health.UNHEALTHY
    if health.healthy or _is_known(health) or (held is not None and not bad):
        return notes
    if alike >= _SAME and health.reason in said:
        return notes
    said.add(health.reason)
    also = f" (and {count(alike - 1, 'other')} like it)" if alike >= _SAME else ""
    sign, role = (glyphs.attention, "bad") if bad else (glyphs.unknown, "warn")
    return [*notes, line((f"{sign} {clipped(health.reason, 300)}{also}", role))]


def _wavering(seen: Judgement, health: Judgement, glyphs: Glyphs) -> list[Line]:
    """What the last look saw, where that is not announced yet."""
    if seen.health is health.health:
        return []
    words = f"{glyphs.unknown} the last look says {seen.health}, once so far: {clipped(seen.reason, 200)}"
    return [line((words, "warn"))]


def _is_known(health: Judgement) -> bool:
    """Whether why it is not healthy was said elsewhere, or is as it should be."""
    return health.stale or health.stopped


def _differing(service: Service, instance: Instance) -> list[Line]:
    """Its weight in each pool, where pools differ."""
    if len({member.weight for member in instance.members}) < 2:
        return []
    names = {pool.id: pool.name or pool.id for part in service.balanced for pool in part.pools}
    parts = [
        f"{member.weight} in {clipped(names.get(service.pool_id_of(member), 'a further pool'), 40)}"
        for member in instance.members
    ]
    return [line((f"weight {', '.join(parts)}", "warn"))]
