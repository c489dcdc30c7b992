"""The configuration, typed. `loader` makes it from YAML; each default is the one the README's reference shows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path


def names_production(environment: str) -> bool:
    """Whether the word means production: `production`, `prod`, `prod-eu`; not `preprod`."""
    return re.match(r"prod(uction)?(?![a-z])", environment, re.IGNORECASE) is not None


@dataclass(frozen=True, slots=True)
class Rotation:
    """How instances are put in and out of service. Load balancer and pool are names or ids.

    In the file `load_balancer` defaults to the service's name, and `pool` to what `load_balancer` says.
    """

    load_balancer: str
    pool: str
    kind: str = "weights"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which servers belong to the service, and what tells their colour.

    `tags`: server tags, all required; `metadata`: key and value, all required. `colour` is `metadata.KEY`,
    `tag.PREFIX` (server tag PREFIX + colour) or `member.tag.PREFIX` (the same on the pool member).
    A file that has neither `tags` nor `metadata` means the tag `service=NAME`; `tags: []` means every server.
    """

    tags: tuple[str, ...] = ()
    metadata: dict[str, str] = field(default_factory=dict)
    colour: str = "metadata.color"


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """A direct HTTP probe of each instance at its member's address. `port` None: the member's own port."""

    path: str = "/healthcheck"
    port: int | None = None
    expect: int = 200
    scheme: str = "http"
    timeout: float = 3.0  # seconds


@dataclass(frozen=True, slots=True)
class VipCheck:
    """Proof from the client's side. `{vip}` in the URL is the load balancer's address.

    `version` is the key of the answer's JSON that names what answered; it is compared with the instances' versions.
    """

    url: str
    version: str = "git_commit"
    timeout: float = 3.0  # seconds
    rate: float = 4.0  # requests per second of the watching console

    def at(self, address: str) -> str:
        """The URL with the load balancer's address in it, IPv6 in brackets; empty while the address is not known."""
        if "{vip}" not in self.url:
            return self.url
        return self.url.replace("{vip}", f"[{address}]" if ":" in address else address) if address else ""


@dataclass(frozen=True, slots=True)
class Release:
    """What a cutover must keep to. `min_ratio`: healthy capacity in rotation, against now."""

    min_ratio: float = 1.0
    weight: int | None = None  # weight of an instance in rotation that has none recorded; None: as the live ones have


@dataclass(frozen=True, slots=True)
class CommitSource:
    """Where the commits come from: a local git repository."""

    git: Path


@dataclass(frozen=True, slots=True)
class ServiceConfig:
    """One service. `environment: production` asks for typed confirmation.

    `version`: sources in order, the first that answers wins: `metadata.KEY`, `image.KEY`, `http.PATH#KEY`.
    `foreign: ignore` allows a cutover although a member of nobody's carries traffic in the pool.
    """

    name: str
    cloud: str
    rotation: Rotation
    region: str | None = None
    environment: str = "production"
    instances: Selection = field(default_factory=Selection)
    version: tuple[str, ...] = ("metadata.git_commit", "image.git_commit")
    health: HealthCheck | None = None
    vip: VipCheck | None = None
    commits: CommitSource | None = None
    release: Release = field(default_factory=Release)
    foreign: str = "refuse"

    @property
    def is_production(self) -> bool:
        """Whether changes ask for the service's name to be typed."""
        return names_production(self.environment)


@dataclass(frozen=True, slots=True)
class LeaseConfig:
    """Where the exclusive right to change a service lives: a Neutron network by name or id, or the journal (None)."""

    network: str | None = None
    ttl: float = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Config:
    """The whole file. `path` is where it came from; `writable_by_others` says who else could change it, in words.

    `interval` is seconds between two looks at the cloud while a console is watching.
    """

    path: Path
    services: dict[str, ServiceConfig]
    journal: str
    lease: LeaseConfig = field(default_factory=LeaseConfig)
    interval: float = 5.0
    read_only: bool = False
    theme: str = "dark"
    writable_by_others: str = ""
