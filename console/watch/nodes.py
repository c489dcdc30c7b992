"""What one cycle does, as a graph: which source is asked after which."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from console.cloud.session import Session
from console.config.model import Config, ServiceConfig
from console.errors import UsageError
from console.watch.look import Look
from console.watch.place import Connect, Place
from console.watch.selection import needs_servers
from console.watch.watched import Watched


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One source in the graph. `place` says whose threads it uses, so that a hanging cloud blocks only itself."""

    look: Look[Any]
    place: Place
    after: tuple[Node, ...] = ()
    services: tuple[Watched, ...] = ()  # those whose facts it gives
    every: int = 1  # beats between two looks


@dataclass(frozen=True, slots=True)
class Graph:
    """All sources of the watched services."""

    places: tuple[Place, ...]
    watched: Mapping[str, Watched]
    nodes: tuple[Node, ...]


def build(
    config: Config,
    names: Sequence[str] | None,
    *,
    clock: Callable[[], float],
    connect: Connect = Session.open,
    traffic: bool = True,
) -> Graph:
    """The graph for these services (all without `names`). Without `traffic` the VIP is not asked in the cycle.

    Raises UsageError for a service that the config does not have.
    """
    chosen = [_service(config, name) for name in (config.services if names is None else names)]
    good_for = max(3 * config.interval, 15.0)
    network = config.lease.network
    wheres = dict.fromkeys(where for one in chosen for where in (_server_place(one), _balancer_place(one)))
    places = {
        where: Place(
            where,
            [one for one in chosen if _server_place(one) == where and needs_servers(one.instances)],
            lease_network=network,
            good_for=good_for,
            clock=clock,
            connect=connect,
        )
        for where in wheres
    }
    for where, place in places.items():
        here = {part.load_balancer for one in chosen if one.balancer_place == where for part in one.rotation.attached}
        place.shapes.watched = len(here)
    watched = {
        one.name: Watched(
            one,
            places[_balancer_place(one)],
            servers_from=places[_server_place(one)],
            good_for=good_for,
            clock=clock,
            leased=network is not None,
        )
        for one in chosen
    }
    nodes = _nodes(tuple(places.values()), tuple(watched.values()), leased=network is not None, traffic=traffic)
    return Graph(tuple(places.values()), watched, tuple(nodes))


def _server_place(service: ServiceConfig) -> tuple[str, str | None]:
    """Where Nova is asked; a service without servers asks it nowhere."""
    return service.server_place if needs_servers(service.instances) else service.balancer_place


def _balancer_place(service: ServiceConfig) -> tuple[str, str | None]:
    """Where Octavia is asked; workers have no load balancer."""
    return service.balancer_place if service.rotation.attached else service.server_place


def _nodes(places: Sequence[Place], watched: Sequence[Watched], *, leased: bool, traffic: bool) -> list[Node]:
    found: list[Node] = []
    balancers: dict[Place, Node] = {}
    images: dict[Place, Node] = {}
    for place in places:
        login = Node(place.login, place)
        found.append(login)
        if place.services:
            servers = Node(place.servers, place, (login,))
            images[place] = Node(place.properties, place, (servers,))
            found += [servers, images[place]]
        if any(one.config.rotation.attached and one.place is place for one in watched):
            balancers[place] = Node(place.balancers, place, (login,))
            found.append(balancers[place])
            if leased:
                found.append(Node(place.ports, place, (login,)))
    rotations: dict[Place, list[Node]] = {place: [] for place in places}
    for one in watched:
        first = [images[one.servers_from]] if one.servers_from in images else []
        if one.place in balancers and one.config.rotation.attached:
            rotation = Node(one.rotation, one.place, (balancers[one.place],), (one,))
            found.append(rotation)
            rotations[one.servers_from].append(rotation)
            first = [rotation, *first]
            if traffic and one.config.vip is not None:
                found.append(Node(one.vip, one.place, (rotation,), (one,)))
        elif traffic and one.config.vip is not None:
            found.append(Node(one.vip, one.place, (), (one,)))
        if one.asks_instances:
            probes = Node(one.probes, one.place, tuple(first), (one,))
            found.append(probes)
            first = [*first, probes]
        if one.config.commits is not None:
            found.append(Node(one.commits, one.place, tuple(first), (one,)))
    for place, servers in images.items():
        place.named = _named(place, watched)
        found.append(Node(place.absent, place, (servers, *rotations[place])))
    return found


def _named(place: Place, watched: Sequence[Watched]) -> Callable[[], set[str]]:
    here = [one for one in watched if one.servers_from is place]
    return lambda: set().union(*(one.named_servers() for one in here))


def _service(config: Config, name: str) -> ServiceConfig:
    if name not in config.services:
        raise UsageError(f"there is no service {name}", f"{config.path} has {', '.join(sorted(config.services))}")
    return config.services[name]
