"""The load balancers' side of a service: what the config names, found in what there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from console.cloud.reader import Reader, choose
from console.config.model import Attached, Kind, ServiceConfig
from console.errors import ApiError, BluegreenError, NotFound
from console.model.balancer import Balanced, Listener, LoadBalancer, Policy, Pool
from console.model.colour import Colour
from console.model.service import BALANCER, Source
from console.watch.shapes import Shape


@dataclass(frozen=True, slots=True)
class Rotated:
    """Every part of a service, in the config's order, with the shape that each was made of; none for `power`.

    `places` are the parts' places in the config. `missing`: a source for each part that is not there, never seen.
    """

    parts: tuple[Balanced, ...] = ()
    shapes: tuple[Shape, ...] = ()
    places: tuple[int, ...] = ()
    missing: tuple[Source, ...] = ()

    @property
    def balancer(self) -> LoadBalancer | None:
        """The load balancer that the config names first: the VIP check asks through it."""
        return self.parts[0].balancer if self.places[:1] == (0,) else None

    @property
    def changing(self) -> bool:
        """Whether a load balancer is in a change."""
        return any(part.balancer.provisioning_status.startswith("PENDING") for part in self.parts)

    def made_of(self, shape: Shape, at: int) -> Balanced | None:
        """The part at this place in the config, if it was made of this very shape."""
        found = zip(self.places, self.parts, self.shapes, strict=True)
        return next((one for place, one, its_shape in found if place == at and its_shape is shape), None)

    def failed(self, config: ServiceConfig, at: int, error: BluegreenError, now: float) -> Source:
        """What is known of the part at this place when it cannot be read. Raises the error where that says nothing new.

        A part that is not there is a fact of its own, and so is one that was never seen: neither takes the others away.
        One that was seen and does not answer makes what was seen of all of them stale.
        """
        if at in self.places and not isinstance(error, NotFound):
            raise error
        attached = config.rotation.attached
        name = f"{BALANCER} {attached[at].load_balancer}"
        if sum(one.load_balancer == attached[at].load_balancer for one in attached) > 1:
            name = f"{name}, pool {attached[at].pool or ' and '.join(attached[at].pools.values())}"
        since = next((one.since for one in self.missing if one.name == name), now)
        return Source(name, problem=error.message, hint=error.hint, since=since)


def part(reader: Reader, config: ServiceConfig, attached: Attached, shape: Shape) -> Balanced:
    """One load balancer's part, members aside; its monitors and rules are read.

    Raises NotFound or ApiError for a name that does not choose one, CloudError.
    """
    pool_of = _pools(config, attached, shape)
    pools = {pool.id: pool for pool in pool_of.values()}
    listeners, neighbours = _listeners(config, attached, shape, pools)
    carriers = {one.id for one in listeners}
    colours = {colour: pool.id for colour, pool in pool_of.items() if colour is not None}
    return Balanced(
        balancer=shape.balancer,
        listeners=listeners,
        neighbours=neighbours,
        pools=tuple(_with_monitor(reader, pool) for pool in pools.values()),
        pool_of=colours,
        policies=tuple(
            _with_rules(reader, one) if one.pool_id in pools else one
            for one in sorted(shape.policies, key=lambda one: (one.listener_id, one.position))
            if one.listener_id in carriers
        ),
    )


def with_members(reader: Reader, bare: Balanced) -> Balanced:
    """The part with its pools' members as they are: one call per pool."""
    return replace(bare, members={pool.id: tuple(reader.members(pool.id)) for pool in bare.pools})


def _pools(config: ServiceConfig, attached: Attached, shape: Shape) -> Mapping[Colour | None, Pool]:
    """The pool of each colour; of None where both colours are in one."""
    if config.rotation.kind != Kind.POOLS:
        return {None: choose("pool", shape.pools, attached.pool, config.balancer_place[0])}
    found = {
        Colour(word): choose("pool", shape.pools, name, config.balancer_place[0])
        for word, name in attached.pools.items()
    }
    return {colour: found[colour] for colour in Colour if colour in found}


def _listeners(
    config: ServiceConfig, attached: Attached, shape: Shape, pools: Mapping[str, Pool]
) -> tuple[tuple[Listener, ...], tuple[Listener, ...]]:
    """The service's listeners, and the others: those that the config names, else those that send to its pools."""
    if attached.listeners:
        cloud = config.balancer_place[0]
        ours = tuple(choose("listener", shape.listeners, name, cloud) for name in attached.listeners)
    else:
        by_policy = {one.listener_id for one in shape.policies if one.pool_id in pools}
        ours = tuple(
            sorted(
                (one for one in shape.listeners if one.default_pool_id in pools or one.id in by_policy),
                key=lambda one: (one.protocol_port, one.id),
            )
        )
    known = {one.id for one in ours}
    return ours, tuple(one for one in shape.listeners if one.id not in known)


def _with_monitor(reader: Reader, pool: Pool) -> Pool:
    """A monitor of which only the id is known is read; one that may not be seen stays as it is."""
    if pool.monitor is None or pool.monitor.kind:
        return pool
    try:
        return replace(pool, monitor=reader.monitor(pool.monitor.id) or pool.monitor)
    except ApiError as error:
        if error.status not in (403, 404):
            raise
        return pool


def _with_rules(reader: Reader, policy: Policy) -> Policy:
    try:
        return replace(policy, rules=tuple(reader.rules(policy.id)))
    except ApiError as error:
        if error.status not in (403, 404):
            raise
        return policy
