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
from console.watch.watched import Watched


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One source in the graph. `place` says whose threads it uses, so that a hanging cloud blocks only itself."""

    look: Look[Any]
    place: Place
    after: tuple[Node, ...] = ()
    services: tuple[Watched, ...] = ()  # those whose facts it gives


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
    regions: dict[tuple[str, str | None], list[ServiceConfig]] = {}
    for service in chosen:
        regions.setdefault((service.cloud, service.region), []).append(service)
    good_for = max(3 * config.interval, 15.0)
    network = config.lease.network
    places: list[Place] = []
    watched: dict[str, Watched] = {}
    nodes: list[Node] = []
    for services in regions.values():
        place = Place(services, lease_network=network, good_for=good_for, clock=clock, connect=connect)
        here = [Watched(one, place, good_for=good_for, clock=clock, leased=network is not None) for one in services]
        places.append(place)
        watched.update({one.config.name: one for one in here})
        nodes += _nodes(place, here, leased=network is not None, traffic=traffic)
    return Graph(tuple(places), {one.name: watched[one.name] for one in chosen}, tuple(nodes))


def _nodes(place: Place, here: list[Watched], *, leased: bool, traffic: bool) -> list[Node]:
    login = Node(place.login, place)
    servers = Node(place.servers, place, (login,))
    balancers = Node(place.balancers, place, (login,))
    images = Node(place.properties, place, (servers,))
    found = [login, servers, balancers, images]
    if leased:
        found.append(Node(place.ports, place, (login,)))
    for one in here:
        rotation = Node(one.rotation, place, (balancers,), (one,))
        found.append(rotation)
        last = [rotation, images]
        if one.asks_instances:
            probes = Node(one.probes, place, (rotation, images), (one,))
            found.append(probes)
            last.append(probes)
        if traffic and one.config.vip is not None:
            found.append(Node(one.vip, place, (rotation,), (one,)))
        if one.config.commits is not None:
            found.append(Node(one.commits, place, tuple(last), (one,)))
    return found


def _service(config: Config, name: str) -> ServiceConfig:
    if name not in config.services:
        raise UsageError(f"there is no service {name}", f"{config.path} has {', '.join(sorted(config.services))}")
    return config.services[name]
