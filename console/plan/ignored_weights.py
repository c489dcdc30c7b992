"""Where the provider ignores weights (ovn): there weight 0 keeps no client away, only a disabled member gets none.

No monitor checks a disabled member, so before it is enabled its direct probe alone tells how it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from console.model.balancer import Member
from console.model.instance import Instance
from console.model.service import POOLS, Service
from console.plan import backups


def ignored(service: Service, member: Member) -> bool:
    """Whether the member's load balancer acts on no weight."""
    return backups.ignored(service, service.pool_id_of(member))


def ignored_of(service: Service, instances: Iterable[Instance]) -> bool:
    """Whether that is so of any member of these."""
    return any(ignored(service, member) for one in instances for member in one.members)


def gets_clients(service: Service, member: Member) -> bool:
    """Whether clients get there if its pool serves and its checks pass."""
    return member.admin_state_up and (member.weight > 0 or ignored(service, member))


def pool_serves(service: Service, member: Member) -> bool:
    """Whether clients are sent to the member's pool."""
    return service.rotation != POOLS or service.pool_id_of(member) in service.serving_pools


def by_probe(service: Service, instance: Instance) -> Instance:
    """The instance to be judged before members of it are enabled there: by all that can tell but their monitor."""

    def seen(member: Member) -> Member:
        if member.admin_state_up or not ignored(service, member):
            return member
        return replace(member, admin_state_up=True, operating_status="NO_MONITOR")

    found = [seen(member) for member in instance.members]
    if all(was is now for was, now in zip(instance.members, found, strict=True)):
        return instance
    return replace(instance, member=found[0], further=tuple(found[1:]))
