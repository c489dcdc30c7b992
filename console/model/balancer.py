"""Octavia's objects: load balancer, listener, pool, health monitor, member."""

from __future__ import annotations

from dataclasses import dataclass

WEIGHT_TAG = "bluegreen:weight="  # the weight that a member is meant to have when in rotation
HOLD_TAG = "bluegreen:hold="  # who took the member out by hand
SERVER_TAG = "server="  # the Nova server behind the member


@dataclass(frozen=True, slots=True)
class LoadBalancer:
    """A load balancer. Only provisioning_status is taken from it: its operating_status may be a neighbour's pool."""

    id: str
    name: str
    vip_address: str = ""
    provider: str = ""
    provisioning_status: str = "UNKNOWN"
    operating_status: str = "UNKNOWN"
    updated_at: str = ""  # as the API says it: changes with anything in the load balancer's tree


@dataclass(frozen=True, slots=True)
class Listener:
    """A listener of the load balancer."""

    id: str
    name: str
    protocol: str = ""
    protocol_port: int = 0
    default_pool_id: str | None = None
    provisioning_status: str = "UNKNOWN"
    operating_status: str = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Monitor:
    """A pool's health monitor. Times in seconds."""

    id: str
    kind: str = ""
    url_path: str = ""
    expected_codes: str = ""
    delay: int = 0
    timeout: int = 0


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool. `session_persistence` is its type (HTTP_COOKIE, ...), empty where there is none."""

    id: str
    name: str
    protocol: str = ""
    session_persistence: str = ""
    provisioning_status: str = "UNKNOWN"
    operating_status: str = "UNKNOWN"
    monitor: Monitor | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A pool member, with every field that a batch update resets when it is left out (facts: Octavia 1.2)."""

    id: str
    name: str
    address: str
    protocol_port: int
    weight: int = 1
    admin_state_up: bool = True
    backup: bool = False
    subnet_id: str | None = None
    monitor_address: str | None = None
    monitor_port: int | None = None
    tags: tuple[str, ...] = ()
    provisioning_status: str = "UNKNOWN"
    operating_status: str = "UNKNOWN"
    vnic_type: str = "normal"

    @property
    def server_id(self) -> str | None:
        """The server named by the member's tag `server=<uuid>`, if any."""
        return self._tag(SERVER_TAG)

    @property
    def intended_weight(self) -> int | None:
        """The recorded weight for being in rotation; None: nobody has recorded one."""
        text = self._tag(WEIGHT_TAG)
        return int(text) if text is not None and text.isdecimal() and int(text) <= 256 else None

    @property
    def held_by(self) -> str | None:
        """Who holds the member out of rotation, if anyone."""
        return self._tag(HOLD_TAG)

    @property
    def in_rotation(self) -> bool:
        """Whether the load balancer would send new clients here if its checks pass."""
        return self.admin_state_up and self.weight > 0

    def _tag(self, prefix: str) -> str | None:
        return next((tag.removeprefix(prefix) for tag in self.tags if tag.startswith(prefix)), None)
