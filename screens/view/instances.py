"""The instances of one colour as rows: what Nova, the load balancer and the probe say of each, side by side."""

from __future__ import annotations

from console.model.colour import Role
from console.model.health import Health, Judgement, disagreement, judge
from console.model.instance import Instance, Probe
from console.model.service import BALANCER, PROBES, SERVERS, ColourSet, Service
from console.model.text import visible
from console.model.verdict import role_words
from screens.view.glyphs import Glyphs
from screens.view.line import BLANK, Line, Span, line
from screens.view.table import Column, Row
from screens.view.words import Magnitudes, age, name, role_glyph

COLUMNS = (
    Column("", 1),
    Column("instance", 0, most=36, keeps_end=True),
    Column("nova", 7),
    Column("member", 8),
    Column("weight", 6, right=True),
    Column("probe", 9),
    Column("version", 8, needs=70),
    Column("up", 4, right=True),
)


def rows(service: Service, side: ColourSet, now: float, glyphs: Glyphs, speeds: Magnitudes) -> tuple[Row, ...]:
    """A row per instance, by name; what is wrong, or held, stands below it in words."""
    mixed = len(side.versions) > 1
    return tuple(_row(service, instance, now, glyphs, speeds, mixed=mixed) for instance in side.instances)


def _row(service: Service, instance: Instance, now: float, glyphs: Glyphs, speeds: Magnitudes, *, mixed: bool) -> Row:
    health = judge(service, instance, now)
    held = instance.held_by
    if held is not None:
        sign: Span = (glyphs.held, "warn")
    elif health.health is Health.UNHEALTHY or disagreement(instance):
        sign = (glyphs.attention, "bad")
    else:
        sign = (" ", "") if health.healthy else (glyphs.unknown, "warn")
    return Row(
        instance.key,
        (
            sign,
            (visible(instance.name), "bad" if health.health is Health.UNHEALTHY else ""),
            _nova(service, instance, now),
            _member(service, instance, now),
            _weight(instance),
            _probe(service, instance, now, speeds),
            _version(instance),
            (_up(instance, now), "dim"),
        ),
        _notes(instance, health, stale=is_stale(service, now), mixed=mixed, glyphs=glyphs),
    )


def _nova(service: Service, instance: Instance, now: float) -> Span:
    server = instance.server
    if server is None:
        return ("not told", "warn") if instance.member is not None and instance.member.server_id else ("none", "dim")
    stale = not service.source(SERVERS).fresh(now)
    if server.task_state:
        return visible(server.task_state), "faint" if stale else "warn"
    return visible(server.status), "faint" if stale else ("" if server.running else "bad")


def _member(service: Service, instance: Instance, now: float) -> Span:
    member = instance.member
    if member is None:
        return "no pool", "warn"
    if not service.source(BALANCER).fresh(now):
        return visible(member.operating_status), "faint"
    if member.provisioning_status.startswith("PENDING"):
        return "PENDING", "warn"
    if member.provisioning_status == "ERROR" or member.operating_status == "ERROR":
        return "ERROR", "bad"
    if not member.admin_state_up:
        return "disabled", "warn"
    return visible(member.operating_status), "" if member.operating_status in ("ONLINE", "DRAINING") else "warn"


def _weight(instance: Instance) -> Span:
    if instance.member is None:
        return "-", "dim"
    return str(instance.member.weight), "live" if instance.weight else "dim"


def _probe(service: Service, instance: Instance, now: float, speeds: Magnitudes) -> Span:
    if not service.probed:
        return "none", "dim"
    probe = instance.probe
    if probe is None:
        return "waiting", "dim"
    old = now - probe.at > service.source(PROBES).good_for
    return _probe_words(instance, probe, speeds), "faint" if old else ("" if probe.ok else "bad")


def _probe_words(instance: Instance, probe: Probe, speeds: Magnitudes) -> str:
    if probe.ok and probe.ms is not None:
        return f"ok {speeds.words(instance.key, probe.ms)}"
    return visible(probe.words)


def _version(instance: Instance) -> Span:
    return (visible(instance.version.short), "dim") if instance.version is not None else ("unknown", "warn")


def _up(instance: Instance, now: float) -> str:
    created = instance.server.created_at if instance.server is not None else None
    return age(now - created) if created is not None else "?"


def is_stale(service: Service, now: float) -> bool:
    """Whether a source that health depends on is too old; said once, not for each instance."""
    return not all(service.source(name).fresh(now) for name in (SERVERS, BALANCER))


def _notes(instance: Instance, health: Judgement, *, stale: bool, mixed: bool, glyphs: Glyphs) -> tuple[Line, ...]:
    held = instance.held_by
    notes: list[Line] = []
    if held is not None:
        notes.append(line((f"{glyphs.held} held by {visible(held)}: no cutover puts it in rotation", "warn")))
    contradiction = disagreement(instance)
    if contradiction:
        notes.append(line((f"{glyphs.attention} {visible(contradiction)}", "bad")))
    elif health.health is Health.UNHEALTHY:
        notes.append(line((f"{glyphs.attention} {visible(health.reason)}", "bad")))
    elif health.health is Health.UNKNOWN and held is None and not stale:
        notes.append(line((f"{glyphs.unknown} {visible(health.reason)}", "warn")))
    if mixed and instance.version is not None:
        notes.append(line((f"{glyphs.attention} runs {visible(instance.version.short)}, others do not", "warn")))
    return tuple(notes)


def title(service: Service, side: ColourSet, glyphs: Glyphs) -> Line:
    """`BLUE ● live  3f2a9c1  Fix quota race`."""
    role = role_words(service, side.colour)
    subject = _subject(service, service.role(side.colour))
    return line(
        (f"{name(side.colour)} {role_glyph(role, glyphs)} {_words(role)}", f"{side.colour.value} live"),
        (f"  {visible(side.version)}", "strong") if side.instances else "",
        (f"  {subject}", "dim") if subject else "",
    )


def title_right(service: Service, side: ColourSet, now: float) -> Line:
    """The colour's share of the weight in rotation, and how old that is when it is old."""
    if service.pool is None:
        return BLANK
    total = service.blue.weight + service.green.weight
    percent = f"{100 * side.weight / total:.0f} %" if total else "no weight"
    seen = service.source(BALANCER).seen_at
    old = is_stale(service, now) and seen is not None
    return line(
        (f" STALE, {age(now - seen)} old ", "stale") if old and seen is not None else "",
        "  " if old else "",
        (percent, "strong" if side.weight else "dim"),
    )


def _words(role: str) -> str:
    return {"both": "shares the traffic", "none": "no instances"}.get(role, role)


def _subject(service: Service, role: Role) -> str:
    view = service.commits
    commit = None if view is None else view.live if role is Role.LIVE else view.idle if role is Role.IDLE else None
    return visible(commit.subject) if commit is not None else ""


def empty(service: Service, side: ColourSet) -> Line:
    """What stands where there are no rows."""
    servers, balancer = service.source(SERVERS), service.source(BALANCER)
    if servers.seen_at is None and balancer.seen_at is None:
        problem = servers.problem or balancer.problem
        return line(
            ("not seen: the cloud does not answer" if problem else "waiting for the cloud's first answer", "dim")
        )
    return line((f"no instances: nothing is known to be {name(side.colour)}", "dim"))
