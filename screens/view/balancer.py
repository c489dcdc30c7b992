"""The load balancer as lines: what listens, which pool, how it is checked, and who is changing it."""

from __future__ import annotations

from console.model.balancer import Listener, Monitor
from console.model.service import BALANCER, Service
from console.model.text import visible
from screens.view.line import Line, line
from screens.view.words import count


def title(service: Service) -> Line:
    """`load balancer nova-api (amphora)`."""
    balancer = service.balancer
    if balancer is None:
        return line(("load balancer", "title"))
    provider = f" ({visible(balancer.provider)})" if balancer.provider else ""
    return line((f"load balancer {visible(balancer.name)}", "title"), (provider, "dim"))


def title_right(service: Service, now: float) -> Line:
    """Its provisioning status, which is what a change waits for."""
    balancer = service.balancer
    if balancer is None:
        return ()
    status = visible(balancer.provisioning_status)
    if not service.source(BALANCER).fresh(now):
        return line((f"was {status}", "stale"))
    return line((status, "strong" if status == "ACTIVE" else "bad" if status == "ERROR" else "warn"))


def lines(service: Service) -> list[Line]:
    """Listeners, pool and monitor, foreign members, and the lease."""
    if service.balancer is None:
        problem = service.source(BALANCER).problem
        return [line((visible(problem), "bad") if problem else ("waiting for the first answer", "dim"))]
    return [*(_listener(service, each) for each in service.listeners), *_pool(service), *_foreign(service)]


def brief(service: Service) -> list[Line]:
    """The same in one line for a narrow screen."""
    if service.balancer is None:
        return lines(service)
    ports = " ".join(f":{each.protocol_port}" for each in service.listeners) or "no listener"
    pool = visible(service.pool.name) if service.pool is not None else "no pool"
    foreign = _foreign(service)
    return [line(f"{ports} to {pool}, {_check(service.pool.monitor if service.pool else None)}"), *foreign]


def changing(service: Service, now: float) -> Line:
    """Who is changing it at this moment, if anyone."""
    if service.lease is not None:
        return line((visible(service.lease.words), "warn"))
    balancer = service.balancer
    pending = balancer is not None and balancer.provisioning_status.startswith("PENDING")
    if pending and service.source(BALANCER).fresh(now):
        return line(("someone is changing it, and it is not a rollout of ours: nobody holds the lease", "warn"))
    return ()


def _listener(service: Service, listener: Listener) -> Line:
    to_us = service.pool is not None and listener.default_pool_id == service.pool.id
    status = visible(listener.operating_status)
    return line(
        (f":{listener.protocol_port} {visible(listener.protocol)}", "strong"),
        " to this pool" if to_us else (" to another pool", "dim"),
        f", {status}" if status == "ONLINE" else (f", {status}", "warn"),
        _provisioning(listener.provisioning_status),
    )


def _pool(service: Service) -> list[Line]:
    pool = service.pool
    if pool is None:
        return [line(("the pool was not seen", "warn"))]
    members = sum(i.member is not None for side in service.colours for i in side.instances) + len(service.foreign)
    sticky = (f", sticky by {visible(pool.session_persistence)}", "warn") if pool.session_persistence else ""
    return [
        line(
            f"pool {visible(pool.name)} {visible(pool.protocol)}, {count(members, 'member')}",
            sticky,
            _provisioning(pool.provisioning_status),
        ),
        line(_check(pool.monitor)) if pool.monitor is not None else line((_check(None), "warn")),
    ]


def _check(monitor: Monitor | None) -> str:
    if monitor is None:
        return "no health monitor"
    path = f" {visible(monitor.url_path)}" if monitor.url_path else ""
    every = f" every {monitor.delay} s" if monitor.delay else ""
    return f"checked by {visible(monitor.kind)}{path}{every}"


def _foreign(service: Service) -> list[Line]:
    if not service.foreign:
        return []
    weighted = sum(member.in_rotation for member in service.foreign)
    carrying = f", {weighted} with weight" if weighted else ""
    return [line((f"{count(len(service.foreign), 'foreign member')}{carrying}: never written", "warn"))]


def _provisioning(status: str) -> tuple[str, str]:
    return ("", "") if status == "ACTIVE" else (f", {visible(status)}", "bad" if status == "ERROR" else "warn")
