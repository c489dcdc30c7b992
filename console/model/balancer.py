"""Octavia's objects: load balancer, listener, pool, health monitor, member."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from console.model.colour import Colour

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
    additional_vips: tuple[str, ...] = ()  # addresses besides vip_address (Octavia 2.26), for dual stack
    admin_state_up: bool = True
    topology: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Listener:
    """A listener of the load balancer. `connection_limit` -1 is none, None is "not told".

    `allowed`: the networks that may connect; empty is everybody. `certificate`: where its TLS certificate is kept.

    `silence`: seconds without a byte from the client or the member after which a connection is closed; 0 is "not told".
    """

    id: str
    name: str
    protocol: str = ""
    protocol_port: int = 0
    default_pool_id: str | None = None
    provisioning_status: str = "UNKNOWN"
    operating_status: str = "UNKNOWN"
    admin_state_up: bool = True
    policy_ids: tuple[str, ...] = ()  # its L7 policies
    connection_limit: int | None = None
    silence: float = 0.0
    allowed: tuple[str, ...] = ()
    certificate: str = ""
    updated_at: str = ""  # as the API says it


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of an L7 policy. The value of a header or cookie may be a secret: it is not kept (`value` is empty)."""

    id: str
    kind: str = ""  # HEADER, COOKIE, HOST_NAME, PATH, ...
    compare: str = ""  # EQUAL_TO, STARTS_WITH, ...
    key: str = ""
    invert: bool = False
    admin_state_up: bool = True
    provisioning_status: str = "UNKNOWN"
    operating_status: str = "UNKNOWN"
    value: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """An L7 policy of a listener. It attaches its pool only when it is enabled and has a rule (facts: Octavia 1.6).

    `url`: where it redirects to, if to no pool.
    """

    id: str
    name: str
    listener_id: str = ""
    action: str = ""  # REDIRECT_TO_POOL, REDIRECT_TO_URL, REJECT, ...
    position: int = 0
    pool_id: str | None = None
    rules: tuple[Rule, ...] = ()
    admin_state_up: bool = True
    provisioning_status: str = "UNKNOWN"
    operating_status: str = "UNKNOWN"
    url: str = ""

    @property
    def attaches(self) -> bool:
        """Whether its pool is in the load balancer's configuration because of it."""
        return self.admin_state_up and self.pool_id is not None and bool(self.rules)


@dataclass(frozen=True, slots=True)
class Monitor:
    """A pool's health monitor. Times in seconds."""

    id: str
    kind: str = ""
    url_path: str = ""
    expected_codes: str = ""
    delay: int = 0
    timeout: int = 0
    rise: int = 0  # successes until ONLINE (Octavia's max_retries)
    fall: int = 0  # failures until ERROR (max_retries_down)
    http_method: str = ""
    domain_name: str = ""
    admin_state_up: bool = True
    provisioning_status: str = "UNKNOWN"
    operating_status: str = "UNKNOWN"


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
    algorithm: str = ""  # ROUND_ROBIN, LEAST_CONNECTIONS, ...
    admin_state_up: bool = True
    listener_ids: tuple[str, ...] = ()  # listeners that send to it, by default or by an L7 policy
    updated_at: str = ""  # as the API says it


@dataclass(frozen=True, slots=True)
class Balanced:
    """One load balancer's part of a service: what the config names on it, and what hangs on that.

    `listeners` are the service's, those that send to its pools; `neighbours` are the others of the same load balancer,
    of which only names and statuses matter. `pools` are the service's: one for `weights`, one per colour for `pools`
    (then `pool_of` says which is whose). `members` goes by pool id.
    """

    balancer: LoadBalancer
    listeners: tuple[Listener, ...] = ()
    neighbours: tuple[Listener, ...] = ()
    pools: tuple[Pool, ...] = ()
    pool_of: Mapping[Colour, str] = field(default_factory=dict)
    members: Mapping[str, tuple[Member, ...]] = field(default_factory=dict)
    policies: tuple[Policy, ...] = ()

    def pool(self, colour: Colour | None = None) -> Pool | None:
        """The colour's pool; without one the first."""
        wanted = self.pool_of.get(colour) if colour is not None else None
        return next((pool for pool in self.pools if wanted is None or pool.id == wanted), None)

    def attached(self, pool_id: str) -> bool:
        """Whether the load balancer has the pool in its configuration: a detached one is not health-checked."""
        everyone = (*self.listeners, *self.neighbours)
        default = any(one.default_pool_id == pool_id and one.admin_state_up for one in everyone)
        return default or any(one.pool_id == pool_id and one.attaches for one in self.policies)


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
        return int(text) if text is not None and text.isdecimal() and len(text) < 4 and int(text) <= 256 else None

    @property
    def full_weight(self) -> int:
        """What it comes back with once it has lost weight: the recorded weight, or what it has where that is more.

        In the middle of a shift it has less than is recorded; more, or any where 0 is, was set by hand.
        """
        return max(self.intended_weight or 0, self.weight)

    @property
    def held_by(self) -> str | None:
        """Who holds the member out of rotation, if anyone."""
        return self._tag(HOLD_TAG)

    @property
    def in_rotation(self) -> bool:
        """Whether the load balancer would send new clients here if its checks pass."""
        return self.admin_state_up and self.weight > 0

    def _tag(self, prefix: str) -> str | None:
        for tag in self.tags:
            if tag.startswith(prefix):
                return tag.removeprefix(prefix)
        return None
