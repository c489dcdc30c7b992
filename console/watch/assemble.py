"""Servers, members, probes and versions joined into one service. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address

from console.config.model import ServiceConfig
from console.model.balancer import Listener, LoadBalancer, Member, Pool
from console.model.colour import Colour
from console.model.commit import CommitView
from console.model.instance import Instance, Probe
from console.model.lease import LeaseHolder
from console.model.server import Server
from console.model.service import ColourSet, Service, Source
from console.model.traffic import Traffic, VipAnswer
from console.watch.versions import version_of

_COLOURS = {colour.value: colour for colour in Colour}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the sources last said. `servers` are the selected ones; `told` and `probes` go by the instance's key."""

    servers: Sequence[Server] = ()
    members: Sequence[Member] = ()
    balancer: LoadBalancer | None = None
    listeners: tuple[Listener, ...] = ()
    pool: Pool | None = None
    images: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    probes: Mapping[str, Probe] = field(default_factory=dict)
    told: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    answers: tuple[VipAnswer, ...] = ()
    url: str = ""
    commits: CommitView | None = None
    lease: LeaseHolder | None = None
    sources: Mapping[str, Source] = field(default_factory=dict)


def assemble(config: ServiceConfig, facts: Facts) -> Service:
    """The service as these facts show it."""
    instances, foreign = join(config, facts)
    blue, green = (
        ColourSet(colour, tuple(instance for instance in instances if instance.colour is colour)) for colour in Colour
    )
    return Service(
        name=config.name,
        environment=config.environment,
        cloud=config.cloud,
        rotation=config.rotation.kind,
        balancer=facts.balancer,
        listeners=facts.listeners,
        pool=facts.pool,
        blue=blue,
        green=green,
        foreign=foreign,
        uncoloured=tuple(instance for instance in instances if instance.colour is None),
        traffic=_traffic(facts, blue, green),
        commits=facts.commits,
        lease=facts.lease,
        sources=facts.sources,
        probed=config.health is not None,
        traffic_watched=config.vip is not None,
    )


def join(config: ServiceConfig, facts: Facts) -> tuple[list[Instance], tuple[Member, ...]]:
    """The instances by name, and the members that join to none.

    A member whose tag names a server is that server's, whatever its address: addresses are used again. Two members of
    one server are not expected: the second is foreign, so that its traffic is not overlooked.
    """
    by_id = {server.id: server for server in facts.servers}
    untagged = any(member.server_id is None for member in facts.members)
    by_address = _by_address(facts.servers) if untagged else {}
    joined: dict[str, Member] = {}
    alone: list[Member] = []
    for member in sorted(facts.members, key=lambda one: (one.server_id is None, one.id)):
        named = member.server_id
        server = by_id.get(named) if named is not None else by_address.get(_canonical(member.address))
        if server is None or server.id in joined:
            alone.append(member)
        else:
            joined[server.id] = member
    instances = [_instance(config, facts, server, joined.get(server.id)) for server in facts.servers]
    missing = [
        _instance(config, facts, None, member)
        for member in alone
        if _is_missing(config.instances.colour, member, by_id)
    ]
    known = {instance.member.id for instance in missing if instance.member is not None}
    foreign = tuple(member for member in alone if member.id not in known)
    return sorted([*instances, *missing], key=lambda one: (_natural(one.name), one.key)), foreign


def colour_of(how: str, server: Server | None, member: Member | None) -> Colour | None:
    """The colour by the config's rule; without a server its member's tags must tell (`color=blue`)."""
    kind, _, rest = how.partition(".")
    if how.startswith("member.tag."):
        return _tagged(how.removeprefix("member.tag."), member.tags if member is not None else ())
    if server is None:
        prefix = f"{rest}=" if kind == "metadata" else rest
        return _tagged(prefix, member.tags if member is not None else ())
    if kind == "metadata":
        return _colour(server.metadata.get(rest, ""))
    return _tagged(rest, server.tags)


def image_of(server: Server | None, images: Mapping[str, Mapping[str, str]]) -> Mapping[str, str] | None:
    """The properties of the image that the server booted from, where they are known."""
    return images.get(server.image_id) if server is not None and server.image_id is not None else None


def _is_missing(how: str, member: Member, listed: Mapping[str, Server]) -> bool:
    """Whether it is an instance's member whose server Nova does not list: gone, or in a cell that is down."""
    named = member.server_id
    return named is not None and named not in listed and colour_of(how, None, member) is not None


def _instance(config: ServiceConfig, facts: Facts, server: Server | None, member: Member | None) -> Instance:
    name = server.name if server is not None else (member.name or member.address if member is not None else "")
    bare = Instance(name, colour_of(config.instances.colour, server, member), server, member)
    image = image_of(server, facts.images)
    return Instance(
        bare.name,
        bare.colour,
        server,
        member,
        probe=facts.probes.get(bare.key),
        version=version_of(config.version, server, image, facts.told.get(bare.key)),
    )


def _by_address(servers: Iterable[Server]) -> dict[str, Server]:
    """Fixed addresses that only one server has: the same one in two networks tells nothing."""
    owners: dict[str, dict[str, Server]] = {}
    for server in servers:
        for address in server.addresses:
            if not address.floating:
                owners.setdefault(_canonical(address.ip), {})[server.id] = server
    return {ip: next(iter(found.values())) for ip, found in owners.items() if len(found) == 1}


def _canonical(address: str) -> str:
    """One spelling per address: IPv6 has many, IPv4 has one."""
    if ":" not in address:
        return address
    try:
        return str(ip_address(address))
    except ValueError:
        return address


def _tagged(prefix: str, tags: Iterable[str]) -> Colour | None:
    found = {colour for tag in tags if tag.startswith(prefix) and (colour := _colour(tag.removeprefix(prefix)))}
    return found.pop() if len(found) == 1 else None


def _colour(word: str) -> Colour | None:
    return _COLOURS.get(word.strip().lower())


def _natural(name: str) -> list[tuple[int, str]]:
    """api-2 before api-10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d{1,18})", name)]


def _traffic(facts: Facts, blue: ColourSet, green: ColourSet) -> Traffic | None:
    """Versions of both colours tell nothing, so they are in neither set."""
    if not facts.url:
        return None
    ours = {side.colour: frozenset(side.versions) for side in (blue, green)}
    shared = ours[Colour.BLUE] & ours[Colour.GREEN]
    return Traffic(facts.url, facts.answers, {colour: known - shared for colour, known in ours.items()})
