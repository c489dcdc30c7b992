"""Everything that exists in the simulated cloud, as plain data."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from console.drill.instances import Instance
from console.drill.octavia.amphora import Amphora
from console.drill.octavia.objects import Balancer, Pool
from console.drill.settings import Settings
from console.drill.vip import Vip

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
    """A token; times in Unix seconds. `scoped`: to the project, with its roles and the catalog."""

    user: User
    method: str
    issued_at: float
    expires_at: float
    scoped: bool = True


@dataclass
class Image:
    """A Glance image and its custom properties."""

    name: str
    properties: dict[str, str]
    id: str = field(default_factory=lambda: str(uuid4()))
    created_at: float = field(default_factory=time.time)


@dataclass
class Server:
    """A Nova server. `created_at` in Unix seconds."""

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


@dataclass
class Write:
    """One request that could change something, and what became of it. `at` in Unix seconds."""

    service: str
    method: str
    path: str
    body: str
    user: str
    at: float
    status: int | None = None
    answer: str = ""


@dataclass
class Trouble:
    """What the next writes to the load balancer meet; see `control` for the words."""

    kind: str
    left: int = 1


@dataclass
class World:
    """The one project, and all that is in it. Neutron's objects are kept as its API shows them."""

    settings: Settings
    users: list[User]
    credential: ApplicationCredential
    images: list[Image]
    servers: list[Server]
    instances: list[Instance]
    networks: list[JSON]
    subnets: list[JSON]
    ports: list[JSON]
    balancer: Balancer
    pool: Pool
    amphora: Amphora
    vip: Vip
    project_id: str
    project: str = "drill"
    region: str = "RegionOne"
    url: str = ""
    tokens: dict[str, Token] = field(default_factory=dict)
    writes: list[Write] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    settle_now: asyncio.Event = field(default_factory=asyncio.Event)

    def instance(self, name_or_id: str) -> Instance | None:
        """The instance of this name or id."""
        return next((each for each in self.instances if name_or_id in (each.name, each.id)), None)
