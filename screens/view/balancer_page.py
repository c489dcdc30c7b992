"""One load balancer whole: what listens, where it leads, who is behind it; other teams' parts are marked as theirs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from console.model.balancer import Balanced, Listener, Member, Monitor, Policy, Pool, Rule
from console.model.closeup import BalancerCloseup
from console.model.colour import Colour
from console.model.instance import Instance
from console.model.moments import clock_words, when
from console.model.service import BALANCER, SERVERS, SESSIONS, STATS, Service, Source
from console.model.stats import Rates
from console.model.text import clipped, visible
from screens.view import rates
from screens.view.balancer import changing
from screens.view.facts import Fact, by, fact, told, trouble
from screens.view.glyphs import Glyphs
from screens.view.line import Line, Span, line
from screens.view.table import Column, Row
from screens.view.words import count, name, quantity


class _WithId(Protocol):
    @property
    def id(self) -> str:
        """Octavia's id."""


Part = TypeVar("Part", bound=_WithId)

_OPEN = Column("open", 5, right=True, needs=66)
_MEMBERS = (
    Column("", 1),
    Column("member", 0, most=36, keeps_end=True),
    Column("address", 21, keeps_end=True),
    Column("weight", 6, right=True),
    Column("checked", 9),
    Column("applied", 8, needs=86),
    Column("whose", 7),
    Column("instance", 24, keeps_end=True, needs=120),
)
_THEIRS = ("  not this service's", "dim")


def closeups(service: Service, found: Sequence[BalancerCloseup]) -> tuple[BalancerCloseup, ...]:
    """Every load balancer of the service: whole where it was asked for, else what the cycle knows of it."""
    whole = {each.balancer.id: each for each in found if each.service == service.name}
    parts = service.balanced or _alone(service)
    known: dict[str, BalancerCloseup] = {}
    for part in parts:
        known[part.balancer.id] = _with(known.get(part.balancer.id), _of(service, part))
    return tuple({**known, **{key: each for key, each in whole.items() if each.balancer.id}}.values())


def failing(service: Service, found: Sequence[BalancerCloseup]) -> list[Line]:
    """Why more than the cycle's facts could not be had."""
    sources = [source for each in found if each.service == service.name for source in each.sources.values()]
    return list(dict.fromkeys(spans for source in sources for spans in trouble(source)))


def _with(one: BalancerCloseup | None, other: BalancerCloseup) -> BalancerCloseup:
    """Two parts of a service on one load balancer; what they share is there once."""
    if one is None:
        return other
    return replace(
        other,
        listeners=_once(one.listeners, other.listeners),
        pools=_once(one.pools, other.pools),
        policies=_once(one.policies, other.policies),
        members={**one.members, **other.members},
        rates={**one.rates, **other.rates},
    )


def _once(one: tuple[Part, ...], other: tuple[Part, ...]) -> tuple[Part, ...]:
    ids = {each.id for each in one}
    return (*one, *(each for each in other if each.id not in ids))


def _alone(service: Service) -> tuple[Balanced, ...]:
    if service.balancer is None:
        return ()
    pools = (service.pool,) if service.pool is not None else ()
    mine = [one.member for side in service.colours for one in side.instances if one.member is not None]
    members = {service.pool.id: (*mine, *service.foreign)} if service.pool is not None else {}
    return (Balanced(service.balancer, service.listeners, (), pools, {}, members),)


def _of(service: Service, part: Balanced) -> BalancerCloseup:
    listeners = (*part.listeners, *part.neighbours)
    found = {one.id: service.rates[one.id] for one in listeners if one.id in service.rates}
    return BalancerCloseup(service.name, part.balancer, listeners, part.pools, part.members, part.policies, found)


def ours(service: Service) -> frozenset[str]:
    """Ids of the listeners and pools that carry the service."""
    parts = service.balanced or _alone(service)
    listeners = frozenset(one.id for part in parts for one in part.listeners)
    return listeners | {pool.id for part in parts for pool in part.pools}


# -- the load balancer itself


def headline(service: Service, found: Sequence[BalancerCloseup], now: float) -> list[Line]:
    """Names and what a change waits for; who is changing it, if anyone."""
    names = [
        (
            (f"load balancer {clipped(each.balancer.name or each.balancer.id, 60)}  ", "strong"),
            _changes(service, each, now),
            ("   ", ""),
        )
        for each in found
    ]
    who = changing(service, now)
    return [line(*(span for some in names for span in some)), *([who] if who else [])]


def facts(service: Service, each: BalancerCloseup, now: float) -> list[Fact]:
    """The load balancer's own facts. Its operating status is everybody's: a neighbour's pool may be in ERROR."""
    balancer = each.balancer
    source = by("Octavia", _source(service, each), now)
    kind = ", ".join(visible(part) for part in (balancer.provider, balancer.topology.lower()) if part)
    return [
        fact("name", (clipped(balancer.name, 80), "strong"), f" ({kind})" if kind else "", source=source),
        fact("changes", _changes(service, each, now)),
        fact("operating", *_operating_words(balancer.operating_status)),
        fact("VIP", ", ".join(visible(one) for one in (balancer.vip_address, *balancer.additional_vips) if one) or "?"),
        *([] if balancer.admin_state_up else [fact("enabled", ("no: admin_state_up is false", "bad"))]),
        *([told("described", balancer.description)] if balancer.description else []),
        *([told("changed", _local(balancer.updated_at, now), "dim")] if balancer.updated_at else []),
        told("id", balancer.id, "code"),
    ]


def _local(said: str, now: float) -> str:
    """The API's time as all other times here; what is no time stays as it came."""
    at = when(said)
    return clock_words(at, now) if at is not None else said


def _source(service: Service, each: BalancerCloseup) -> Source:
    return each.sources.get(BALANCER) or service.source(BALANCER)


def _changes(service: Service, each: BalancerCloseup, now: float) -> Span:
    status = each.balancer.provisioning_status
    fresh = _source(service, each).fresh(now)
    return _provisioned(status, bare=True) if fresh or not status else (f"was {visible(status)}", "stale")


def _operating_words(status: str) -> tuple[Span, Span]:
    note = "" if status in ("ONLINE", "UNKNOWN") else "  of everything on it, other teams' parts as well"
    return (visible(status), "" if status == "ONLINE" else "warn"), (note, "dim")


# -- listeners


def listeners(service: Service, each: BalancerCloseup, now: float) -> list[Line]:
    """Every listener: where it leads, both statuses, statistics, and its L7 policies."""
    mine, statistics = ours(service), each.sources.get(STATS) or service.source(STATS)
    pools = {pool.id: pool for pool in each.pools}
    shown = [
        spans
        for one in sorted(each.listeners, key=lambda one: (one.id not in mine, one.protocol_port))
        for spans in (
            *_listener(one, each, pools, is_ours=one.id in mine),
            *([_carried(each.rates.get(one.id), statistics, now)] if one.id in mine or one.id in each.rates else []),
            *_policies(one, each, pools),
        )
    ]
    return [*trouble(each.sources.get(STATS)), *(shown or [line(("nothing listens", "warn"))])]


def _listener(one: Listener, each: BalancerCloseup, pools: dict[str, Pool], *, is_ours: bool) -> Iterable[Line]:
    to = pools.get(one.default_pool_id or "")
    where = clipped(to.name or to.id, 60) if to is not None else one.default_pool_id or "no default pool"
    limit = one.connection_limit
    yield line(
        (f":{one.protocol_port} {visible(one.protocol)} ", "strong" if is_ours else ""),
        f"{clipped(one.name, 40)} to {visible(where)}",
        ("" if one.admin_state_up else ", disabled", "warn"),
        _operating(one.operating_status),
        _provisioned(one.provisioning_status),
        (f", at most {limit} connections" if limit is not None and limit >= 0 else "", "warn"),
        ("" if is_ours else _THEIRS[0], _THEIRS[1]),
    )
    if one.allowed:
        more = f" and {len(one.allowed) - 8} more" if len(one.allowed) > 8 else ""
        yield line(("  ", "label"), "only from ", ", ".join(clipped(each, 50) for each in one.allowed[:8]), more)
    if one.certificate:
        yield line(("  ", "label"), ("TLS certificate ", "dim"), (clipped(one.certificate, 120), "code"))


def _carried(found: Rates | None, statistics: Source, now: float) -> Line:
    return line(("  ", "label"), *rates.full(found, statistics, now))


def _policies(one: Listener, each: BalancerCloseup, pools: dict[str, Pool]) -> Iterable[Line]:
    policies = [policy for policy in each.policies if policy.listener_id == one.id or policy.id in one.policy_ids]
    for policy in sorted(policies, key=lambda policy: policy.position):
        yield from _policy(policy, pools)


def _policy(policy: Policy, pools: dict[str, Pool]) -> Iterable[Line]:
    pool = pools.get(policy.pool_id or "")
    target = (pool.name or pool.id) if pool is not None else policy.url
    to = f" to {clipped(target, 120)}" if target else ""
    idle = "" if policy.pool_id is None or policy.attaches else ", attaches nothing: it is disabled or has no rule"
    yield line(
        ("  ", "label"),
        (f"L7 {policy.position} {clipped(policy.name or policy.id, 40)}: {visible(policy.action)}", ""),
        to,
        _operating(policy.operating_status),
        _provisioned(policy.provisioning_status),
        (idle, "warn"),
    )
    for rule in policy.rules[:50]:
        yield line(("    ", "label"), ("when " + _rule(rule), "dim"), _provisioned(rule.provisioning_status))


def _rule(rule: Rule) -> str:
    no = "not " if rule.invert else ""
    key = f" {clipped(rule.key, 60)}" if rule.key else ""
    value = clipped(rule.value, 120) or "a value that is not shown"
    off = "" if rule.admin_state_up else " (disabled)"
    return f"{visible(rule.kind)}{key} {no}{visible(rule.compare)} {value}{off}"


# -- pools and members


def pools(service: Service, each: BalancerCloseup) -> list[Line]:
    """Every pool: whose it is, what leads to it, how it is checked."""
    mine = ours(service)
    shown: list[Line] = []
    for pool in sorted(each.pools, key=lambda pool: (pool.id not in mine, _colour_of(service, pool) or "")):
        shown += _pool(service, pool, each, is_ours=pool.id in mine)
    return shown or [line(("no pool was seen", "warn"))]


def _pool(service: Service, pool: Pool, each: BalancerCloseup, *, is_ours: bool) -> list[Line]:
    led = _led(pool, each)
    # a pool that nothing attaches is not in the load balancer's configuration: nobody checks it, and that is no fault
    parked = not led and pool.operating_status == "OFFLINE"
    colour = _colour_of(service, pool)
    head = line(
        (clipped(pool.name or pool.id, 60), "strong" if is_ours else ""),
        (f" {name(colour)}'s" if colour is not None else "", colour.value if colour is not None else ""),
        f" {visible(pool.protocol)} {visible(pool.algorithm)}".rstrip(),
        f", {count(len(each.members.get(pool.id, ())), 'member')}",
        (", OFFLINE as it is parked", "dim") if parked else _operating(pool.operating_status),
        _provisioned(pool.provisioning_status),
        (f", sticky by {visible(pool.session_persistence)}" if pool.session_persistence else "", "warn"),
        ("" if pool.admin_state_up else ", disabled", "warn"),
        ("" if is_ours else _THEIRS[0], _THEIRS[1]),
    )
    way = line(("  ", "label"), (led or "nothing leads to it: not checked by the load balancer", "" if led else "warn"))
    return [head, way, line(("  ", "label"), _monitor(pool.monitor))] if is_ours else [head]


def _colour_of(service: Service, pool: Pool) -> Colour | None:
    return next((c for part in service.balanced for c, its in part.pool_of.items() if its == pool.id), None)


def _led(pool: Pool, each: BalancerCloseup) -> str:
    leading = [one for one in each.listeners if one.default_pool_id == pool.id and one.admin_state_up]
    ports = [f":{port}" for port in sorted(one.protocol_port for one in leading)]
    named = (one.name or one.id for one in each.policies if one.pool_id == pool.id and one.attaches)
    rules = [clipped(rule, 40) for rule in dict.fromkeys(named)]
    parts = [f"serves {' '.join(ports)}"] if ports else []
    parts += [f"attached by L7 policy {', '.join(rules[:5])}"] if rules else []
    return ", ".join(parts)


def _monitor(monitor: Monitor | None) -> Span:
    if monitor is None:
        return "no health monitor", "warn"
    what = " ".join(visible(part) for part in (monitor.kind, monitor.http_method, monitor.url_path) if part)
    expects = f", expects {visible(monitor.expected_codes)}" if monitor.expected_codes else ""
    when = f", every {monitor.delay} s, limit {monitor.timeout} s" if monitor.delay else ""
    turns = f", ERROR after {monitor.fall}, ONLINE after {monitor.rise}" if monitor.fall or monitor.rise else ""
    off = "" if monitor.admin_state_up else ", disabled: nothing is checked"
    return f"checked by {what}{expects}{when}{turns}{off}", "" if monitor.admin_state_up else "warn"


def columns(service: Service) -> tuple[Column, ...]:
    """The columns of the members; sessions only where a PROMETHEUS listener tells them."""
    return (*_MEMBERS[:6], _OPEN, *_MEMBERS[6:]) if service.sessions else _MEMBERS


def member_rows(service: Service, found: Sequence[BalancerCloseup], glyphs: Glyphs) -> tuple[Row, ...]:
    """A row per member of every pool: ours by colour first, then foreign ones, then those of other teams' pools."""
    mine, owners = ours(service), _owners(service)
    rows = [
        (
            _order(owners.get(member.id), pool_id in mine),
            _row(service, member, pool_id, (owners.get(member.id), pool_id in mine), glyphs),
        )
        for each in found
        for pool_id, members in each.members.items()
        for member in members
    ]
    return tuple(row for _, row in sorted(rows, key=lambda pair: pair[0]))


def _owners(service: Service) -> dict[str, Instance]:
    every = (*service.blue.instances, *service.green.instances, *service.uncoloured)
    return {member.id: one for one in every for member in (one.member, *one.further) if member is not None}


def owner(service: Service, row_key: str) -> Instance | None:
    """The instance behind a row of members; None for one of nobody's."""
    return _owners(service).get(row_key.rpartition("/")[2])


def _order(owner: Instance | None, is_ours: bool) -> tuple[int, str]:
    if owner is None:
        return (3 if is_ours else 4), ""
    return (list(Colour).index(owner.colour) if owner.colour is not None else 2), owner.name


def _row(service: Service, one: Member, pool_id: str, whose: tuple[Instance | None, bool], glyphs: Glyphs) -> Row:
    owner, is_ours = whose
    known = service.source(SERVERS).seen_at is not None or SERVERS not in service.decisive
    ill = one.operating_status == "ERROR" or one.provisioning_status == "ERROR"
    sign: Span = (glyphs.attention, "bad") if ill else (glyphs.held, "warn") if one.held_by else (" ", "")
    role = "" if is_ours else "dim"
    address = visible(one.address)
    sessions = service.sessions.get(one.id)
    return Row(
        f"{pool_id}/{one.id}",
        (
            sign,
            (clipped(one.name or one.id, 100), "bad" if ill and not role else role),
            (f"[{address}]:{one.protocol_port}" if ":" in address else f"{address}:{one.protocol_port}", role),
            (str(one.weight), "live" if one.in_rotation and not role else "dim"),
            ("disabled", "warn") if not one.admin_state_up else (visible(one.operating_status), role or _told(one)),
            (visible(one.provisioning_status), role or ("" if one.provisioning_status == "ACTIVE" else "bad")),
            *(((quantity(sessions.current) if sessions is not None else "", role),) if service.sessions else ()),
            _whose(owner, is_ours=is_ours, known=known),
            (clipped(owner.name, 100) if owner is not None else "", "dim"),
        ),
    )


def _told(one: Member) -> str:
    return (
        "" if one.operating_status in ("ONLINE", "DRAINING") else "bad" if one.operating_status == "ERROR" else "warn"
    )


def _whose(owner: Instance | None, *, is_ours: bool, known: bool) -> Span:
    if owner is not None:
        return (name(owner.colour), owner.colour.value) if owner.colour is not None else ("neither", "warn")
    if not is_ours:
        return "others'", "dim"
    return "foreign" if known else "unknown", "warn"


def sessions_note(service: Service) -> list[Line]:
    """Why sessions are not known, where they are not."""
    source = service.source(SESSIONS)
    why = source.problem or source.hint
    return [line((clipped(why, 300), "dim"))] if why and not service.sessions else []


# -- statuses in a row of facts


def _operating(status: str) -> Span:
    return f", {visible(status)}", "" if status == "ONLINE" else "bad" if status == "ERROR" else "warn"


def _provisioned(status: str, *, bare: bool = False) -> Span:
    if status == "ACTIVE":
        return ("ACTIVE", "") if bare else ("", "")
    return f"{'' if bare else ', '}{visible(status)}", "bad" if status == "ERROR" else "warn"
