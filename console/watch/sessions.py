"""What a PROMETHEUS listener says of each member: Octavia's API has no statistics below the listener."""

from __future__ import annotations

import math
from collections.abc import Iterable

from console.errors import CloudError
from console.model.balancer import Balanced, Listener, LoadBalancer
from console.model.stats import MemberSessions
from console.watch.http import client, fetch

PROTOCOL = "PROMETHEUS"  # of the listener (Octavia 2.25)
_SESSIONS, _RESPONSE = "octavia_member_current_sessions", "octavia_member_response_time_average_seconds"
_MOST = 8 * 1024 * 1024  # bytes: 3 kB for each member
_TIMEOUT = 5.0  # seconds

NONE = "sessions of each member are known only from a listener with protocol PROMETHEUS; load balancer {} has none"


def listeners_that_tell(parts: Iterable[Balanced]) -> list[tuple[LoadBalancer, Listener]]:
    """The PROMETHEUS listeners of these load balancers, one of each: it speaks for all of it."""
    found: dict[str, tuple[LoadBalancer, Listener]] = {}
    for part in parts:
        for listener in (*part.listeners, *part.neighbours):
            if listener.protocol == PROTOCOL and listener.admin_state_up:
                found.setdefault(part.balancer.id, (part.balancer, listener))
    return list(found.values())


async def ask(balancer: LoadBalancer, listener: Listener) -> dict[str, MemberSessions]:
    """The sessions by member id. Raises CloudError when the listener does not answer, or not in Prometheus' format."""
    host = f"[{balancer.vip_address}]" if ":" in balancer.vip_address else balancer.vip_address
    url = f"http://{host}:{listener.protocol_port}/metrics"
    async with client() as http:
        answer = await fetch(http, url, _TIMEOUT, most=_MOST)
    if answer.status != 200:
        raise CloudError(
            f"listener {listener.name or listener.id} at {url}: {answer.error or answer.status}",
            "its allowed_cidrs must have the address of this host; all else works without it",
        )
    try:
        return parsed(answer.text, answer.at)
    except ValueError as error:
        raise CloudError(f"listener {listener.name or listener.id} at {url} does not answer as Prometheus") from error


def parsed(text: str, at: float) -> dict[str, MemberSessions]:
    """The sessions by member id, asked at `at` (Unix seconds). A member in several processes is summed up.

    Raises ValueError for a text that is not in Prometheus' format (labels: octavia, cmd/prometheus_proxy.py).
    """
    from prometheus_client.parser import text_string_to_metric_families  # noqa: PLC0415 0.1 s, and seldom needed

    sessions: dict[str, int] = {}
    response: dict[str, float] = {}
    # only these lines: a listener says a hundred other things of each member
    lines = [line for line in text.splitlines() if line.startswith((_SESSIONS, _RESPONSE))]
    if text.strip() and not lines and "# TYPE" not in text:
        raise ValueError
    for family in text_string_to_metric_families("\n".join(lines) + "\n"):
        for sample in family.samples:
            member = sample.labels.get("member", "")
            if not member or not math.isfinite(sample.value):
                continue
            if sample.name == _SESSIONS:
                sessions[member] = sessions.get(member, 0) + int(sample.value)
            elif sample.name == _RESPONSE:
                response[member] = max(response.get(member, 0.0), sample.value * 1000)
    return {member: MemberSessions(count, at, response.get(member)) for member, count in sessions.items()}
