"""A service as observed: two colours, the load balancer between them, and how old each fact is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from console.model.balancer import Balanced, Listener, LoadBalancer, Member, Pool
from console.model.colour import Colour, Role
from console.model.commit import CommitView
from console.model.instance import Instance
from console.model.lease import LeaseHolder
from console.model.record import Record
from console.model.shipping import Shipping
from console.model.stats import MemberSessions, Rates
from console.model.traffic import Traffic

SERVERS, BALANCER, PROBES, VIP, COMMITS, LEASE = (
    "servers",
    "load balancer",
    "probes",
    "vip",
    "commits",
    "lease",
)
STATS, SESSIONS = "statistics", "sessions"

WEIGHTS, POOLS, POWER = "weights", "pools", "power"  # rotations

AHEAD = 5.0  # seconds that a fact may be of the future: more is a clock that was set back


@dataclass(frozen=True, slots=True)
class Source:
    """One source of facts. `seen_at`: when it last answered (Unix seconds), None if never.

    `problem` is its last failure in a sentence, empty when the last attempt succeeded; `since` is when that began.
    `good_for` is the age in seconds up to which its facts count as fresh. `doing` is what the watch does about the
    problem: `trying again at 12:03:20`; `waits` says that this is later than usual, so that a key may ask before it.
    `cause` is what other sources may fail for as well; empty: `problem`.
    """

    name: str
    seen_at: float | None = None
    good_for: float = 30.0
    problem: str = ""
    since: float | None = None
    hint: str = ""
    doing: str = ""
    cause: str = ""
    waits: bool = False

    @property
    def advice(self) -> str:
        """What to do about the problem, and what is done about it."""
        return "; ".join(part for part in (self.hint, self.doing) if part)

    def fresh(self, now: float) -> bool:
        """Whether its facts may be used for a decision."""
        return self.seen_at is not None and -AHEAD <= now - self.seen_at <= self.good_for


@dataclass(frozen=True)
class ColourSet:
    """The instances of one colour, by name."""

    colour: Colour
    instances: tuple[Instance, ...] = ()

    @cached_property
    def weight(self) -> int:
        """Sum of the weights in rotation, healthy or not."""
        return sum(instance.weight for instance in self.instances)

    @cached_property
    def versions(self) -> tuple[str, ...]:
        """The distinct versions that its instances run, sorted; more than one is a loud fact."""
        return tuple(sorted({i.version.value for i in self.instances if i.version is not None}))

    @cached_property
    def version(self) -> str:
        """The version in short: one, `mixed`, or `unknown`."""
        shorts = sorted({i.version.short for i in self.instances if i.version is not None})
        return shorts[0] if len(shorts) == 1 else ("mixed" if shorts else "unknown")


@dataclass(frozen=True)
class Service:
    """All facts of one service at one moment. Facts that were never seen are None or empty; see `sources`.

    `foreign` members join to no instance of the service: never written, never counted as capacity.
    `gone`: the ids of servers that such members name and Nova answers 404 for. `foreign_allowed`: a cutover beside
    members of neither colour that have weight is meant to be.
    `uncoloured` instances were selected, but nothing tells their colour.
    `decisive` names the sources without which nothing is known of what serves: workers have no load balancer. A part
    of the service that is not there, or was never seen, is a source of its own among them.
    """

    name: str
    environment: str
    cloud: str
    rotation: str = "weights"
    balancer: LoadBalancer | None = None
    listeners: tuple[Listener, ...] = ()
    pool: Pool | None = None
    blue: ColourSet = ColourSet(Colour.BLUE)
    green: ColourSet = ColourSet(Colour.GREEN)
    foreign: tuple[Member, ...] = ()
    gone: frozenset[str] = frozenset()
    uncoloured: tuple[Instance, ...] = ()
    traffic: Traffic | None = None
    commits: CommitView | None = None
    shipping: Shipping | None = None  # the same commits, marked
    lease: LeaseHolder | None = None
    record: Record | None = None  # what the journal says of it; None where nobody asked
    sources: Mapping[str, Source] = field(default_factory=dict)
    probed: bool = False  # whether a direct probe is configured
    traffic_watched: bool = False  # whether a VIP check is configured
    group: str = ""
    region: str = ""
    quorum: float = 1.0  # share of a colour's instances that must be healthy
    balanced: tuple[Balanced, ...] = ()  # every load balancer's part; `balancer`, `listeners`, `pool` are the first's
    rates: Mapping[str, Rates] = field(default_factory=dict)  # by listener id; of a service that is looked at closely
    sessions: Mapping[str, MemberSessions] = field(default_factory=dict)  # by member id, from a PROMETHEUS listener
    decisive: tuple[str, ...] = (BALANCER, SERVERS)
    retire_after: float = 0.0  # seconds that the old colour stands by until it is due to be retired; 0: never
    cost_per_hour: float = 0.0  # of one instance, in the currency of the config
    foreign_allowed: bool = False
    roles_since: float = 0.0  # from when on (Unix seconds) answers are of these roles; 0: no others were seen

    @property
    def colours(self) -> tuple[ColourSet, ColourSet]:
        """BLUE, then GREEN."""
        return self.blue, self.green

    def side(self, colour: Colour) -> ColourSet:
        """The instances of this colour."""
        return self.blue if colour is Colour.BLUE else self.green

    @property
    def changing_power(self) -> tuple[Instance, ...]:
        """The workers that Nova is starting or stopping; none where power is not the rotation."""
        instances = (one for side in self.colours for one in side.instances if self.rotation == POWER)
        return tuple(one for one in instances if one.server is not None and one.server.changing_power)

    def in_rotation(self, instance: Instance) -> bool:
        """Whether clients (for `power`: work) are sent to the instance now, healthy or not.

        `weights`: one of its members has weight. `pools`: and is in the default pool of a listener. `power`: it runs.
        """
        if self.rotation == POWER:
            return instance.runs
        if self.rotation == POOLS:
            return any(one.in_rotation and self.pool_id_of(one) in self.serving_pools for one in instance.members)
        member = instance.member
        if member is not None and member.weight > 0 and member.admin_state_up:
            return True
        return any(one.in_rotation for one in instance.further)

    def role(self, colour: Colour) -> Role:
        """What the colour is to the traffic, from what is in rotation.

        A colour that is in rotation and has no healthy instance is still where the traffic is sent: live, with 0
        healthy. With `pools` the listeners' default pools tell, whatever the weights of the members in them.
        """
        if not self.side(colour).instances:
            return Role.NONE
        if not self._serves[colour]:
            return Role.IDLE
        return Role.BOTH if self._serves[colour.other] else Role.LIVE

    def share(self, colour: Colour) -> float | None:
        """The part of the traffic that is sent to the colour, 0 to 1. None: nothing is, or it cannot be told.

        `weights`: of the sum of all weights, whosever they are, on average over the pools. `pools`: all that members of
        the colour's have of the weight in its pool, or nothing; None while listeners differ. `power`: of the workers
        of either colour that run.
        """
        if self.rotation != POOLS:
            found = [at[colour] / whole for at in self._weights.values() if (whole := sum(at.values()))]
            return sum(found) / len(found) if found else None
        mine, others = self._serves[colour], self._serves[colour.other]
        if mine is others:
            return None
        led = [at for pool, at in self._weights.items() if pool in self.serving_pools]
        strange = [at[None] / whole for at in led if (whole := sum(at.values()))]
        return float(mine) * (1 - sum(strange) / len(strange) if strange else 1.0)

    @property
    def is_led(self) -> bool:
        """Whether a rollout of ours is under way, by the lease that everyone sees or by the journal."""
        leased = self.lease is not None and not self.lease.foreign
        return leased or (self.record is not None and self.record.under_way)

    @property
    def live(self) -> Colour | None:
        """The one live colour; None when both or none are."""
        return next((side.colour for side in self.colours if self.role(side.colour) is Role.LIVE), None)

    def pool_id_of(self, member: Member) -> str:
        """The pool that the member is in; empty for one that is in none of the service's."""
        return self._pool_ids.get(member.id, "")

    def part_of(self, pool_id: str) -> Balanced | None:
        """The load balancer's part that has this pool."""
        return next((part for part in self.balanced if any(pool.id == pool_id for pool in part.pools)), None)

    def source(self, name: str) -> Source:
        """A source's state; one that has never been asked is unknown, not fresh."""
        found = self.sources.get(name)
        return found if found is not None else Source(name)

    @cached_property
    def memo(self) -> dict[Any, Any]:
        """Room for what is derived from these facts, so that it is derived once; no part of what they say."""
        return {}

    @cached_property
    def serving_pools(self) -> frozenset[str]:
        """The default pools of the service's enabled listeners."""
        listeners = [one for part in self.balanced for one in part.listeners]
        return frozenset(one.default_pool_id for one in listeners if one.default_pool_id and one.admin_state_up)

    @cached_property
    def _pool_ids(self) -> Mapping[str, str]:
        """The pool of each member, by the member's id."""
        return {one.id: pool for part in self.balanced for pool, members in part.members.items() for one in members}

    @cached_property
    def _serves(self) -> Mapping[Colour, bool]:
        if self.rotation == POOLS:
            return {
                colour: any(part.pool_of.get(colour) in self.serving_pools for part in self.balanced)
                for colour in Colour
            }
        return {side.colour: any(map(self.in_rotation, side.instances)) for side in self.colours}

    @cached_property
    def strangers(self) -> tuple[Member, ...]:
        """The members in rotation that are of neither colour: foreign ones, and those of `uncoloured` instances.

        None before the servers were seen: every member is a stranger then. With `pools` those of a serving pool.
        """
        if SERVERS in self.decisive and self.source(SERVERS).seen_at is None:
            return ()
        theirs = (*self.foreign, *(member for one in self.uncoloured for member in one.members))
        parked = self.rotation == POOLS
        return tuple(
            one for one in theirs if one.in_rotation and not (parked and self.pool_id_of(one) not in self.serving_pools)
        )

    @cached_property
    def _weights(self) -> Mapping[str, Mapping[Colour | None, int]]:
        """For each pool (for `power`: once) the weight in rotation of each colour, and of neither under None."""
        weights: defaultdict[str, dict[Colour | None, int]] = defaultdict(lambda: dict.fromkeys((*Colour, None), 0))
        for side in self.colours:
            for instance in side.instances:
                if self.rotation == POWER:
                    weights[""][side.colour] += instance.runs
                    continue
                for member in instance.members:
                    weights[self.pool_id_of(member)][side.colour] += member.weight if member.in_rotation else 0
        for stranger in self.strangers:
            weights[self.pool_id_of(stranger)][None] += stranger.weight
        return weights
