"""One instance, every fact of it with who says so and how old that is."""

from __future__ import annotations

from console.model.balancer import Member
from console.model.colour import Colour
from console.model.health import Health, Judgement, announced, disagreement, judge
from console.model.instance import Instance, Probe
from console.model.server import Server
from console.model.service import BALANCER, PROBES, SERVERS, SESSIONS, Service
from console.model.text import clipped, visible
from console.model.verdict import role_words
from screens.view.facts import Fact, by, fact, told
from screens.view.glyphs import Glyphs
from screens.view.instances import unasked
from screens.view.line import Line, line
from screens.view.words import age, name, role_glyph


def find(service: Service | None, key: str) -> Instance | None:
    """The instance of this key, of either colour or of none; None where the service has it no more."""
    if service is None:
        return None
    every = (service.blue.instances, service.green.instances, service.uncoloured)
    return next((one for some in every for one in some if one.key == key), None)


def headline(service: Service, instance: Instance, now: float, glyphs: Glyphs, *, listed: bool = True) -> list[Line]:
    """Name, colour and health, and why: what is known of the instance if one reads nothing else."""
    found = announced(service, instance, now)
    sign = {Health.HEALTHY: glyphs.good, Health.UNHEALTHY: glyphs.attention}.get(found.health, glyphs.unknown)
    role = {Health.HEALTHY: "badge-well", Health.UNHEALTHY: "badge-ill"}.get(found.health, "badge-ill")
    badge = (f" {sign} {found.health.value.upper()} " if role == "badge-ill" else f"{sign} {found.health}", role)
    if found.stopped:
        badge = (f"{glyphs.idle} stopped", "strong")
    above = line(
        (clipped(instance.name, 80), "strong"),
        "  ",
        *_colour(service, instance, glyphs),
        "  ",
        badge,
        f"  {clipped(found.reason, 400)}",
    )
    notes = [
        *([line((f"{glyphs.attention} {visible(odd)}", "bad"))] if (odd := disagreement(instance)) else []),
        *_wavering(instance, now, glyphs),
        *([] if listed else [line((f"{glyphs.attention} it is listed no more: these facts were its last", "stale"))]),
    ]
    held = instance.held_by
    if held is not None:
        notes.append(line((f"{glyphs.held} held by {clipped(held, 80)}: no cutover puts it in rotation", "warn")))
    return [above, *notes]


def _colour(service: Service, instance: Instance, glyphs: Glyphs) -> Line:
    if instance.colour is None:
        return line(("no colour: nothing tells which", "warn"))
    role = role_words(service, instance.colour)
    return line((f"{name(instance.colour)} {role_glyph(role, glyphs)} {role}", f"{instance.colour.value} live"))


def _wavering(instance: Instance, now: float, glyphs: Glyphs) -> list[Line]:
    told = instance.announced
    if told is None or not told.wavering:
        return []
    held = f"{told.word} for {age(now - told.since)}"
    return [line((f"{glyphs.unknown} {held}; the last look says {told.seen}, once so far", "warn"))]


def facts(service: Service, instance: Instance, now: float) -> list[Fact]:
    """What each source says: health, Nova, the members, the probe, the version."""
    return [
        *_health(service, instance, now),
        *_server(service, instance, now),
        *_members(service, instance, now),
        *_probe(service, instance, now),
        *_version(service, instance, now),
    ]


def _health(service: Service, instance: Instance, now: float) -> list[Fact]:
    found: Judgement = judge(service, instance, now)
    shown = [
        fact("health", (found.health.value, "strong" if found.healthy else "bad"), f": {clipped(found.reason, 400)}")
    ]
    told = instance.announced
    if told is not None and not found.stopped:
        shown.append(fact("", (f"{visible(told.word)} for {age(now - told.since)}", "dim")))
    return shown


def _server(service: Service, instance: Instance, now: float) -> list[Fact]:
    source = by("Nova", service.source(SERVERS), now)
    server = instance.server
    if server is None:
        words = "no Nova server: a static address" if instance.static else "not listed: gone, or in a cell that is down"
        if instance.gone:
            return [fact("server", ("gone: Nova answers 404", "bad"), source=source)]
        return [fact("server", (words, "dim" if instance.static else "warn"), source=source)]
    return [
        fact("server", *_status(server), source=source),
        *([told("fault", server.fault, "bad")] if server.fault else []),
        told("server id", server.id, "code"),
        fact("created", _created(server, now)),
    ]


def _status(server: Server) -> tuple[tuple[str, str], ...]:
    task = f", task {visible(server.task_state)}" if server.task_state else ", no task"
    return (
        (visible(server.status), "" if server.running else "bad"),
        (task, "warn" if server.task_state else ""),
        (f", power {server.power}", "" if server.power_state in (1, None) else "warn"),
    )


def _created(server: Server, now: float) -> str:
    return f"{age(now - server.created_at)} ago" if server.created_at is not None else "not told"


def _members(service: Service, instance: Instance, now: float) -> list[Fact]:
    if service.rotation == "power":
        return [fact("rotation", "power: it serves while it runs; no load balancer stands before it")]
    source = by("Octavia", service.source(BALANCER), now)
    if instance.member is None:
        unseen = service.source(BALANCER).seen_at is None
        return [fact("member", ("not known" if unseen else "in no pool", "warn"), source=source)]
    every = (instance.member, *instance.further)
    return [each for member in every for each in _member(service, member, instance, source, now)]


def _member(service: Service, member: Member, instance: Instance, source: Line, now: float) -> list[Fact]:
    pool = _pool_name(service, member, instance)
    good = member.operating_status in ("ONLINE", "DRAINING")
    provisioned = member.provisioning_status == "ACTIVE"
    intended = member.intended_weight
    weight = f"weight {member.weight}" + (f" (meant for {intended} in rotation)" if intended is not None else "")
    flags = [] if member.admin_state_up else ["disabled: admin_state_up is false"]
    flags += ["backup"] if member.backup else []
    monitored = ":".join(str(each) for each in (member.monitor_address, member.monitor_port) if each)
    return [
        fact(
            "member",
            (visible(member.operating_status), "" if good else "bad" if member.operating_status == "ERROR" else "warn"),
            (f", {visible(member.provisioning_status)}", "" if provisioned else "bad"),
            (f", {weight}", "" if member.in_rotation else "dim"),
            (f", {', '.join(flags)}" if flags else "", "warn"),
            source=source,
        ),
        fact("", f"{_address(member)} in pool {pool}", (f", checked at {visible(monitored)}" if monitored else "", "")),
        *_sessions(service, member, now),
        told("member id", member.id, "code"),
        *([told("member tags", ", ".join(member.tags), "dim")] if member.tags else []),
    ]


def _pool_name(service: Service, member: Member, instance: Instance) -> str:
    pools = [pool for part in service.balanced for pool in part.pools] or ([service.pool] if service.pool else [])
    holds = {
        pool_id
        for part in service.balanced
        for pool_id, some in part.members.items()
        if member.id in {m.id for m in some}
    } or {instance.pool_id}
    found = [visible(pool.name or pool.id) for pool in pools if pool.id in holds]
    return found[0] if found else visible(pools[0].name) if len(pools) == 1 else "not told"


def _address(member: Member) -> str:
    address = visible(member.address)
    return f"[{address}]:{member.protocol_port}" if ":" in address else f"{address}:{member.protocol_port}"


def _sessions(service: Service, member: Member, now: float) -> list[Fact]:
    sessions = service.sessions.get(member.id)
    if sessions is not None:
        ms = f", answers in {sessions.response_ms:.0f} ms" if sessions.response_ms is not None else ""
        source = by("PROMETHEUS listener", service.source(SESSIONS), now)
        return [fact("sessions", f"{sessions.current} open{ms}", source=source)]
    state = service.source(SESSIONS)
    why = state.problem or state.hint
    return [told("sessions", f"not known: {why}", "dim")] if why else []


def _probe(service: Service, instance: Instance, now: float) -> list[Fact]:
    if not service.probed:
        return [fact("probe", ("none: the config has no `health` for this service", "dim"))]
    probe = instance.probe
    if probe is None:
        return [fact("probe", (_unprobed(service, instance), "warn"))]
    if probe.not_from_here:
        return [fact("probe", ("not probed from here: unknown, not healthy", "warn"))]
    old = now - probe.at > service.source(PROBES).good_for
    source = line(("probe, ", "dim"), (f"STALE {age(now - probe.at)}", "stale") if old else ("fresh", "dim"))
    took = f" in {probe.ms:.0f} ms" if probe.ok and probe.ms is not None else ""
    words = f"ok{took}" if probe.ok else f"fails: {clipped(probe.words, 200)}"
    return [
        fact("probe", (words, "" if probe.ok else "bad"), source=source),
        *(told("", reason, "bad") for reason in probe.reasons[:20] if not probe.ok),
    ]


def _unprobed(service: Service, instance: Instance) -> str:
    why = unasked(service, instance)
    return f"not probed: {why}" if why else "not probed yet"


def _version(service: Service, instance: Instance, now: float) -> list[Fact]:
    version = instance.version
    if version is None:
        return [fact("version", ("unknown: no source of the config's `version` answers", "warn"))]
    others = _others_run(service, instance)
    note = ((f"; others of {name(others)} do not run it", "bad"),) if others is not None else ()
    return [
        Fact("version", (*line((clipped(version.value, 200), "code")), *note), line((visible(version.source), "dim")))
    ]


def _others_run(service: Service, instance: Instance) -> Colour | None:
    if instance.colour is None:
        return None
    return instance.colour if len(service.side(instance.colour).versions) > 1 else None


def probe_lines(service: Service, instance: Instance, now: float) -> list[Line]:
    """What the last probe saw, and the answer's body as it came."""
    probe: Probe | None = instance.probe
    if not service.probed:
        return [line(("not probed: the config has no `health` for this service", "dim"))]
    if probe is None:
        return [line((_unprobed(service, instance), "dim"))]
    status = f"HTTP {probe.status}" if probe.status is not None else "no HTTP answer"
    if probe.not_from_here:
        status = "not probed from here"
    ms = f" in {probe.ms:.0f} ms" if probe.ms is not None else ""
    old = now - probe.at > service.source(PROBES).good_for
    head = line(
        (status, "strong" if probe.ok else "bad"), ms, (f", STALE {age(now - probe.at)}" if old else "", "stale")
    )
    error = [line((clipped(probe.error, 1000), "bad"))] if probe.error else []
    reasons = [line(("reason  ", "label"), clipped(each, 1000)) for each in probe.reasons[:50]]
    body = text_lines(probe.body) if probe.body else [line(("the answer has no body", "dim"))]
    return [head, *error, *reasons, *body]


def text_lines(text: str, most: int = 400, longest: int = 1000) -> list[Line]:
    """Text from outside, its last lines, each safe to show and cut where it is longer than anyone reads."""
    every = text[-most * longest :].splitlines()
    hidden = len(every) - most
    above = [line((f"{hidden} more lines above are not shown", "dim"))] if hidden > 0 else []
    return [*above, *(line(visible(each[:longest])) for each in every[-most:])]
