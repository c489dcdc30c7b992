"""Servers and members joined into instances. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from console.config.model import Selection
from console.model.address import canonical
from console.model.balancer import Balanced, Member
from console.model.colour import Colour
from console.model.server import Server
from console.watch.colours import colour_of, colour_word
from console.watch.selection import static_colours

_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Joined:
    """One instance as far as servers and members tell. `pools` has the pool's id for each of `members`."""

    server: Server | None
    members: tuple[Member, ...]
    pools: tuple[str, ...]
    colour: Colour | None
    static: bool = False
    address: str = ""  # of a static one that is in no pool

    @property
    def name(self) -> str:
        """The server's name, else the member's, else its address."""
        if self.server is not None:
            return self.server.name
        return self.members[0].name or self.members[0].address if self.members else self.address


@dataclass(slots=True)
class _Found:
    """What was joined so far: the members of each server, by its id, and those that joined to none, by pool."""

    of_server: dict[str, list[tuple[str, Member]]] = field(default_factory=dict)
    alone: list[tuple[str, Member]] = field(default_factory=list)


def join(
    selection: Selection,
    servers: Sequence[Server],
    others: Sequence[Server],
    parts: Sequence[Balanced],
    elsewhere: frozenset[str] = frozenset(),
    *,
    were: Mapping[str, Server] = MappingProxyType({}),
) -> tuple[list[Joined], tuple[Member, ...]]:
    """The instances by name, and the members that join to none.

    `servers` are instances whatever pool they are in, `others` only where a member makes them one; `elsewhere` are ids
    of servers that are there and not ours; `were` are ours that are gone: they still tell the colour. A member whose
    tag names a server is that server's, whatever its address: addresses are used again. Two members of one server in
    one pool are not expected: the second is foreign, so that its traffic is not overlooked.
    """
    pool_colours = {pool: colour for part in parts for colour, pool in part.pool_of.items()}
    found = _members_of([*servers, *others], parts)
    listed = elsewhere.union(server.id for server in (*servers, *others))
    taken = [*servers, *(server for server in others if server.id in found.of_server)]
    instances = [_of_server(selection, one, found.of_server.get(one.id, []), pool_colours) for one in taken]
    foreign: list[Member] = []
    static, rest = _static(selection, found.alone)
    for group in _grouped(rest, listed):
        one = _alone(selection, group, pool_colours, listed, were)
        if one is not None:
            instances.append(one)
        else:
            foreign += [member for _, member in group]
    return sorted([*instances, *static], key=lambda one: (_natural(one.name), one.name, one.pools)), tuple(foreign)


def _members_of(servers: Sequence[Server], parts: Sequence[Balanced]) -> _Found:
    by_id = {server.id: server for server in servers}
    by_address: dict[str, Server] | None = None
    found = _Found()
    seen: set[str] = set()
    for pool_id, members in ((pool, members) for part in parts for pool, members in part.members.items()):
        if pool_id in seen:
            continue
        seen.add(pool_id)
        joined: set[str] = set()
        for member in sorted(members, key=lambda one: (one.server_id is None, one.id)):
            named = member.server_id
            if named is None and by_address is None:
                by_address = _by_address(servers)
            server = by_id.get(named) if named is not None else (by_address or {}).get(canonical(member.address))
            if server is None or server.id in joined:
                found.alone.append((pool_id, member))
            else:
                joined.add(server.id)
                found.of_server.setdefault(server.id, []).append((pool_id, member))
    return found


def _of_server(
    selection: Selection, server: Server, members: list[tuple[str, Member]], pools: Mapping[str, Colour]
) -> Joined:
    if not members:
        return Joined(server, (), (), colour_of(selection.colour, server, None))
    pool, first = members[0]
    colour = colour_of(selection.colour, server, first, pools.get(pool))
    if len(members) == 1:
        return Joined(server, (first,), (pool,), colour)
    # its member in its own colour's pool is the one that counts, should it be in the other's as well
    ordered = sorted(members, key=lambda one: pools.get(one[0], colour) is not colour)
    return Joined(server, tuple(member for _, member in ordered), tuple(pool for pool, _ in ordered), colour)


def _alone(
    selection: Selection,
    group: list[tuple[str, Member]],
    pools: Mapping[str, Colour],
    listed: frozenset[str],
    were: Mapping[str, Server],
) -> Joined | None:
    """The instance of members without a server; None: they are nobody's.

    A tag that names a server which Nova does not list is an instance's whose server is gone, or in a cell that is down.
    Its colour is the one that the server had, else what the member tells, else its pool's.
    """
    pool, member = group[0]
    named = member.server_id
    absent = named is not None and named not in listed
    colour = colour_of(selection.colour, were.get(named or ""), member, pools.get(pool))
    if absent and colour is None:
        colour = colour_of(selection.colour, None, member) or pools.get(pool)
    missing = absent and colour is not None
    if not missing and not selection.members:
        return None
    members, ids = tuple(one for _, one in group), tuple(pool for pool, _ in group)
    return Joined(None, members, ids, colour, static=named is None)


def _static(selection: Selection, alone: list[tuple[str, Member]]) -> tuple[list[Joined], list[tuple[str, Member]]]:
    """The configured addresses as instances, in a pool or not, and the members that are none of them."""
    if not selection.static:
        return [], alone
    words = static_colours(selection)
    mine: dict[str, list[tuple[str, Member]]] = {address: [] for address in words}
    by_place = {_place(address): address for address in words}
    rest: list[tuple[str, Member]] = []
    for pool, member in alone:
        at = canonical(member.address)
        address = by_place.get((at, member.protocol_port)) or by_place.get((at, 0))
        if address is None or any(pool == known for known, _ in mine[address]):
            rest.append((pool, member))
        else:
            mine[address].append((pool, member))
    found = [
        Joined(
            None,
            tuple(member for _, member in members),
            tuple(pool for pool, _ in members),
            colour_word(words[address]),
            static=True,
            address=address,
        )
        for address, members in mine.items()
    ]
    return found, rest


def _grouped(alone: list[tuple[str, Member]], listed: frozenset[str]) -> Iterator[list[tuple[str, Member]]]:
    """Members of one machine in several pools together: by the server they name, else by their address."""
    crowded = {address for (_, address), n in Counter((p, canonical(m.address)) for p, m in alone).items() if n > 1}
    groups: dict[tuple[str, str, int], list[tuple[str, Member]]] = {}
    for pool, member in alone:
        named, address = member.server_id, canonical(member.address)
        if named is not None and named in listed:
            yield [(pool, member)]  # a second member of a server in one pool
            continue
        port = member.protocol_port if address in crowded else 0
        group = groups.setdefault((named, "", 0) if named is not None else ("", address, port), [])
        if any(pool == known for known, _ in group):
            yield [(pool, member)]
        else:
            group.append((pool, member))
    yield from groups.values()


def _place(address: str) -> tuple[str, int]:
    """`10.0.0.5:8774`, `[fd00::5]:8774`, `fd00::5` -> address and port, 0 where there is none."""
    bracketed = re.fullmatch(r"\[(.+)\](?::(\d{1,5}))?", address)
    if bracketed:
        return canonical(bracketed[1]), int(bracketed[2] or 0)
    host, _, port = address.rpartition(":")
    if host and ":" not in host and port.isdecimal():
        return canonical(host), int(port)
    return canonical(address), 0


def _by_address(servers: Iterable[Server]) -> dict[str, Server]:
    """Fixed addresses that only one server has: the same one in two networks tells nothing."""
    owners: dict[str, dict[str, Server]] = {}
    for server in servers:
        for address in server.addresses:
            if not address.floating:
                owners.setdefault(canonical(address.ip), {})[server.id] = server
    return {ip: next(iter(found.values())) for ip, found in owners.items() if len(found) == 1}


def _natural(name: str) -> str:
    """api-2 before api-10: numbers as wide as one another."""
    return _NUMBER.sub(lambda found: found[0].zfill(18), name)
