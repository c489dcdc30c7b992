"""Backup members: they get nothing while any other member of their pool has weight and is up, then all of them serve.

So HAProxy does it with `option allbackups` (Octavia's template); the provider ovn stores the flag and ignores it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from console.model.balancer import LoadBalancer, Member
from console.model.colour import Colour
from console.model.service import Service
from console.plan.asked import Asked
from console.plan.basis import Basis


def serving(service: Service, pool_id: str, members: Iterable[Member]) -> tuple[Member, ...]:
    """Of the members of a pool, as a basis has them, those that the load balancer sends to if their checks pass."""
    found = tuple(one for one in members if one.in_rotation)
    if not any(one.backup for one in found) or ignored(service, pool_id):
        return found
    # what the load balancer knows to be down is in nobody's way
    down = frozenset(_down(service))
    first = (one for one in (*found, *_strangers(service, pool_id)) if one.in_rotation and not one.backup)
    return tuple(one for one in found if not one.backup) if any(one.id not in down for one in first) else found


def standing_by(service: Service, basis: Basis) -> frozenset[str]:
    """The ids of the members that have weight and get nothing, because they are backups."""
    found = {one.id for one in basis.members if one.in_rotation}
    return frozenset(found - {one.id for pool in basis.pools for one in serving(service, pool.id, pool.members)})


def all_at_once(asked: Asked, entering: Collection[str]) -> Colour | None:
    """The colour that has only backups in a pool, beside others of the other colour: no share can be divided there.

    `entering`: the ids of the target's members that go into rotation.
    """
    leaving = {one.id for instance in asked.service.side(asked.target.other).instances for one in instance.members}
    for pool in asked.basis.pools:
        if ignored(asked.service, pool.id):
            continue
        come = {one.backup for one in pool.members if one.id in entering}
        go = {one.backup for one in pool.members if one.id in leaving and one.in_rotation}
        if come == {True} and False in go:
            return asked.target
        if go == {True} and False in come:
            return asked.target.other
    return None


def names(asked: Asked, colour: Colour) -> tuple[str, ...]:
    """The names of the instances of this colour that are backups in any pool."""
    ids = {one.id for pool in asked.basis.pools if not ignored(asked.service, pool.id) for one in pool.members}
    return tuple(
        instance.name
        for instance in asked.service.side(colour).instances
        if any(one.backup and one.id in ids for one in instance.members)
    )


def ignored(service: Service, pool_id: str) -> bool:
    """Whether the load balancer of the pool ignores weights."""
    part = service.part_of(pool_id)
    balancer = part.balancer if part is not None else service.balancer
    return balancer is not None and ignores_weights(balancer)


def ignores_weights(balancer: LoadBalancer) -> bool:
    """Whether its provider stores weights, and `backup`, and acts on neither."""
    return balancer.provider == "ovn"


def _down(service: Service) -> Iterator[str]:
    """The ids of members whose check fails; of a pool that nothing attaches nobody has checked any."""
    for instance in (one for side in service.colours for one in side.instances):
        yield from (one.id for one in instance.members if _fails(one) and one.id not in instance.parked)
    yield from (one.id for one in service.foreign if _fails(one))
    yield from (one.id for instance in service.uncoloured for one in instance.members if _fails(one))


def _fails(member: Member) -> bool:
    return member.operating_status == "ERROR"


def _strangers(service: Service, pool_id: str) -> Iterator[Member]:
    """Members of neither colour: they are no capacity, and stand before a backup all the same."""
    uncoloured = (one for instance in service.uncoloured for one in instance.members)
    yield from (one for one in (*service.foreign, *uncoloured) if (service.pool_id_of(one) or pool_id) == pool_id)
