"""What has changed between two bases, each difference as a clause (DESIGN §6, rule 4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from console.model.balancer import Member
from console.plan.basis import Basis, ListenerBasis, PolicyBasis, PoolBasis, ServerBasis

_OBSERVED = ("provisioning_status", "operating_status")
_COMPARED = tuple(field.name for field in fields(Member) if field.name not in (*_OBSERVED, "id"))


def drift(planned: Basis, found: Basis) -> tuple[str, ...]:
    """Each difference of intent; empty when there is none."""
    changes = _pools_drift(planned.pools, found.pools)
    changes += listener_drift(planned.listeners, found.listeners)
    changes += _policy_drift(planned.policies, found.policies)
    changes += _server_drift(planned.servers, found.servers)
    return tuple(changes)


def member_drift(planned: Iterable[Member], found: Iterable[Member]) -> list[str]:
    """Each difference of intent between the members."""
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


def listener_drift(planned: Iterable[ListenerBasis], found: Iterable[ListenerBasis]) -> list[str]:
    """Each difference of intent between the listeners; a name is none."""
    was = {one.id: one for one in planned}
    now = {one.id: one for one in found}
    changes = [f"listener {was[key].name or key} is gone" for key in was.keys() - now.keys()]
    changes += [f"listener {now[key].name or key} was added" for key in now.keys() - was.keys()]
    for key in was.keys() & now.keys():
        for name in ("balancer_id", "default_pool_id", "admin_state_up"):
            before, after = getattr(was[key], name), getattr(now[key], name)
            if before != after:
                changes.append(f"{name} of listener {was[key].name or key} is {_words(after)}, was {_words(before)}")
    return sorted(changes)


def _policy_drift(planned: tuple[PolicyBasis, ...], found: tuple[PolicyBasis, ...]) -> list[str]:
    """What keeps an idle pool checked: somebody else's policies as well."""
    was = {(one.listener_id, one.name): one for one in planned}
    now = {(one.listener_id, one.name): one for one in found}
    changes = [f"L7 policy {name or 'without a name'} is gone" for _, name in was.keys() - now.keys()]
    changes += [f"L7 policy {name or 'without a name'} was added" for _, name in now.keys() - was.keys()]
    changes += [f"L7 policy {key[1]} was changed" for key in was.keys() & now.keys() if was[key] != now[key]]
    return sorted(changes)


def _pools_drift(planned: tuple[PoolBasis, ...], found: tuple[PoolBasis, ...]) -> list[str]:
    was, now = {one.id: one for one in planned}, {one.id: one for one in found}
    changes = [f"pool {key} is not one of the service's any more" for key in sorted(was.keys() - now.keys())]
    changes += [f"pool {key} is one of the service's now" for key in sorted(now.keys() - was.keys())]
    changes += [
        f"the load balancer of pool {key} is {now[key].balancer_id}, was {was[key].balancer_id}"
        for key in sorted(was.keys() & now.keys())
        if was[key].balancer_id != now[key].balancer_id
    ]
    for key in was.keys() & now.keys():
        changes += member_drift(was[key].members, now[key].members)
    return changes


def _server_drift(planned: tuple[ServerBasis, ...], found: tuple[ServerBasis, ...]) -> list[str]:
    """A name is no difference."""
    was, now = {one.id: one for one in planned}, {one.id: one for one in found}
    called = {key: one.name or key for key, one in (*was.items(), *now.items())}
    changes = [f"server {called[key]} is gone" for key in was.keys() - now.keys()]
    changes += [f"server {called[key]} was added" for key in now.keys() - was.keys()]
    for key in was.keys() & now.keys():
        if was[key].task_state != now[key].task_state:
            changes.append(
                f"server {called[key]} has task {now[key].task_state or 'none'}, had {was[key].task_state or 'none'}"
            )
        if was[key].on != now[key].on:
            changes.append(f"server {called[key]} is {_power(now[key])}, was {_power(was[key])}")
    return sorted(changes)


def _power(server: ServerBasis) -> str:
    return "on" if server.on else "off"


def _comparable(member: Member, name: str) -> object:
    """Tags have no order: Octavia returns them in any."""
    return tuple(sorted(member.tags)) if name == "tags" else getattr(member, name)


def _words(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(map(str, value)) + "]"
    return "none" if value is None else str(value)
