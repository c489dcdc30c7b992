"""Servers, members, probes and versions joined into one service. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from console.config.model import ServiceConfig
from console.model.balancer import Balanced, Member, Pool
from console.model.colour import Colour
from console.model.commit import CommitView
from console.model.compared import of_now
from console.model.instance import Instance, Probe
from console.model.lease import LeaseHolder
from console.model.server import Server
from console.model.service import BALANCER, POOLS, SERVERS, ColourSet, Service, Source
from console.model.shipping import Shipping
from console.model.stats import MemberSessions, Rates
from console.model.traffic import Traffic, VipAnswer
from console.watch.join import Joined, join
from console.watch.selection import needs_servers
from console.watch.versions import version_of


@dataclass(frozen=True, slots=True)
class Facts:
    """What the sources last said. `told` and `probes` go by the instance's key.

    `servers` are the selected ones, `others` those that are instances only where a member makes them one; `gone` are
    the ids of servers that Nova was asked for one by one and does not know, `were` those of them that were instances;
    `elsewhere` of those that are not ours. `missing` names the sources of load balancers' parts that are not there.
    """

    servers: Sequence[Server] = ()
    balanced: tuple[Balanced, ...] = ()
    missing: tuple[str, ...] = ()
    others: Sequence[Server] = ()
    gone: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    were: Mapping[str, Server] = field(default_factory=dict)
    images: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    probes: Mapping[str, Probe] = field(default_factory=dict)
    told: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    answers: tuple[VipAnswer, ...] = ()
    url: str = ""
    region: str = ""  # that clouds.yaml gave, once there is a login
    commits: CommitView | None = None
    shipping: Shipping | None = None
    lease: LeaseHolder | None = None
    rates: Mapping[str, Rates] = field(default_factory=dict)
    sessions: Mapping[str, MemberSessions] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Made:
    """The instances, sorted to their colours, and the members that join to none."""

    blue: ColourSet
    green: ColourSet
    uncoloured: tuple[Instance, ...]
    foreign: tuple[Member, ...]

    @property
    def instances(self) -> tuple[Instance, ...]:
        """All of them."""
        return (*self.blue.instances, *self.green.instances, *self.uncoloured)


def make(config: ServiceConfig, facts: Facts) -> Made:
    """The part of a service that takes long to make, and that only servers, members, probes and images change."""
    instances, foreign = instances_of(config, facts)
    by_colour: dict[Colour | None, list[Instance]] = {None: [], **{colour: [] for colour in Colour}}
    for instance in instances:
        by_colour[instance.colour].append(instance)
    blue, green = (ColourSet(colour, tuple(by_colour[colour])) for colour in Colour)
    return Made(blue, green, tuple(by_colour[None]), foreign)


def assemble(config: ServiceConfig, facts: Facts, made: Made | None = None) -> Service:
    """The service as these facts show it; `made` is what `make` says of them."""
    made = made if made is not None else make(config, facts)
    first = facts.balanced[0] if facts.balanced else None
    bare = Service(
        name=config.name,
        environment=config.environment,
        cloud=config.cloud,
        rotation=config.rotation.kind,
        balancer=first.balancer if first is not None else None,
        listeners=first.listeners if first is not None else (),
        pool=first.pool() if first is not None else None,
        blue=made.blue,
        green=made.green,
        foreign=made.foreign,
        gone=frozenset(ident for one in made.foreign if (ident := one.server_id) is not None and ident in facts.gone),
        uncoloured=made.uncoloured,
        traffic=_traffic(facts, made.blue, made.green),
        commits=facts.commits,
        shipping=facts.shipping,
        lease=facts.lease,
        sources=facts.sources,
        probed=config.health is not None,
        traffic_watched=config.vip is not None,
        group=config.group,
        region=facts.region or config.server_place[1] or "",
        quorum=config.health.quorum if config.health is not None else 1.0,
        balanced=facts.balanced,
        rates=facts.rates,
        sessions=facts.sessions,
        decisive=(*decisive_sources(config), *facts.missing),
        retire_after=config.release.retire_after,
        cost_per_hour=config.launch.cost_per_hour,
        foreign_allowed=config.foreign == "ignore",
    )
    if bare.shipping is not None:  # all who read it are to know that it may be of other versions than run now
        bare = replace(bare, shipping=of_now(bare))
    return replace(bare, pool=_serving(bare)) if bare.rotation == POOLS else bare


def instances_of(config: ServiceConfig, facts: Facts) -> tuple[list[Instance], tuple[Member, ...]]:
    """The instances by name, and the members that join to none."""
    seen = facts.servers, facts.others, facts.balanced, facts.elsewhere
    found, foreign = join(config.instances, *seen, were=facts.were)
    parked = frozenset(pool.id for part in facts.balanced for pool in part.pools if not part.attached(pool.id))
    return [_instance(config, facts, one, parked) for one in found], foreign


def decisive_sources(config: ServiceConfig) -> tuple[str, ...]:
    """The sources without which nothing is known of what serves."""
    balancers = (BALANCER,) if config.rotation.attached else ()
    servers = (SERVERS,) if needs_servers(config.instances) else ()
    return (*balancers, *servers)


def image_of(server: Server | None, images: Mapping[str, Mapping[str, str]]) -> Mapping[str, str] | None:
    """The properties of the image that the server booted from, where they are known."""
    return images.get(server.image_id) if server is not None and server.image_id is not None else None


def _instance(config: ServiceConfig, facts: Facts, one: Joined, parked: frozenset[str]) -> Instance:
    server, member = one.server, one.members[0] if one.members else None
    key = server.id if server is not None else (member.id if member is not None else one.name)
    return Instance(
        name=one.name,
        colour=one.colour,
        server=server,
        member=member,
        probe=facts.probes.get(key),
        version=version_of(config.version, server, image_of(server, facts.images), facts.told.get(key)),
        further=one.members[1:],
        static=one.static,
        pool_id=one.pools[0] if one.pools else "",
        gone=server is None and member is not None and member.server_id in facts.gone,
        parked=tuple(m.id for m, pool in zip(one.members, one.pools, strict=True) if pool in parked) if parked else (),
    )


def _serving(service: Service) -> Pool | None:
    """Of a pool for each colour the one that serves; while none or both do, the first."""
    pools = service.balanced[0].pools if service.balanced else ()
    return next((pool for pool in pools if pool.id in service.serving_pools), pools[0] if pools else None)


def _traffic(facts: Facts, blue: ColourSet, green: ColourSet) -> Traffic | None:
    """Versions of both colours tell nothing, so they are in neither set."""
    if not facts.url:
        return None
    ours = {side.colour: frozenset(side.versions) for side in (blue, green)}
    shared = ours[Colour.BLUE] & ours[Colour.GREEN]
    return Traffic(facts.url, facts.answers, {colour: known - shared for colour, known in ours.items()})
