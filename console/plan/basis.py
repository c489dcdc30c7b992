"""What a plan is built on: the intent facts of a service, compared by equality (DESIGN §6, rule 4).

Observations (operating_status, health) are not in it. What a write does to it is what its kind says (`kinds`), so the
same type tells what is there, what a plan was built on, and what each of its writes leaves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

import msgspec

from console.config.model import Kind, Selection, ServiceConfig
from console.model.balancer import Listener, Member, Pool
from console.model.readiness import pools as pools_of
from console.model.server import Server
from console.model.service import Service

# the tasks of a build, in their order (Nova, compute/task_states.py)
_BUILDING = frozenset({"scheduling", "block_device_mapping", "networking", "spawning"})


@dataclass(frozen=True, slots=True)
class PoolBasis:
    """A pool of the service. `members` are those of both colours by id, statuses blanked; foreign ones are not ours."""

    id: str
    balancer_id: str
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class ListenerBasis:
    """A listener of the service, and the pool that it sends to."""

    id: str
    balancer_id: str
    name: str
    default_pool_id: str | None
    admin_state_up: bool = True


@dataclass(frozen=True, slots=True)
class PolicyBasis:
    """An L7 policy of a service with a pool for each colour, known by listener and name."""

    name: str
    listener_id: str
    pool_id: str | None
    attaches: bool = False


@dataclass(frozen=True, slots=True)
class ServerBasis:
    """A server of the service. `on`: whether it is powered, only told where that is the rotation."""

    id: str
    task_state: str | None
    on: bool | None = None
    name: str = ""  # for sentences, when it is gone


_Found = TypeVar("_Found", PoolBasis, ListenerBasis, ServerBasis)


@dataclass(frozen=True, slots=True)
class Basis:
    """All of them: pools and listeners in the config's order, servers by id. `workers` names the set of `power`."""

    pools: tuple[PoolBasis, ...] = ()
    listeners: tuple[ListenerBasis, ...] = ()
    servers: tuple[ServerBasis, ...] = ()
    workers: str = ""
    by_listener: bool = False  # the listeners' default pools are the rotation
    policies: tuple[PolicyBasis, ...] = ()  # only then

    @property
    def members(self) -> tuple[Member, ...]:
        """Of every pool."""
        return tuple(member for pool in self.pools for member in pool.members)

    @property
    def balancers(self) -> tuple[str, ...]:
        """The ids of the load balancers, each once, in order."""
        parts = (*(pool.balancer_id for pool in self.pools), *(one.balancer_id for one in self.listeners))
        return tuple(dict.fromkeys(parts))

    @property
    def protected(self) -> tuple[str, ...]:
        """The objects that a lease must be held on, sorted: pools, listeners, or the set of workers (rule 8)."""
        if self.workers:
            return (self.workers,)
        objects = self.listeners if self.by_listener and self.listeners else self.pools
        return tuple(sorted(one.id for one in objects))

    def pool(self, pool_id: str) -> PoolBasis:
        """One pool. Raises KeyError for one that is not in it."""
        return _one(self.pools, pool_id)

    def listener(self, listener_id: str) -> ListenerBasis:
        """One listener. Raises KeyError for one that is not in it."""
        return _one(self.listeners, listener_id)

    def policy(self, listener_id: str, name: str) -> PolicyBasis:
        """One L7 policy. Raises StopIteration for one that is not in it."""
        return next(one for one in self.policies if (one.listener_id, one.name) == (listener_id, name))

    def with_policy(self, policy: PolicyBasis) -> Basis:
        """The same, with this policy, in place of the one of its name."""
        return replace(
            self.without_policy(policy.listener_id, policy.name), policies=_sorted(*self._others(policy), policy)
        )

    def without_policy(self, listener_id: str, name: str) -> Basis:
        """The same without it."""
        return replace(self, policies=tuple(self._others(PolicyBasis(name, listener_id, None))))

    def _others(self, policy: PolicyBasis) -> list[PolicyBasis]:
        key = policy.listener_id, policy.name
        return [one for one in self.policies if (one.listener_id, one.name) != key]

    def server(self, server_id: str) -> ServerBasis:
        """One server. Raises KeyError for one that is not in it."""
        return _one(self.servers, server_id)

    def with_power(self, server_id: str, *, on: bool) -> Basis:
        """The same, with this server on or off."""
        servers = (replace(one, on=on) if one.id == server_id else one for one in self.servers)
        return replace(self, servers=tuple(servers))

    def with_members(self, pool_id: str, changed: Iterable[Member]) -> Basis:
        """The same, with these members as they are here."""
        new = {member.id: member for member in changed}
        pools = (
            replace(pool, members=tuple(new.get(one.id, one) for one in pool.members)) if pool.id == pool_id else pool
            for pool in self.pools
        )
        return replace(self, pools=tuple(pools))

    def with_default_pool(self, listener_id: str, pool_id: str) -> Basis:
        """The same, with this listener sending to that pool."""
        listeners = (replace(one, default_pool_id=pool_id) if one.id == listener_id else one for one in self.listeners)
        return replace(self, listeners=tuple(listeners))


def _one(things: tuple[_Found, ...], wanted: str) -> _Found:
    for thing in things:
        if thing.id == wanted:
            return thing
    raise KeyError(wanted)


def _task(server: Server) -> str | None:
    """The task that somebody has set it. A build that goes on, or ends, is nobody's doing: what comes of it is seen."""
    return None if server.task_state in _BUILDING else server.task_state


def basis_of(service: Service, config: ServiceConfig, *, strangers: bool = False) -> Basis:
    """The intent facts of a service as it is observed. What was not seen is not in it.

    `strangers`: with the members that are of no colour, which are to be adopted.
    """
    instances = [instance for side in service.colours for instance in side.instances]
    powered = config.rotation.kind == Kind.POWER
    servers = [
        ServerBasis(one.server.id, _task(one.server), one.server.powered if powered else None, one.name)
        for one in instances
        if one.server is not None
    ]
    ours = {member.id for instance in instances for member in instance.members}
    pools = tuple(_pool(service, pool, ours) for pool in pools_of(service))
    return Basis(
        pools=tuple(_with_strangers(service, pool) for pool in pools) if strangers else pools,
        listeners=tuple(_listener(balancer, one) for balancer, one in _listeners(service)),
        servers=tuple(sorted(servers, key=lambda server: server.id)),
        workers=_worker_set(config.instances) if powered else "",
        by_listener=config.rotation.kind == Kind.POOLS,
        policies=_policies(service) if config.rotation.kind == Kind.POOLS else (),
    )


def _pool(service: Service, pool: Pool, ours: set[str]) -> PoolBasis:
    part = service.part_of(pool.id)
    balancer = part.balancer if part is not None else service.balancer
    instances = (instance for side in service.colours for instance in side.instances)
    members = (
        member
        for instance in instances
        for member in instance.members
        if member.id in ours and (service.pool_id_of(member) or pool.id) == pool.id
    )
    blank = (replace(one, provisioning_status="", operating_status="", tags=tuple(sorted(one.tags))) for one in members)
    assert balancer is not None
    return PoolBasis(pool.id, balancer.id, tuple(sorted(blank, key=lambda member: member.id)))


def _with_strangers(service: Service, pool: PoolBasis) -> PoolBasis:
    """With every member of the pool, whoever's it is."""
    part = service.part_of(pool.id)
    members = part.members.get(pool.id, ()) if part is not None else ()
    blank = (replace(one, provisioning_status="", operating_status="", tags=tuple(sorted(one.tags))) for one in members)
    return replace(pool, members=tuple(sorted(blank, key=lambda member: member.id)))


def _listeners(service: Service) -> list[tuple[str, Listener]]:
    found = [(part.balancer.id, one) for part in service.balanced for one in part.listeners]
    return list({one.id: (balancer, one) for balancer, one in found}.values())


def _listener(balancer_id: str, one: Listener) -> ListenerBasis:
    return ListenerBasis(one.id, balancer_id, one.name, one.default_pool_id, one.admin_state_up)


def _policies(service: Service) -> tuple[PolicyBasis, ...]:
    found = (one for part in service.balanced for one in part.policies)
    return _sorted(*(PolicyBasis(one.name, one.listener_id, one.pool_id, one.attaches) for one in found))


def _sorted(*policies: PolicyBasis) -> tuple[PolicyBasis, ...]:
    return tuple(sorted(policies, key=lambda one: (one.listener_id, one.name)))


def _worker_set(selection: Selection) -> str:
    """A name for what selects the workers: the same on every host that selects the same, whatever it calls them."""
    chosen = {"tags": sorted(selection.tags), "metadata": selection.metadata, "name": selection.name}
    return "workers:" + hashlib.sha256(msgspec.json.encode(chosen, order="sorted")).hexdigest()[:32]
