"""What `bluegreen init` looks at: load balancers, pools, members and servers of one project. GET only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from console.cloud.reader import Reader
from console.errors import CloudError, NotFound
from console.model.balancer import Listener, LoadBalancer, Member, Pool
from console.model.server import Server

LEASE_NETWORK = "bluegreen-lease"
_AT_ONCE = 6  # requests
_MOST_IMAGES = 20

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen. `listeners` and `pools` by load balancer id, `members` by pool id, `images` by image id.

    `problems`: what could not be looked at, in sentences. `lease_network`: one with the usual name, empty if none.
    """

    servers: tuple[Server, ...] = ()
    balancers: tuple[LoadBalancer, ...] = ()
    listeners: Mapping[str, Sequence[Listener]] = field(default_factory=dict)
    pools: Mapping[str, Sequence[Pool]] = field(default_factory=dict)
    members: Mapping[str, Sequence[Member]] = field(default_factory=dict)
    images: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    lease_network: str = ""
    problems: tuple[str, ...] = ()


class _Asking:
    """Asks, and keeps what went wrong."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def ask(self, what: Callable[[], Answer], otherwise: Answer) -> Answer:
        try:
            return what()
        except CloudError as error:
            self.problems.append(error.message)
            return otherwise

    def members(self, reader: Reader) -> Callable[[str], list[Member]]:
        """Asks for the members of a pool."""
        nobody: list[Member] = []
        return lambda pool: self.ask(lambda: reader.members(pool), nobody)

    def properties(self, reader: Reader) -> Callable[[str], dict[str, str]]:
        """Asks for the properties of an image."""
        nothing: dict[str, str] = {}
        return lambda image: self.ask(lambda: reader.image_properties(image), nothing)


def look(reader: Reader) -> Seen:
    """Look at everything once; what does not answer is left out, and said. Raises CloudError when nothing answers."""
    reader.session.login()
    asking = _Asking()
    servers: list[Server] = asking.ask(reader.servers_tagged, [])
    balancers: list[LoadBalancer] = asking.ask(reader.load_balancers, [])
    pools: dict[str, list[Pool]] = asking.ask(reader.all_pools, {}) if balancers else {}
    listeners: dict[str, list[Listener]] = asking.ask(reader.all_listeners, {}) if balancers else {}
    if not servers and not balancers and asking.problems:
        raise CloudError("; ".join(dict.fromkeys(asking.problems)), "`bluegreen doctor` looks closer")
    ids = [pool.id for found in pools.values() for pool in found]
    images = list(dict.fromkeys(server.image_id for server in servers if server.image_id))[:_MOST_IMAGES]
    with ThreadPoolExecutor(_AT_ONCE, "look") as workers:
        members = workers.map(asking.members(reader), ids)
        properties = workers.map(asking.properties(reader), images)
        return Seen(
            servers=tuple(servers),
            balancers=tuple(balancers),
            listeners=listeners,
            pools=pools,
            members=dict(zip(ids, members, strict=True)),
            images=dict(zip(images, properties, strict=True)),
            lease_network=_lease_network(reader),
            problems=tuple(dict.fromkeys(asking.problems)),
        )


def _lease_network(reader: Reader) -> str:
    try:
        return LEASE_NETWORK if reader.network(LEASE_NETWORK) else ""
    except (NotFound, CloudError):
        return ""
