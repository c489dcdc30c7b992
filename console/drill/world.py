"""Everything that exists in the simulated cloud, as plain data."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from console.drill.catalogue import EDGE
from console.drill.certificate import Certificate
from console.drill.compute_objects import SMALL, Compute, Flavor
from console.drill.datagrams import DatagramVip
from console.drill.instances import Instance
from console.drill.octavia.amphora import Amphora
from console.drill.octavia.objects import Balancer, Pool
from console.drill.settings import Settings
from console.drill.vip import Vip

if TYPE_CHECKING:
    from console.drill.mischief import Mischief

JSON = dict[str, Any]


def stamp(at: float | None = None) -> str:
    """A time in Unix seconds (now, if left out), as Nova, Neutron and Glance write it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() if at is None else at))


@dataclass
class User:
    """A user with a role assignment in the one project."""

    name: str
    roles: tuple[str, ...]
    id: str = field(default_factory=lambda: uuid4().hex)
    password: str = field(default_factory=lambda: secrets.token_urlsafe(18), repr=False)

    @property
    def may_write(self) -> bool:
        """Whether the role allows changes."""
        return "member" in self.roles


@dataclass
class ApplicationCredential:
    """A credential of a user, bound to the project."""

    user: User
    id: str = field(default_factory=lambda: uuid4().hex)
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)


@dataclass
class Token:
    """A token; times in Unix seconds. `scoped`: to the project `project_id`, with its roles and the catalog."""

    user: User
    method: str
    issued_at: float
    expires_at: float
    project_id: str = ""
    scoped: bool = True


@dataclass
class Image:
    """A Glance image and its custom properties. `min_disk` in GiB, `min_ram` in MiB."""

    name: str
    properties: dict[str, str]
    min_disk: int = 0
    min_ram: int = 0
    id: str = field(default_factory=lambda: str(uuid4()))
    created_at: float = field(default_factory=time.time)


@dataclass
class Server:
    """A Nova server. `created_at` in Unix seconds. `address` is empty until its port is there.

    `kept_ports`: ids of ports that were there before it, and survive it; `volumes`: ids of attached ones.
    """

    name: str
    address: str
    mac: str
    image: Image
    metadata: dict[str, str]
    tags: list[str]
    created_at: float
    id: str = field(default_factory=lambda: str(uuid4()))
    status: str = "ACTIVE"
    vm_state: str = "active"
    task_state: str | None = None
    power_state: int = 1
    fault: JSON | None = None
    deeds: list[Deed] = field(default_factory=list)  # newest last
    flavor: Flavor = SMALL
    zone: str = "nova"
    key_name: str | None = None
    security_groups: tuple[str, ...] = ("default",)
    user_data: str = ""  # in base64, as it was sent
    locked: bool = False
    locked_reason: str | None = None
    kept_ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    launched: bool = True  # whether it has ever run


@dataclass
class Deed:
    """An action on a server, as os-instance-actions lists it. Times in Unix seconds; `finish` None while it runs."""

    action: str
    event: str
    user: User
    start: float
    finish: float | None = None
    result: str = "Success"
    message: str | None = None
    request_id: str = field(default_factory=lambda: f"req-{uuid4()}")


@dataclass
class Write:
    """One request that could change something, and what became of it. `at` in Unix seconds.

    `agent` is its User-Agent; `before` and `after` are what it could have changed, as `picture` shows it.
    """

    service: str
    method: str
    path: str
    body: str
    user: str
    at: float
    agent: str = ""
    status: int | None = None
    answer: str = ""
    before: JSON = field(default_factory=dict)
    after: JSON = field(default_factory=dict)


@dataclass
class Trouble:
    """What the next writes to the load balancer meet; see `control` for the words."""

    kind: str
    left: int = 1


@dataclass
class Entrance:
    """The way into a service: a load balancer, the amphora that works for it, and a VIP for each listener."""

    balancer: Balancer
    amphora: Amphora
    vips: list[Vip | DatagramVip]


@dataclass
class World:
    """The project with all that is in it, and a second one with some of its load balancers. Neutron's objects are kept
    as its API shows them.

    `outages` are of whole APIs, by service type; `names_lost`: the catalog names hosts that do not resolve. `tests`:
    what those of each commit came to (`git_history.History`).
    """

    settings: Settings
    users: list[User]
    credential: ApplicationCredential
    images: list[Image]
    servers: list[Server]
    instances: list[Instance]
    networks: list[JSON]
    subnets: list[JSON]
    ports: list[JSON]
    entrances: list[Entrance]
    project_id: str
    compute: Compute = field(default_factory=Compute)
    security_groups: list[JSON] = field(default_factory=list)
    project: str = "drill"
    edge_id: str = field(default_factory=lambda: uuid4().hex)
    edge: str = EDGE
    certificate: Certificate | None = None
    region: str = "RegionOne"
    url: str = ""
    tokens: dict[str, Token] = field(default_factory=dict)
    writes: list[Write] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    outages: dict[str, str] = field(default_factory=dict)
    mischiefs: list[Mischief] = field(default_factory=list)
    names_lost: bool = False
    tests: Mapping[str, str] = field(default_factory=dict)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    haunting: set[asyncio.Task[None]] = field(default_factory=set)  # what a scenario keeps doing
    settle_now: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def balancer(self) -> Balancer:
        """That of the first service."""
        return self.entrances[0].balancer

    @property
    def pool(self) -> Pool:
        """The first one of the first service."""
        return self.balancer.pools[0]

    @property
    def amphora(self) -> Amphora:
        """That of the first service."""
        return self.entrances[0].amphora

    @property
    def vip(self) -> Vip:
        """The first one of the first service."""
        first = self.entrances[0].vips[0]
        assert isinstance(first, Vip)
        return first

    def instance(self, name_or_id: str) -> Instance | None:
        """The instance of this name or id."""
        return next((each for each in self.instances if name_or_id in (each.name, each.id)), None)

    def server(self, name_or_id: str) -> Server | None:
        """The server of this name or id."""
        return next((each for each in self.servers if name_or_id in (each.name, each.id)), None)

    def pools(self) -> Iterator[tuple[Entrance, Pool]]:
        """Every pool with where it is."""
        return ((entrance, pool) for entrance in self.entrances for pool in entrance.balancer.pools)

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something in the background, until the drill ends at the latest."""
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task
