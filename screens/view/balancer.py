"""The load balancer as lines: what listens, which pool, how it is checked, and who is changing it."""

from __future__ import annotations

from console.model.balancer import Balanced, Listener, LoadBalancer, Monitor, Pool
from console.model.readiness import balancers
from console.model.service import BALANCER, SERVERS, STATS, Service
from console.model.text import clipped, visible
from screens.view import rates
from screens.view.line import Line, Span, line
from screens.view.words import count, name


def title(service: Service) -> Line:
    """`load balancer nova-api (amphora)`; of several their number."""
    found = balancers(service)
    if not found:
        return line(("load balancer", "title"))
    if len(found) > 1:
        return line((count(len(found), "load balancer"), "title"))
    provider = f" ({clipped(found[0].provider, 40)})" if found[0].provider else ""
    return line((f"load balancer {clipped(found[0].name, 80)}", "title"), (provider, "dim"))


def title_right(service: Service, now: float) -> Line:
    """The provisioning status that a change waits for: of several the one that holds it up."""
    statuses = [each.provisioning_status for each in balancers(service)]
    if not statuses:
        return ()
    status = next((each for each in statuses if each != "ACTIVE"), "ACTIVE")
    if not service.source(BALANCER).fresh(now):
        return line((f"was {clipped(status, 40)}", "stale"))
    return line((clipped(status, 40), "strong" if status == "ACTIVE" else "bad" if status == "ERROR" else "warn"))


def lines(service: Service, now: float) -> list[Line]:
    """Listeners with what they carry, pools and their monitors, foreign members; each load balancer under its name."""
    if service.balancer is None:
        problem = service.source(BALANCER).problem
        return [line((clipped(problem, 400), "bad") if problem else ("waiting for the first answer", "dim"))]
    shown: list[Line] = []
    several = len(balancers(service)) > 1
    before = ""
    for part in parts(service):
        if several and part.balancer.id != before:
            shown.append(_heading(part.balancer))
        before = part.balancer.id
        shown += [_listener(service, part, each, now) for each in part.listeners]
        shown += [each for pool in part.pools for each in _pool(service, part, pool)]
        if part.neighbours:
            shown.append(line((f"and {count(len(part.neighbours), 'listener')} of other services", "dim")))
    return [*shown, *_foreign(service)]


def parts(service: Service) -> tuple[Balanced, ...]:
    """Every load balancer's part of the service."""
    if service.balanced or service.balancer is None:
        return service.balanced
    seen = (service.pool,) if service.pool is not None else ()
    return (Balanced(service.balancer, service.listeners, (), seen),)


def brief(service: Service, now: float) -> list[Line]:
    """The same in one line for a narrow screen; of several load balancers one line each."""
    if service.balancer is None:
        return lines(service, now)
    by_balancer: dict[str, list[Balanced]] = {}
    for part in parts(service):
        by_balancer.setdefault(part.balancer.id, []).append(part)
    several = len(by_balancer) > 1
    return [*(_brief(service, each, now, named=several) for each in by_balancer.values()), *_foreign(service)]


def _brief(service: Service, mine: list[Balanced], now: float, *, named: bool) -> Line:
    """Which listeners lead where, what they carry, and how that is checked."""
    ways: dict[Span, list[str]] = {}
    for part in mine:
        for one in part.listeners:
            port = f":{one.protocol_port}{'' if one.admin_state_up else ' (disabled)'}"
            ways.setdefault(_leads(part, one, by_name=True), []).append(port)
    led: list[Span] = []
    for way, ports in ways.items():
        led += [(", ", "")] * bool(led) + [(" ".join(dict.fromkeys(ports)), ""), way]
    checks = list(dict.fromkeys(_check(pool.monitor) for part in mine for pool in part.pools))
    check = checks[0] if len(checks) == 1 else "checked in several ways" if checks else _check(None)
    listeners = {one.id for part in mine for one in part.listeners}
    mine_of = {key: each for key, each in service.rates.items() if key in listeners}
    carried = rates.total(mine_of, service.source(STATS), now)
    balancer = mine[0].balancer
    return line(
        (f"{clipped(balancer.name or balancer.id, 40)} ", "title") if named else "",
        *(led or [("no listener", "warn")]),
        *(((", ", ""), *carried) if carried else ()),
        f", {check}",
        _provisioning(balancer.provisioning_status) if named else "",
    )


def changing(service: Service, now: float) -> Line:
    """Who is changing it at this moment, if anyone."""
    if service.lease is not None:
        return line((visible(service.lease.told(now)), "warn"))
    pending = any(each.provisioning_status.startswith("PENDING") for each in balancers(service))
    if pending and service.source(BALANCER).fresh(now):
        return line(("someone is changing it, and it is not a rollout of ours: nobody holds the lease", "warn"))
    return ()


def _heading(balancer: LoadBalancer) -> Line:
    vip = f" {visible(balancer.vip_address)}" if balancer.vip_address else ""
    return line((clipped(balancer.name or balancer.id, 80), "title"), vip, _provisioning(balancer.provisioning_status))


def _listener(service: Service, part: Balanced, listener: Listener, now: float) -> Line:
    status = clipped(listener.operating_status, 40)
    carried = rates.brief(service.rates.get(listener.id), service.source(STATS), now)
    return line(
        (f":{listener.protocol_port} {clipped(listener.protocol, 40)}", "strong"),
        _leads(part, listener),
        # there is more to read where it carries something
        (f", {status}", "")
        if status == "ONLINE" and not carried
        else ("" if status == "ONLINE" else f", {status}", "warn"),
        _provisioning(listener.provisioning_status),
        ("" if listener.admin_state_up else ", disabled", "warn"),
        *(((", ", ""), *carried) if carried else ()),
    )


def _leads(part: Balanced, listener: Listener, *, by_name: bool = False) -> Span:
    """Where it sends: to the one pool (by its name where no line names it), to a colour's, or elsewhere."""
    to = listener.default_pool_id
    colour = next((each for each, pool in part.pool_of.items() if to is not None and pool == to), None)
    if colour is not None:
        return f" to {name(colour)}'s pool", colour.value
    pool = next((pool for pool in part.pools if pool.id == to), None)
    if pool is None:
        return (" to another pool", "dim") if to is not None else (" to no pool", "warn")
    return f" to {clipped(pool.name or pool.id, 40)}" if by_name else " to this pool", ""


def _pool(service: Service, part: Balanced, pool: Pool) -> list[Line]:
    members = len(part.members.get(pool.id, ()))
    if not service.balanced:
        members = sum(i.member is not None for side in service.colours for i in side.instances) + len(service.foreign)
    sticky = (f", sticky by {clipped(pool.session_persistence, 40)}", "warn") if pool.session_persistence else ""
    colour = next((each for each, its in part.pool_of.items() if its == pool.id), None)
    policies = [one for one in part.policies if one.pool_id == pool.id and one.attaches]
    preview = f", attached by L7 policy {clipped(policies[0].name or policies[0].id, 40)}" if policies else ""
    return [
        line(
            f"pool {clipped(pool.name or pool.id, 80)} {clipped(pool.protocol, 40)}",
            (f" of {name(colour)}" if colour is not None else "", colour.value if colour is not None else ""),
            f", {count(members, 'member')}",
            preview,
            sticky,
            _provisioning(pool.provisioning_status),
        ),
        line((_check(pool.monitor), "" if pool.monitor is not None else "warn")),
    ]


def _check(monitor: Monitor | None) -> str:
    if monitor is None:
        return "no health monitor"
    path = f" {clipped(monitor.url_path, 100)}" if monitor.url_path else ""
    every = f" every {monitor.delay} s" if monitor.delay else ""
    off = "" if monitor.admin_state_up else ", which is disabled"
    return f"checked by {clipped(monitor.kind, 40)}{path}{every}{off}"


def _foreign(service: Service) -> list[Line]:
    if not service.foreign:
        return []
    weighted = sum(member.in_rotation for member in service.foreign)
    carrying = f", {weighted} with weight" if weighted else ""
    if service.source(SERVERS).seen_at is None:
        # before the servers were seen nobody knows whose a member is
        return [line((f"{count(len(service.foreign), 'member')}{carrying}: whose is not known yet", "warn"))]
    return [line((f"{count(len(service.foreign), 'foreign member')}{carrying}: never written", "warn"))]


def _provisioning(status: str) -> tuple[str, str]:
    return ("", "") if status == "ACTIVE" else (f", {clipped(status, 40)}", "bad" if status == "ERROR" else "warn")
