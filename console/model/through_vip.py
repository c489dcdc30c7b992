"""What is wrong with what clients get through the VIP: requests fail, or a colour answers that is not in rotation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from console.model.balancer import LoadBalancer
from console.model.colour import Role
from console.model.need import Need
from console.model.problem import Problem
from console.model.readiness import pools
from console.model.roles import is_settled
from console.model.service import BALANCER, POOLS, POWER, Service
from console.model.traffic import Traffic

_ENOUGH = 3  # answers that are no accident
_STICKY_HERE = "SOURCE_IP"  # sessions that keep this host where it was; others need cookies, which are not kept


def vip_troubles(service: Service, now: float) -> Iterator[Problem]:
    """What the answers of the window that ends at `now` (Unix seconds) say."""
    traffic = service.traffic.lately(now) if service.traffic is not None else None
    if traffic is None:
        return
    if traffic.lost:
        last = next(answer for answer in reversed(traffic.answers) if not answer.ok)
        cause = last.error or f"status {last.status}"
        when = f"the last {now - last.at:.0f} s ago"
        text = f"{traffic.lost} of {len(traffic.answers)} requests through the VIP failed, {when}: {cause}"
        now_lost = not any(answer.ok for answer in traffic.answers[-_ENOUGH:])
        need = Need.VIP_FAILS if now_lost else Need.REQUESTS_LOST
        yield Problem(text, "if it began with a release, go back while the way back is ready", need=need)
    if _rotation_is_certain(service, now) and (wrong := _wrong_colour(service, traffic)) is not None:
        yield wrong


def _rotation_is_certain(service: Service, now: float) -> bool:
    """Whether the load balancer does what is shown of it, and nobody is about to change that."""
    if service.rotation == POWER or service.is_led or not service.source(BALANCER).fresh(now):
        return False
    return is_settled(service) and not any(pool.session_persistence == _STICKY_HERE for pool in pools(service))


def _wrong_colour(service: Service, traffic: Traffic) -> Problem | None:
    """Where every answer that tells its colour comes from the one that no client is sent to.

    A shift that was made elsewhere a moment ago, and that the load balancer was not asked about yet, leaves answers of
    the colour before it in the window.
    """
    live = service.live
    told = Counter(traffic.colour_of(one) for one in traffic.answers if one.at >= service.roles_since)
    if live is None or told[live] or told[live.other] < _ENOUGH or service.role(live.other) is not Role.IDLE:
        return None
    has = "the listeners send to {}" if service.rotation == POOLS else "{} has the weight"
    text = f"{live.other.upper()} answers through the VIP, and {has.format(live.upper())}"
    balancer = service.balancer or LoadBalancer("", "")
    at = f" at {balancer.vip_address}" if balancer.vip_address else ""
    return Problem(
        text,
        f"{traffic.url} may lead to another load balancer than {balancer.name}{at}: "
        "compare `vip:`, DNS and the floating IP; do not trust a shift before they agree",
        need=Need.WRONG_COLOUR,
    )
