"""What a plan is built on, and what has changed since: intent by equality, no observations (DESIGN §6, rule 4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace

from console.model.balancer import Member
from console.model.service import Service
from console.plan.plan import Basis

_OBSERVED = ("provisioning_status", "operating_status")
_COMPARED = tuple(field.name for field in fields(Member) if field.name not in (*_OBSERVED, "id"))


def basis_of(service: Service) -> Basis:
    """The intent facts of a service: its members, statuses blanked, and its servers with their tasks.

    Requires that load balancer and pool were seen.
    """
    assert service.balancer is not None
    assert service.pool is not None
    instances = [instance for side in service.colours for instance in side.instances]
    members = [
        replace(instance.member, provisioning_status="", operating_status="", tags=tuple(sorted(instance.member.tags)))
        for instance in instances
        if instance.member is not None
    ]
    servers = [(i.server.id, i.server.task_state) for i in instances if i.server is not None]
    return Basis(
        load_balancer_id=service.balancer.id,
        pool_id=service.pool.id,
        members=tuple(sorted(members, key=lambda member: member.id)),
        servers=tuple(sorted(servers, key=lambda server: server[0])),
    )


def drift(planned: Basis, found: Basis) -> tuple[str, ...]:
    """Each difference of intent, as a clause; empty when there is none."""
    changes: list[str] = []
    if planned.load_balancer_id != found.load_balancer_id:
        changes.append(f"the load balancer is {found.load_balancer_id}, was {planned.load_balancer_id}")
    if planned.pool_id != found.pool_id:
        changes.append(f"the pool is {found.pool_id}, was {planned.pool_id}")
    changes += member_drift(planned.members, found.members)
    changes += _server_drift(planned, found)
    return tuple(changes)


def member_drift(planned: Iterable[Member], found: Iterable[Member]) -> list[str]:
    """Each difference of intent between the members, as a clause."""
    was = {member.id: member for member in planned}
    now = {member.id: member for member in found}
    changes = [f"member {was[key].name or key} is gone" for key in was.keys() - now.keys()]
    changes += [f"member {now[key].name or key} was added" for key in now.keys() - was.keys()]
    for key in was.keys() & now.keys():
        for name in _COMPARED:
            before, after = _comparable(was[key], name), _comparable(now[key], name)
            if before != after:
                changes.append(f"{name} of member {was[key].name or key} is {_words(after)}, was {_words(before)}")
    return sorted(changes)


def _server_drift(planned: Basis, found: Basis) -> list[str]:
    was, now = dict(planned.servers), dict(found.servers)
    changes = [f"server {key} is gone" for key in was.keys() - now.keys()]
    changes += [f"server {key} was added" for key in now.keys() - was.keys()]
    changes += [
        f"server {key} has task {now[key] or 'none'}, had {was[key] or 'none'}"
        for key in was.keys() & now.keys()
        if was[key] != now[key]
    ]
    return sorted(changes)


def _comparable(member: Member, name: str) -> object:
    """Tags have no order: Octavia returns them in any."""
    return tuple(sorted(member.tags)) if name == "tags" else getattr(member, name)


def _words(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(map(str, value)) + "]"
    return "none" if value is None else str(value)
