"""Which server is behind a member that nothing joins to one: found by its address, and only if it is plain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from console.config.model import ServiceConfig
from console.model.balancer import Member
from console.model.colour import Colour
from console.model.naming_secrets import shown
from console.model.server import Server
from console.model.service import Service
from console.model.stock import Stock
from console.plan.labels import labels
from console.plan.lifecycle.choosing import holding
from console.plan.orders import AdoptOrder, Pair
from console.plan.plan import Refusal


def adoption(
    service: Service, config: ServiceConfig, stock: Stock, colour: Colour, images: dict[str, dict[str, str]]
) -> AdoptOrder | Refusal:
    """The order that makes a colour of what serves and has none. `images`: properties, by image id."""
    written = labels(config, colour)
    if written.cannot:
        return Refusal(
            "labels",
            f"nothing can be adopted: {written.cannot}",
            "with names that tell the colour there is nothing to label; or set `instances.colour: metadata.color`",
            0,
        )
    pairs, unclear = [], []
    behind = [(pool_id, member, _behind(stock, member)) for pool_id, member in _strangers(service)]
    networks = {found.network for _, _, found in behind if isinstance(found, _Behind)}
    for pool_id, member, found in behind:
        if isinstance(found, _Behind) and (found.sure or len(networks) == 1):
            pairs.append(Pair(member.id, pool_id, found.server.id, found.server.name, member.address))
        elif member.in_rotation:
            which = f"it names no known subnet, and of networks {' and '.join(sorted(networks))} any may be meant"
            why = which if isinstance(found, _Behind) else found
            unclear.append(f"{member.name or member.id} ({member.address}): {why}")
    if unclear:
        return Refusal(
            "unclear",
            f"whose members these are cannot be told: {'; '.join(unclear)}",
            "they may be of another project, or no Nova servers: `instances.static` takes addresses",
            0,
        )
    taken = _others(config, stock, pairs)
    if taken:
        return Refusal("taken", taken, "a server belongs to one service: look at its metadata and tags", 0)
    return AdoptOrder(
        pairs=tuple(pairs),
        metadata=_metadata(config, colour, stock, pairs, images),
        tags=written.tags,
        notes=tuple(_notes(service, stock, pairs)),
    )


@dataclass(frozen=True, slots=True)
class _Behind:
    """The server of a member, and the network of its address. `sure`: the member's subnet is of that network."""

    server: Server
    network: str
    sure: bool


def _behind(stock: Stock, member: Member) -> _Behind | str:
    """The one server that the member can be of, by its fixed address; a sentence's end where that is not plain.

    Projects may use one range of addresses twice: only the network tells whose address it is.
    """
    found = [(server, network) for server in stock.servers for network in server.networks_of(member.address)]
    if not found:
        return "no server has its address"
    if (named := member.server_id) is not None:
        found = [one for one in found if one[0].id == named]
        if not found:
            return f"its tag names server {named}, which does not have its address"
    home = holding(stock.networks, member.subnet_id) if member.subnet_id is not None else None
    if home is not None:
        on = [one for one in found if one[1] == home.name]
        if not on:
            server, network = found[0]
            return f"it is on network {home.name}, and {server.name} has its address on network {network}"
        if sum(one.name == home.name for one in stock.networks) > 1:
            return f"it is on network {home.name}, and there are several of that name"
        found = on
    if len(found) > 1:
        return f"{' and '.join(f'{server.name} on network {network}' for server, network in found)} have its address"
    return _Behind(*found[0], sure=home is not None)


def _strangers(service: Service) -> list[tuple[str, Member]]:
    foreign = [(service.pool_id_of(member), member) for member in service.foreign]
    uncoloured = [(service.pool_id_of(member), member) for one in service.uncoloured for member in one.members]
    return [pair for pair in (*foreign, *uncoloured) if pair[0]]


def _others(config: ServiceConfig, stock: Stock, pairs: Sequence[Pair]) -> str:
    """A label of the same key and another value is somebody's word."""
    wanted = {**dict(config.instances.metadata)}
    servers = {one.id: one for one in stock.servers}
    for pair in pairs:
        server = servers[pair.server_id]
        for key, value in wanted.items():
            if server.metadata.get(key, value) != value:
                return f"server {pair.name} has {key}={shown(key, server.metadata[key])}, not {shown(key, value)}"
        prefixes = {tag.partition("=")[0] + "=": tag for tag in config.instances.tags if "=" in tag}
        for tag in server.tags:
            for prefix, mine in prefixes.items():
                if tag.startswith(prefix) and tag != mine:
                    return f"server {pair.name} has the tag {tag}, not {mine}"
    return ""


def _metadata(
    config: ServiceConfig,
    colour: Colour,
    stock: Stock,
    pairs: Sequence[Pair],
    images: dict[str, dict[str, str]],
) -> dict[str, str]:
    """With the version of their image, if it is one and the same."""
    servers = {one.id: one for one in stock.servers}
    ids = {servers[pair.server_id].image_id or "" for pair in pairs}
    properties = images.get(next(iter(ids)), {}) if len(ids) == 1 else {}
    return dict(labels(config, colour, properties).metadata)


def _notes(service: Service, stock: Stock, pairs: Sequence[Pair]) -> list[str]:
    servers = {one.id: one for one in stock.servers}
    locked = [pair.name for pair in pairs if servers[pair.server_id].locked]
    notes = []
    if locked:
        notes.append(f"locked, so that their metadata cannot be written: {', '.join(locked)}; unlock them first")
    return notes
