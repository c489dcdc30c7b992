"""What a colour is to the traffic, in words: a role, or why it cannot be told; and whether all that is applied."""

from __future__ import annotations

from console.model.colour import Colour
from console.model.service import BALANCER, POOLS, POWER, Service

UNKNOWN, CHANGING, IN_DOUBT = "unknown", "changing", "in doubt"


def role_words(service: Service, colour: Colour) -> str:
    """A Role, or `unknown`, `changing`, `in doubt` where what the API shows may not be what is applied."""
    if any(service.source(name).seen_at is None for name in service.decisive if name == BALANCER) or not _seen(service):
        return UNKNOWN
    if not service.side(colour).instances and any(service.source(name).seen_at is None for name in service.decisive):
        return UNKNOWN
    statuses = _statuses(service, colour)
    if any(status.startswith("PENDING") for status in statuses):
        return CHANGING
    return IN_DOUBT if statuses - {"ACTIVE"} else service.role(colour).value


def _seen(service: Service) -> bool:
    """Workers are known from Nova alone."""
    return service.rotation != POWER or all(service.source(name).seen_at is not None for name in service.decisive)


def provisioning(service: Service, colour: Colour) -> frozenset[str]:
    """The provisioning statuses of a colour's members."""
    known = service.memo.get(("provisioning", colour))
    if known is None:
        known = frozenset(
            member.provisioning_status for instance in service.side(colour).instances for member in instance.members
        )
        service.memo["provisioning", colour] = known
    return frozenset(known)


def is_settled(service: Service) -> bool:
    """Whether the load balancers apply what the API shows.

    While a change is under way, and after one has failed, a GET shows the weights that were asked for (facts 7a, 7b).
    """
    if service.rotation == POOLS and any(
        one.provisioning_status != "ACTIVE" for part in service.balanced for one in part.listeners
    ):
        return False
    return all(provisioning(service, side.colour) <= {"ACTIVE"} for side in service.colours)


def _statuses(service: Service, colour: Colour) -> frozenset[str]:
    """The provisioning statuses of what makes the role: members, listeners, or the tasks of workers."""
    if service.rotation == POWER:
        servers = (instance.server for instance in service.side(colour).instances)
        return frozenset(_task_status(one.status, one.task_state) for one in servers if one is not None)
    if service.rotation == POOLS:
        return frozenset(one.provisioning_status for part in service.balanced for one in part.listeners)
    return provisioning(service, colour)


def _task_status(status: str, task: str | None) -> str:
    """A server as if it were an object of Octavia's: one that is being started or stopped is in a change."""
    if status == "UNKNOWN":
        return "UNKNOWN"
    return "PENDING" if task in ("powering-on", "powering-off", "unshelving", "shelving", "pausing") else "ACTIVE"
