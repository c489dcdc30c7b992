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
from console.model.traffic import Traffic, VipAnswer

_ENOUGH = 3  # answers that are no accident
_STICKY_HERE = "SOURCE_IP"  # sessions that keep this host where it was; others need cookies, which are not kept
_TOO_MUCH = (408, 429)  # statuses that say that the service is slow, or asked too often


def vip_troubles(service: Service, now: float) -> Iterator[Problem]:
    """What the answers of the window that ends at `now` (Unix seconds) say."""
    traffic = service.traffic.lately(now) if service.traffic is not None else None
    if traffic is None:
        return
    if traffic.lost:
        last = next(answer for answer in reversed(traffic.answers) if not answer.ok)
        when = f"the last {now - last.at:.0f} s ago"
        text = f"{traffic.lost} of {len(traffic.answers)} requests through the VIP failed, {when}: {traffic.failure}"
        now_lost = not any(answer.ok for answer in traffic.answers[-_ENOUGH:])
        yield Problem(text, advice(traffic), need=Need.VIP_FAILS if now_lost else Need.REQUESTS_LOST)
    if (wrong := wrong_colour(service, now)) is not None:
        yield wrong


def advice(traffic: Traffic) -> str:
    """What to do about requests that failed."""
    release = "if it began with a release, go back while the way back is ready"
    if not all(_is_refused(answer) for answer in traffic.answers):
        return release
    asks = (
        f"if it never answered otherwise, `vip:` asks for the wrong thing ({traffic.url}): mend url, headers or expect"
    )
    return f"{asks}; {release}"


def _is_refused(answer: VipAnswer) -> bool:
    """Whether somebody answered, and had nothing against anything but the request."""
    return not answer.ok and answer.status is not None and answer.status < 500 and answer.status not in _TOO_MUCH


def wrong_colour(service: Service, now: float) -> Problem | None:
    """Where every answer that tells its colour comes from the one that no client is sent to."""
    traffic = service.traffic.lately(now) if service.traffic is not None else None
    return _wrong_colour(service, traffic) if traffic is not None and _rotation_is_certain(service, now) else None


def _rotation_is_certain(service: Service, now: float) -> bool:
    """Whether the load balancer does what is shown of it, and nobody is about to change that."""
    if service.rotation == POWER or service.is_led or not service.source(BALANCER).fresh(now):
        return False
    return is_settled(service) and not any(pool.session_persistence == _STICKY_HERE for pool in pools(service))


def _wrong_colour(service: Service, traffic: Traffic) -> Problem | None:
    live = service.live
    told = Counter(traffic.colour_of(one) for one in traffic.answers if one.at >= service.roles_since)
    # a shift that the load balancer was not asked about yet has left answers of the colour before it in the window
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
