"""What a colour is to the traffic, in words: a role, or why it cannot be told."""

from __future__ import annotations

from collections.abc import Iterator

from console.model.colour import Colour
from console.model.service import BALANCER, POOLS, POWER, Service

UNKNOWN, CHANGING, IN_DOUBT = "unknown", "changing", "in doubt"


def role_words(service: Service, colour: Colour) -> str:
    """A Role, or `unknown`, `changing`, `in doubt` where what the API shows may not be what is applied."""
    if any(service.source(name).seen_at is None for name in service.decisive if name == BALANCER) or not _seen(service):
        return UNKNOWN
    statuses = set(_statuses(service, colour))
    if any(status.startswith("PENDING") for status in statuses):
        return CHANGING
    return IN_DOUBT if statuses - {"ACTIVE"} else service.role(colour).value


def _seen(service: Service) -> bool:
    """Workers are known from Nova alone."""
    return service.rotation != POWER or all(service.source(name).seen_at is not None for name in service.decisive)


def _statuses(service: Service, colour: Colour) -> Iterator[str]:
    """The provisioning statuses of what makes the role: members, listeners, or the tasks of workers."""
    if service.rotation == POWER:
        servers = (instance.server for instance in service.side(colour).instances)
        yield from (_task_status(server.status, server.task_state) for server in servers if server is not None)
    elif service.rotation == POOLS:
        yield from (one.provisioning_status for part in service.balanced for one in part.listeners)
    else:
        for instance in service.side(colour).instances:
            yield from (member.provisioning_status for member in instance.members)


def _task_status(status: str, task: str | None) -> str:
    """A server as if it were an object of Octavia's: one that is being started or stopped is in a change."""
    if status == "UNKNOWN":
        return "UNKNOWN"
    return "PENDING" if task in ("powering-on", "powering-off", "unshelving", "shelving", "pausing") else "ACTIVE"
