"""One service: its pool, probes, traffic and commits, each looked at by itself, and the service made of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from console.cloud.lease_reader import holder_of, mac_for
from console.cloud.reader import choose, selects
from console.commits.git import compare
from console.commits.versions import Versions
from console.commits.versions import of as versions_of
from console.config.model import ServiceConfig
from console.errors import CloudError
from console.model.balancer import Listener, LoadBalancer, Member, Pool
from console.model.commit import CommitView
from console.model.lease import LeaseHolder
from console.model.service import BALANCER, COMMITS, PROBES, VIP, Service, Source
from console.model.traffic import VipAnswer
from console.watch.assemble import Facts, assemble, image_of, join
from console.watch.look import Look, older
from console.watch.place import Place
from console.watch.probe import Round, Target, ask_all, target, usual_port
from console.watch.versions import HTTP, wanted
from console.watch.vip import ask, vip_url

SHAPE_AGE = 30.0  # seconds after which pool and listeners are read again although nothing says that they changed
COMMITS_AGE = 60.0  # the same for commits: someone may have fetched
_VIP_COUNT, _VIP_OVER = 5, 0.4  # requests, and seconds, of one single look


@dataclass(frozen=True, slots=True)
class Rotated:
    """The load balancer's side of a service. `shaped_at`: when pool and listeners were read."""

    balancer: LoadBalancer
    listeners: tuple[Listener, ...]
    pool: Pool
    members: tuple[Member, ...]
    shaped_at: float


class Watched:
    """The sources of one service."""

    def __init__(
        self, config: ServiceConfig, place: Place, *, good_for: float, clock: Callable[[], float], leased: bool
    ) -> None:
        self.config, self.place = config, place
        self.rotation: Look[Rotated] = Look(BALANCER, self._ask_rotation, good_for=good_for, clock=clock)
        self.probes: Look[Round] = Look(PROBES, self._ask_instances, good_for=good_for, clock=clock)
        self.vip: Look[list[VipAnswer]] = Look(VIP, self._ask_vip, good_for=good_for, clock=clock)
        self.commits: Look[CommitView] = Look(COMMITS, self._ask_commits, good_for=COMMITS_AGE * 3, clock=clock)
        self.keep_shape = False  # whether a pool that nothing says has changed may be up to SHAPE_AGE old
        self._clock = clock
        self._leased = leased
        self._compared: tuple[Versions | None, float] = (None, 0.0)

    @property
    def asks_instances(self) -> bool:
        """Whether the instances themselves are asked for anything."""
        return self.config.health is not None or any(source.startswith(HTTP) for source in self.config.version)

    @property
    def url(self) -> str:
        """The URL through the VIP; empty without a VIP check, or while its address is not known."""
        rotated = self.rotation.value
        return vip_url(self.config.vip, rotated.balancer) if self.config.vip is not None and rotated is not None else ""

    @property
    def changing(self) -> bool:
        """Whether the load balancer was last seen in a change, or somebody holds the lease and may begin one."""
        rotated = self.rotation.value
        pending = rotated is not None and rotated.balancer.provisioning_status.startswith("PENDING")
        return pending or self._holder(rotated) is not None

    def service(self) -> Service:
        """The service as it was last seen."""
        return assemble(self.config, self._facts())

    def _facts(self) -> Facts:
        rotated, probed = self.rotation.value, self.probes.value or Round()
        return Facts(
            servers=[one for one in self.place.servers.value or () if selects(self.config.instances, one)],
            members=rotated.members if rotated is not None else (),
            balancer=rotated.balancer if rotated is not None else None,
            listeners=rotated.listeners if rotated is not None else (),
            pool=rotated.pool if rotated is not None else None,
            images=self.place.images,
            probes=probed.probes,
            told=probed.told,
            answers=tuple(self.vip.value or ()),
            url=self.url,
            commits=self.commits.value,
            lease=self._holder(rotated),
            sources=self._sources(),
        )

    def _sources(self) -> dict[str, Source]:
        found = [
            self.place.servers.seen.source,
            older(self.place.balancers.seen.source, self.rotation.seen.source),
            *([self.probes.seen.source] if self.asks_instances else []),
            *([self.vip.seen.source] if self.config.vip is not None else []),
            *([self.commits.seen.source] if self.config.commits is not None else []),
            *([self.place.ports.seen.source] if self._leased else []),
        ]
        return {source.name: source for source in found}

    def _holder(self, rotated: Rotated | None) -> LeaseHolder | None:
        if not self._leased or rotated is None:
            return None
        port = (self.place.ports.value or {}).get(mac_for(rotated.pool.id))
        return holder_of(dict(port)) if port is not None else None

    def _ask_rotation(self) -> Rotated:
        listed = self.place.balancers.seen
        if listed.source.problem:
            raise CloudError(listed.source.problem, listed.source.hint)
        wanted_name = self.config.rotation.load_balancer
        balancer = choose("load balancer", listed.value or [], wanted_name, self.config.cloud)
        reader, now = self.place.reader(), self._clock()
        before = self.rotation.value
        if before is not None and self._same_shape(before, balancer, now):
            listeners, pool, shaped_at = before.listeners, before.pool, before.shaped_at
        else:
            pool, shaped_at = reader.pool(self.config.rotation.pool, balancer.id), now
            listeners = tuple(reader.listeners(balancer.id))
        return Rotated(balancer, listeners, pool, tuple(reader.members(pool.id)), shaped_at)

    def _same_shape(self, before: Rotated, balancer: LoadBalancer, now: float) -> bool:
        """Octavia dates the load balancer anew with each change in its tree."""
        same = before.balancer == balancer and balancer.provisioning_status == "ACTIVE"
        failed = bool(self.rotation.seen.source.problem)
        return self.keep_shape and same and not failed and now - before.shaped_at < SHAPE_AGE

    def _targets(self) -> list[Target]:
        facts = self._facts()
        instances, _ = join(self.config, facts)
        port, sources = usual_port(instances), self.config.version
        found = (
            target(one, self.config.health, port, wanted(sources, HTTP, one.server, image_of(one.server, facts.images)))
            for one in instances
        )
        return [one for one in found if one is not None]

    def _ask_instances(self) -> Round:
        return asyncio.run(ask_all(self._targets(), self.config.health))

    def _ask_vip(self) -> list[VipAnswer]:
        if self.config.vip is None or not self.url:
            raise CloudError(f"the address of load balancer {self.config.rotation.load_balancer} is not known yet")
        verify = self.place.session().verify
        return asyncio.run(ask(self.url, self.config.vip, count=_VIP_COUNT, over=_VIP_OVER, verify=verify))

    def _ask_commits(self) -> CommitView:
        assert self.config.commits is not None
        now, before = self._clock(), self.commits.value
        versions = versions_of(self.service())
        asked, at = self._compared
        if before is not None and asked == versions and now - at < COMMITS_AGE:
            return before
        found = compare(self.config.commits, versions.live, versions.idle)
        self._compared = (versions, now)
        return replace(found, problem=versions.problem or found.problem)
