"""What a cloud has to make instances of, and how much of it a project may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from console.model.server import Server

UNLIMITED = -1


@dataclass(frozen=True, slots=True)
class Image:
    """An image. `min_ram` in MiB, `min_disk` in GiB; `created_at` as Glance writes it, which sorts by time."""

    id: str
    name: str
    status: str = ""
    min_disk: int = 0
    min_ram: int = 0
    created_at: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Flavor:
    """A size. `ram` in MiB, `disk` in GiB (0: as large as the image wants)."""

    id: str
    name: str
    vcpus: int = 0
    ram: int = 0
    disk: int = 0


@dataclass(frozen=True, slots=True)
class Network:
    """A network and its subnets, by id."""

    id: str
    name: str
    subnets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A server group."""

    id: str
    name: str
    policy: str = ""
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """A quota: `limit` -1 is none; `used` None: not told."""

    limit: int
    used: int | None = None

    @property
    def free(self) -> int | None:
        """How many more there may be; None: no limit is known."""
        if self.limit == UNLIMITED or self.used is None:
            return None
        return max(0, self.limit - self.used)


@dataclass(frozen=True, slots=True)
class Stock:
    """All of it, as one look told. What could not be read is empty, with the reason in `unknown`.

    `limits` by what is limited: `instances`, `cores`, `ram` (MiB), `server groups`, `members of a server group`,
    `ports`, `pool members`. `zones`: those that are available. `servers`: every server of the project.
    """

    images: tuple[Image, ...] = ()
    flavors: tuple[Flavor, ...] = ()
    networks: tuple[Network, ...] = ()
    security_groups: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    limits: Mapping[str, Limit] = field(default_factory=dict)
    servers: tuple[Server, ...] = ()
    unknown: tuple[str, ...] = ()
