"""One service: its pool, probes, traffic and commits, each looked at by itself, and the service made of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from console.cloud.lease_reader import holder_of, mac_for
from console.cloud.reader import choose
from console.commits.compare import compare
from console.commits.marks import shipping
from console.config.certificates import Trusted
from console.config.model import ServiceConfig
from console.errors import BluegreenError, CloudError
from console.model.balancer import Balanced, LoadBalancer
from console.model.commit import CommitView
from console.model.compared import Versions
from console.model.compared import of as versions_of
from console.model.lease import LeaseHolder
from console.model.server import Server
from console.model.service import BALANCER, COMMITS, PROBES, SERVERS, VIP, Service, Source
from console.model.shipping import Shipping
from console.model.stats import MemberSessions, Rates
from console.model.traffic import VipAnswer
from console.watch.absent import Absent
from console.watch.assemble import Facts, Made, assemble, decisive_sources, image_of, make
from console.watch.damping import Damper
from console.watch.look import Look, older
from console.watch.place import Place
from console.watch.probe import Round, Target, ask_all, target, usual_port
from console.watch.rotation import Rotated, part, with_members
from console.watch.selection import chosen
from console.watch.shapes import Shape
from console.watch.versions import HTTP, wanted
from console.watch.vip import ask, vip_url

COMMITS_AGE = 60.0  # the same for commits: someone may have fetched
_VIP_COUNT, _VIP_OVER = 5, 0.4  # requests, and seconds, of one single look

_NO_ROUND, _NONE_ABSENT = Round(), Absent()  # always the same, so that it is seen that nothing was asked since


class Watched:
    """The sources of one service."""

    def __init__(
        self,
        config: ServiceConfig,
        place: Place,
        *,
        servers_from: Place | None = None,
        good_for: float,
        clock: Callable[[], float],
        leased: bool,
    ) -> None:
        self.config, self.place = config, place
        self.servers_from = servers_from if servers_from is not None else place
        self.rotation: Look[Rotated] = Look(BALANCER, self._ask_rotation, good_for=good_for, clock=clock)
        self.probes: Look[Round] = Look(PROBES, self._ask_instances, good_for=good_for, clock=clock)
        self.vip: Look[list[VipAnswer]] = Look(VIP, self._ask_vip, good_for=good_for, clock=clock)
        self.commits: Look[CommitView] = Look(COMMITS, self._ask_commits, good_for=COMMITS_AGE * 3, clock=clock)
        self.keep_shape = False  # whether what nothing says has changed may be up to SHAPE_AGE old
        self.rates: Mapping[str, Rates] = {}  # of a service that is looked at closely, by listener id
        self.sessions: Mapping[str, MemberSessions] = {}  # by member id
        self.further_sources: tuple[Source, ...] = ()  # of statistics and sessions
        self._damper = Damper()
        self._chosen: tuple[object, object, tuple[list[Server], list[Server]]] = (None, None, ([], []))
        self._made: tuple[tuple[object, ...], int, Made] = ((), 0, make(config, Facts()))
        self._clock = clock
        self._leased = leased
        self._compared: tuple[Versions | None, float] = (None, 0.0)
        self._shipped: tuple[CommitView | None, Shipping | None] = (None, None)

    @property
    def asks_instances(self) -> bool:
        """Whether the instances themselves are asked for anything."""
        return self.config.health is not None or any(source.startswith(HTTP) for source in self.config.version)

    @property
    def url(self) -> str:
        """The URL through the VIP; empty without a VIP check, or while its address is not known."""
        if self.config.vip is None:
            return ""
        return vip_url(self.config.vip, self._rotated.balancer or LoadBalancer("", ""))

    @property
    def address(self) -> str:
        """The load balancer's address; empty while it is not known."""
        balancer = self._rotated.balancer
        return balancer.vip_address if balancer is not None else ""

    def trust(self) -> Trusted:
        """What the cloud of the load balancer trusts."""
        return self.place.session().trusted

    @property
    def changing(self) -> bool:
        """Whether a load balancer was last seen in a change, or somebody holds the lease and may begin one."""
        return self._rotated.changing or self._holder() is not None

    def service(self) -> Service:
        """The service as it was last seen."""
        facts = self._facts()
        return assemble(self.config, facts, self._make(facts))

    def announced(self, now: float) -> Service:
        """The service as it was last seen, with what is announced of each instance. One thread at a time."""
        return self._damper.damped(self.service(), now)

    def named_servers(self) -> set[str]:
        """The ids of the servers that members of its pools name."""
        pools = (members for one in self._rotated.parts for members in one.members.values())
        return {ident for members in pools for member in members if (ident := member.server_id) is not None}

    @property
    def _rotated(self) -> Rotated:
        return self.rotation.value or Rotated()

    def _facts(self) -> Facts:
        probed = self.probes.value or _NO_ROUND
        place = self.servers_from
        listed, absent = place.servers.value, place.absent.value or _NONE_ABSENT
        if self._chosen[0] is not listed or self._chosen[1] is not absent.still:
            self._chosen = (listed, absent.still, chosen(self.config.instances, place.known_servers()))
        servers, others = self._chosen[2]
        return Facts(
            servers=servers,
            others=others,
            gone=absent.gone,
            elsewhere=absent.others,
            were=self._were(absent),
            balanced=self._rotated.parts,
            missing=tuple(one.name for one in self._rotated.missing),
            images=self.servers_from.images,
            probes=probed.probes,
            told=probed.told,
            answers=tuple(self.vip.value or ()),
            url=self.url,
            region=place.known_region,
            commits=self.commits.value,
            shipping=self._shipping(),
            lease=self._holder(),
            rates=self.rates,
            sessions=self.sessions,
            sources=self._sources(),
        )

    def _shipping(self) -> Shipping | None:
        """The commits of the last comparison, marked once."""
        view, versions = self.commits.value, self._compared[0]
        if view is None or versions is None or self.config.commits is None:
            return None
        if self._shipped[0] is not view:
            self._shipped = (view, shipping(view, self.config.commits, versions))
        return self._shipped[1]

    def _were(self, absent: Absent) -> Mapping[str, Server]:
        """Those of the servers that are gone which were instances of this service."""
        found, others = chosen(self.config.instances, absent.were.values())
        return {server.id: server for server in (*found, *others)}

    def _make(self, facts: Facts) -> Made:
        """The instances; those of before, if nothing that they are made of was asked since."""
        made_of = (facts.servers, facts.others, facts.balanced, facts.gone, facts.probes, facts.told, facts.elsewhere)
        before, images, made = self._made
        same = images == len(facts.images) and all(old is new for old, new in zip(before, made_of, strict=False))
        if not before or not same:
            made = make(self.config, facts)
            self._made = (made_of, len(facts.images), made)
        return made

    def _sources(self) -> dict[str, Source]:
        decisive = decisive_sources(self.config)
        found = [
            *([self.servers_from.servers.seen.source] if SERVERS in decisive else []),
            *([older(self.place.balancers.seen.source, self.rotation.seen.source)] if BALANCER in decisive else []),
            *([self.probes.seen.source] if self.asks_instances else []),
            *([self.vip.seen.source] if self.config.vip is not None else []),
            *([self.commits.seen.source] if self.config.commits is not None else []),
            *([self.place.ports.seen.source] if self._leased and BALANCER in decisive else []),
            *self._rotated.missing,
            *self.further_sources,
        ]
        return {source.name: source for source in found}

    def _holder(self) -> LeaseHolder | None:
        """Whoever holds the lease on one of its pools or listeners."""
        if not self._leased:
            return None
        ports = self.place.ports.value or {}
        pools = [pool.id for part in self._rotated.parts for pool in part.pools]
        objects = (*pools, *(one.id for part in self._rotated.parts for one in part.listeners))
        port = next((found for one in objects if (found := ports.get(mac_for(one))) is not None), None)
        return holder_of(dict(port)) if port is not None else None

    def _ask_rotation(self) -> Rotated:
        listed = self.place.balancers.seen
        if listed.source.problem:
            raise CloudError(listed.source.problem, listed.source.hint, cause=listed.source.cause)
        if listed.value is None:
            raise CloudError(f"cloud {self.place.cloud} has not told its load balancers yet")
        before, errors = self._rotated, list[BluegreenError]()
        found: list[tuple[int, Balanced, Shape]] = []
        missing: list[Source] = []
        for at in range(len(self.config.rotation.attached)):
            try:
                found.append((at, *self._ask_part(at, listed.value, before)))
            except BluegreenError as error:
                errors.append(error)
                missing.append(before.failed(self.config, at, error, self._clock()))
        if errors and not found:
            raise errors[0]
        places, parts, shapes = tuple(zip(*found, strict=True)) or ((), (), ())
        return Rotated(parts, shapes, places, tuple(missing))

    def _ask_part(self, at: int, everyone: Sequence[LoadBalancer], before: Rotated) -> tuple[Balanced, Shape]:
        """The part at this place in the config, and the shape that it is made of."""
        attached, reader = self.config.rotation.attached[at], self.place.reader()
        keep = self.keep_shape and not self.rotation.seen.source.problem
        balancer = choose("load balancer", everyone, attached.load_balancer, self.config.balancer_place[0])
        shape = self.place.shapes.of(balancer, everyone, keep=keep)
        bare = before.made_of(shape, at) or part(reader, self.config, attached, shape)
        # the list is younger than the shape may be
        return with_members(reader, replace(bare, balancer=balancer)), shape

    def _targets(self) -> list[Target]:
        facts = self._facts()
        instances = self._make(facts).instances
        port, sources = usual_port(instances), self.config.version
        found = (
            target(one, self.config.health, port, wanted(sources, HTTP, one.server, image_of(one.server, facts.images)))
            for one in instances
        )
        return [one for one in found if one is not None]

    def _ask_instances(self) -> Round:
        return asyncio.run(ask_all(self._targets(), self.config.health, lambda: self.servers_from.session().trusted))

    def _ask_vip(self) -> list[VipAnswer]:
        if self.config.vip is None or not self.url:
            raise CloudError(f"the address of load balancer {self.config.rotation.load_balancer} is not known yet")
        check, count, over = self.config.vip, _VIP_COUNT, _VIP_OVER
        return asyncio.run(ask(self.url, check, count=count, over=over, trust=self.trust, address=self.address))

    def _ask_commits(self) -> CommitView:
        assert self.config.commits is not None
        now, before = self._clock(), self.commits.value
        versions = versions_of(self.service())
        asked, at = self._compared
        if before is not None and asked == versions and 0 <= now - at < COMMITS_AGE:
            return before
        found = compare(self.config.commits, versions.live, versions.idle, called=versions.called)
        self._compared = (versions, now)
        return replace(found, problem=versions.problem or found.problem)
