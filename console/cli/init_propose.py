"""From what a cloud shows to services that a config could name. Pure; a guess is marked as one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from console.cli.init_adopt import adoptable, labels_to_be, to_be_told
from console.cli.init_colours import Thing, Told, in_name, told
from console.cli.init_look import Seen
from console.config.formats import NAME
from console.config.kinds import Text
from console.config.model import Kind
from console.model.address import canonical
from console.model.balancer import Listener, LoadBalancer, Pool
from console.model.colour import Colour
from console.model.server import Server
from console.model.text import visible

_LABELS = ("service", "role", "app", "application", "component")
_VERSIONS = ("git_commit", "commit", "revision", "git_sha", "version", "app_version", "release")


@dataclass(frozen=True, slots=True)
class Unit:
    """A pool with both colours, or a pool of each colour, of one load balancer."""

    balancer: LoadBalancer
    pools: Mapping[Colour | None, Pool]  # None: of both colours
    members: Mapping[Colour | None, tuple[Thing, ...]]  # of each of the pools
    listeners: tuple[Listener, ...] = ()  # all of the load balancer

    @property
    def kind(self) -> Kind:
        """Its rotation."""
        return Kind.WEIGHTS if None in self.pools else Kind.POOLS

    @property
    def things(self) -> tuple[Thing, ...]:
        """What is in the pools."""
        return tuple(thing for side in self.members.values() for thing in side)

    @property
    def by_pool(self) -> Told:
        """The colours as the pools tell them."""
        return Told("pool", tuple(colour for colour, side in self.members.items() for _ in side))

    @property
    def first(self) -> Pool:
        """The pool whose monitor and name stand for all."""
        return next(iter(self.pools.values()))


@dataclass(frozen=True, slots=True)
class Proposal:
    """One service: `units` is empty for workers. `selection` as in the config, without the colour.

    `unlabelled`: nothing says yet what the selection asks for; `bluegreen adopt` writes it.
    """

    name: str
    units: tuple[Unit, ...]
    things: tuple[Thing, ...]
    told: Told
    selection: Mapping[str, Any]
    version: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()  # members that join to no server, by name
    unlabelled: bool = False


@dataclass(frozen=True, slots=True)
class Findings:
    """The proposals, and in sentences what was seen and not proposed."""

    proposals: tuple[Proposal, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(slots=True)
class _Work:
    seen: Seen
    taken: set[str] = field(default_factory=set)  # ids of servers that a proposal has
    names: set[str] = field(default_factory=set)
    left_out: list[str] = field(default_factory=list)


def propose(seen: Seen) -> Findings:
    """Services behind load balancers first, then workers that no load balancer knows."""
    work = _Work(seen)
    groups = _same_instances(_units(seen))
    in_pools = {thing.id for units in groups for unit in units for thing in unit.things}
    found = [_behind(work, units) for units in groups]
    found += [_workers(work, label, servers) for label, servers in _idle_servers(seen, in_pools).items()]
    proposals = sorted((each for each in found if each is not None), key=lambda each: (not each.units, each.name))
    spare = sum(server.id not in work.taken | in_pools for server in seen.servers)
    if spare:
        work.left_out.append(f"{_servers(spare)} in no pool: nothing says that they are of a service with colours")
    return Findings(tuple(proposals), tuple(work.left_out))


def usable(kind: Text, text: str) -> bool:
    """Whether the config takes the text as it is."""
    return kind.fits(text) and visible(text) == text


def _units(seen: Seen) -> list[Unit]:
    by_id = {server.id: server for server in seen.servers}
    by_address: dict[str, Server | None] = {}
    for server in seen.servers:
        for address in (canonical(one.ip) for one in server.addresses if not one.floating):
            by_address[address] = server if by_address.get(address, server) is server else None
    found = []
    for balancer in seen.balancers:
        things: dict[str, tuple[Thing, ...]] = {}
        for pool in seen.pools.get(balancer.id, ()):
            things[pool.id] = tuple(
                Thing(by_id.get(member.server_id or "") or by_address.get(canonical(member.address)), member)
                for member in seen.members.get(pool.id, ())
            )
        found += _of_balancer(seen, balancer, things)
    return found


def _of_balancer(seen: Seen, balancer: LoadBalancer, things: Mapping[str, tuple[Thing, ...]]) -> list[Unit]:
    """Pools that belong together by name or by their servers as one unit, the others each by itself."""
    pools = list(seen.pools.get(balancer.id, ()))
    listeners = tuple(seen.listeners.get(balancer.id, ()))
    units = []
    for key in (_stem, lambda pool: _label(things[pool.id])):
        by_key: dict[str, dict[Colour, list[Pool]]] = defaultdict(lambda: defaultdict(list))
        for pool in pools:
            colour, name = _colour_of_pool(pool, things[pool.id]), key(pool)
            if colour is not None and name:
                by_key[name][colour].append(pool)
        for sides in by_key.values():
            if all(len(sides[colour]) == 1 for colour in Colour):
                pair: dict[Colour | None, Pool] = {colour: sides[colour][0] for colour in Colour}
                members = {colour: things[pool.id] for colour, pool in pair.items()}
                if any(members.values()):
                    units.append(Unit(balancer, pair, members, listeners))
                    pools = [pool for pool in pools if pool not in pair.values()]
    alone = (pool for pool in pools if things[pool.id])
    return [*units, *(Unit(balancer, {None: pool}, {None: things[pool.id]}, listeners) for pool in alone)]


def _stem(pool: Pool) -> str:
    colour, rest = in_name(pool.name)
    return rest if colour is not None else ""


def _colour_of_pool(pool: Pool, things: Sequence[Thing]) -> Colour | None:
    """The one colour of its instances, else that of its name while it is empty or nothing tells theirs."""
    found = told(things)
    if found is None:
        return in_name(pool.name)[0]
    colours = set(found.colours)
    return colours.pop() if len(colours) == 1 else None


def _same_instances(units: Iterable[Unit]) -> list[tuple[Unit, ...]]:
    """Units with the very same instances are one service: several listeners, or several load balancers."""
    groups: dict[tuple[Kind, frozenset[str]], list[Unit]] = {}
    for unit in units:
        groups.setdefault((unit.kind, frozenset(thing.id for thing in unit.things)), []).append(unit)
    return [tuple(group) for group in groups.values()]


def _behind(work: _Work, units: tuple[Unit, ...]) -> Proposal | None:
    unit = units[0]
    servers = [thing.server for thing in unit.things if thing.server is not None]
    # where some members are servers, the others are strangers; where none is, the members are the instances
    things = tuple(thing for thing in unit.things if thing.server is not None) or unit.things
    strangers = tuple(one.name or one.id for one in unit.things if one.server is None) if servers else ()
    found = told(things)
    if found is None and unit.kind is Kind.POOLS:
        found, things = unit.by_pool, unit.things
    where = f"load balancer {visible(unit.balancer.name)}, pool {visible(unit.first.name)}"
    unlabelled = found is None and unit.kind is Kind.WEIGHTS and adoptable(things)
    if unlabelled:
        found = to_be_told(things)
    if found is None:
        work.left_out.append(f"{where}: nothing tells the colours of its {len(things)} members")
        return None
    own = {server.id for server in servers}
    work.taken |= own
    name = _name(work, _label(things) or _plain(unit.first.name) or unit.balancer.name)
    selection: Mapping[str, Any] = _selection(work.seen, servers, own) if servers else {"members": True}
    if unlabelled:
        selection = labels_to_be(name, _label(things), selection)
    version = _version(work.seen, servers)
    return Proposal(name, units, things, found, selection, version, strangers, unlabelled)


def _workers(work: _Work, label: str, servers: Sequence[Server]) -> Proposal | None:
    things = tuple(Thing(server, None) for server in servers)
    found = told(things)
    if found is None:
        return None
    own = {server.id for server in servers}
    work.taken |= own
    selection = _selection(work.seen, servers, own)
    return Proposal(_name(work, label), (), things, found, selection, _version(work.seen, servers))


def _idle_servers(seen: Seen, in_pools: set[str]) -> dict[str, list[Server]]:
    """Servers in no pool by their service; one whose service has members stays out: it is launched, and not in yet."""
    behind = {_label([Thing(server, None)]) for server in seen.servers if server.id in in_pools}
    found: dict[str, list[Server]] = {}
    for server in seen.servers:
        label = _label([Thing(server, None)])
        if label and label not in behind and server.id not in in_pools:
            found.setdefault(label, []).append(server)
    return found


def _label(things: Sequence[Thing]) -> str:
    """What all of the servers say that they are: a tag or metadata like `service=nova-api`."""
    servers = [thing.server for thing in things if thing.server is not None]
    for key in _LABELS:
        said = {_said(server, key) for server in servers}
        if len(said) == 1 and (label := said.pop()):
            return label
    return ""


def _said(server: Server, key: str) -> str:
    tagged = next((tag for tag in server.tags if re.match(rf"{key}[=:]", tag)), "")
    return tagged[len(key) + 1 :] or server.metadata.get(key, "")


def _selection(seen: Seen, servers: Sequence[Server], own: set[str]) -> dict[str, Any]:
    """Tags, metadata or a pattern of names that these servers have and no others; else what is in the pools."""
    others = [server for server in seen.servers if server.id not in own]
    return _by_tag(servers, others) or _by_metadata(servers, others) or _by_name(servers, others) or {"members": True}


def _by_tag(servers: Sequence[Server], others: Sequence[Server]) -> dict[str, Any]:
    common = set.intersection(*(set(server.tags) for server in servers))
    alone = sorted(
        (tag for tag in common if in_name(tag)[0] is None and not any(tag in other.tags for other in others)),
        key=lambda tag: (not tag.startswith(_LABELS), tag),
    )
    return next(({"tags": [tag]} for tag in alone if re.fullmatch(r"[^,/]{1,60}", tag) and usable(Text(), tag)), {})


def _by_metadata(servers: Sequence[Server], others: Sequence[Server]) -> dict[str, Any]:
    first = servers[0].metadata.items()
    for key, value in sorted(first, key=lambda item: (item[0] not in _LABELS, item)):
        same = all(server.metadata.get(key) == value for server in servers)
        distinct = not any(other.metadata.get(key) == value for other in others)
        if same and distinct and key not in _VERSIONS and in_name(value)[0] is None and usable(Text(), value):
            return {"metadata": {key: value}} if visible(key) == key else {}
    return {}


def _by_name(servers: Sequence[Server], others: Sequence[Server]) -> dict[str, Any]:
    """What stands before the colour in all names, the colour, and anything."""
    beginnings = {re.split(r"(?i)(?:blue|green)", server.name[:255], maxsplit=1)[0] for server in servers}
    beginning = beginnings.pop() if len(beginnings) == 1 else ""
    pattern = f"{re.escape(beginning).replace(chr(92) + '-', '-')}(blue|green).*"
    if not beginning or not usable(Text(), pattern):
        return {}
    fits = all(re.fullmatch(pattern, server.name[:255]) for server in servers)
    strange = any(re.fullmatch(pattern, other.name[:255]) for other in others)
    return {"name": pattern} if fits and not strange else {}


def _version(seen: Seen, servers: Sequence[Server]) -> tuple[str, ...]:
    """Metadata and image properties that look like a version and are there for every server."""
    if not servers:
        return ()
    images = [seen.images.get(server.image_id or "", {}) for server in servers]
    metadata = next((key for key in _VERSIONS if all(server.metadata.get(key) for server in servers)), "")
    image = next((key for key in _VERSIONS if all(one.get(key) for one in images)), "")
    return (*([f"metadata.{metadata}"] if metadata else []), *([f"image.{image}"] if image else []))


def _plain(name: str) -> str:
    return re.sub(r"[-_.]pool$", "", in_name(name)[1])


def _name(work: _Work, wanted: str) -> str:
    """A name that the config takes and no other proposal has."""
    base = re.sub(r"[^A-Za-z0-9._-]+", "-", wanted).strip("-._")[:55] or "service"
    name, number = base, 2
    while name in work.names or not NAME.fits(name):
        name, number = f"{base}-{number}", number + 1
    work.names.add(name)
    return name


def _servers(count: int) -> str:
    return f"{count} server{'' if count == 1 else 's'}"
