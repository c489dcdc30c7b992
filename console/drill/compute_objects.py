"""What Nova keeps beside servers: flavours, zones, key pairs, server groups, quotas; and what builds meet."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import uuid4

ZONES = ("nova",)
UNLIMITED = -1


@dataclass(frozen=True)
class Flavor:
    """A size. `ram` in MiB, `disk` in GiB; `fits` says whether any host can hold it."""

    name: str
    vcpus: int
    ram: int
    disk: int
    id: str
    fits: bool = True


SMALL = Flavor("m1.small", 1, 2048, 20, "3f6d8e0b-6d5b-4f0c-9d0e-5a8d6c0f2b11")
FLAVORS = (
    SMALL,
    Flavor("m1.tiny", 1, 512, 1, "7f1f8e6e-3c3f-4a53-8c56-0a5b2c9e4d01"),
    Flavor("m1.nohost", 1, 10**7, 1, "b1c7f5a2-0c6e-4a58-9a55-2d8b1f4c7e02", fits=False),
)


@dataclass
class ServerGroup:
    """Servers that are to be on different hosts, as far as `policy` says."""

    name: str
    policy: str
    user_id: str
    members: list[str] = field(default_factory=list)
    id: str = field(default_factory=lambda: str(uuid4()))


@dataclass
class BuildTrouble:
    """What the next builds meet. `kind`: `no-host`, `error` (both end in ERROR), `slow`, `never` (BUILD for ever).

    `zone`: only builds asked for there; empty: any. `silent` and `lost` are the API's: the server is made, but its
    answer takes a minute, or is an error.
    """

    kind: str
    left: int = 1
    zone: str = ""


BUILD_TROUBLES = ("no-host", "error", "slow", "never", "silent", "lost")


@dataclass
class Quotas:
    """Limits of the project, -1 for none. Defaults are Nova's and Neutron's own where a drill has room in them."""

    instances: int = 100
    cores: int = 200
    ram: int = UNLIMITED  # MiB
    server_groups: int = 10
    server_group_members: int = 10
    ports: int = 500
    members: int = UNLIMITED


@dataclass
class Compute:
    """All of it. `zones`: what may be asked for; the first one is what a server gets by default."""

    flavors: tuple[Flavor, ...] = FLAVORS
    zones: tuple[str, ...] = ZONES
    keypairs: tuple[str, ...] = ("ops",)
    groups: list[ServerGroup] = field(default_factory=list)
    quotas: Quotas = field(default_factory=Quotas)
    troubles: list[BuildTrouble] = field(default_factory=list)

    def flavor(self, flavor_id: str) -> Flavor | None:
        """The flavour of this id."""
        return next((each for each in self.flavors if each.id == flavor_id), None)

    def group(self, group_id: str) -> ServerGroup | None:
        """The group of this id."""
        return next((each for each in self.groups if each.id == group_id), None)

    def trouble(self, kinds: tuple[str, ...], zone: str) -> str:
        """The next trouble of these kinds for a build in this zone, used up by one; empty when there is none."""
        for trouble in self.troubles:
            if trouble.kind in kinds and trouble.zone in ("", zone):
                trouble.left -= 1
                if trouble.left <= 0:
                    self.troubles.remove(trouble)
                return trouble.kind
        return ""
