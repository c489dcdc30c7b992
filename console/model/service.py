"""A service as observed: two colours, the load balancer between them, and how old each fact is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from console.model.balancer import Balanced, Listener, LoadBalancer, Member, Pool
from console.model.colour import Colour, Role
from console.model.commit import CommitView
from console.model.instance import Instance
from console.model.lease import LeaseHolder
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


@dataclass(frozen=True, slots=True)
class Source:
    """One source of facts. `seen_at`: when it last answered (Unix seconds), None if never.

    `problem` is its last failure in a sentence, empty when the last attempt succeeded; `since` is when that began.
    `good_for` is the age in seconds up to which its facts count as fresh.
    """

    name: str
    seen_at: float | None = None
    good_for: float = 30.0
    problem: str = ""
    since: float | None = None
    hint: str = ""

    def fresh(self, now: float) -> bool:
        """Whether its facts may be used for a decision."""
        return self.seen_at is not None and now - self.seen_at <= self.good_for


@dataclass(frozen=True, slots=True)
class ColourSet:
    """The instances of one colour, by name."""

    colour: Colour
    instances: tuple[Instance, ...] = ()

    @property
    def weight(self) -> int:
        """Sum of the weights in rotation, healthy or not."""
        return sum(instance.weight for instance in self.instances)

    @property
    def versions(self) -> tuple[str, ...]:
        """The distinct versions that its instances run, sorted; more than one is a loud fact."""
        return tuple(sorted({i.version.value for i in self.instances if i.version is not None}))

    @property
    def version(self) -> str:
        """The version in short: one, `mixed`, or `unknown`."""
        shorts = sorted({i.version.short for i in self.instances if i.version is not None})
        return shorts[0] if len(shorts) == 1 else ("mixed" if shorts else "unknown")


@dataclass(frozen=True, slots=True)
class Service:
    """All facts of one service at one moment. Facts that were never seen are None or empty; see `sources`.

    `foreign` members join to no instance of the service: never written, never counted as capacity.
    `uncoloured` instances were selected, but nothing tells their colour.
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
    uncoloured: tuple[Instance, ...] = ()
    traffic: Traffic | None = None
    commits: CommitView | None = None
    lease: LeaseHolder | None = None
    sources: Mapping[str, Source] = field(default_factory=dict)
    probed: bool = False  # whether a direct probe is configured
    traffic_watched: bool = False  # whether a VIP check is configured
    group: str = ""
    region: str = ""
    quorum: float = 1.0  # share of a colour's instances that must be healthy
    balanced: tuple[Balanced, ...] = ()  # every load balancer's part; `balancer`, `listeners`, `pool` are the first's
    rates: Mapping[str, Rates] = field(default_factory=dict)  # by listener id; of a service that is looked at closely
    sessions: Mapping[str, MemberSessions] = field(default_factory=dict)  # by member id, from a PROMETHEUS listener

    @property
    def colours(self) -> tuple[ColourSet, ColourSet]:
        """BLUE, then GREEN."""
        return self.blue, self.green

    def side(self, colour: Colour) -> ColourSet:
        """The instances of this colour."""
        return self.blue if colour is Colour.BLUE else self.green

    def role(self, colour: Colour) -> Role:
        """What the colour is to the traffic, from the weights in rotation.

        A colour with weight and no healthy member is still where the traffic is sent: live, with 0 healthy.
        """
        mine, others = self.side(colour), self.side(colour.other)
        if not mine.instances:
            return Role.NONE
        if mine.weight == 0:
            return Role.IDLE
        return Role.BOTH if others.weight > 0 else Role.LIVE

    @property
    def live(self) -> Colour | None:
        """The one live colour; None when both or none are."""
        return next((side.colour for side in self.colours if self.role(side.colour) is Role.LIVE), None)

    def source(self, name: str) -> Source:
        """A source's state; one that has never been asked is unknown, not fresh."""
        found = self.sources.get(name)
        return found if found is not None else Source(name)
