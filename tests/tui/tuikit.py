"""Facts made by hand, a watcher and a desk that do what the test says."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from textual.message import Message

from console.commits.marks import shipping
from console.config.model import CommitSource, Config, HealthCheck, Rotation, ServiceConfig, VipCheck
from console.model.balancer import HOLD_TAG, WEIGHT_TAG, Listener, LoadBalancer, Member, Monitor, Pool
from console.model.colour import Colour
from console.model.commit import Commit, CommitView
from console.model.compared import Versions
from console.model.focus import Focus
from console.model.instance import Instance, Probe, Version
from console.model.server import Server
from console.model.service import BALANCER, COMMITS, LEASE, PROBES, SERVERS, VIP, ColourSet, Service, Source
from console.model.shipping import Shipping
from console.model.snapshot import Snapshot
from console.model.traffic import Traffic, VipAnswer
from console.plan.plan import Plan
from console.rollout.records import DecisionKind
from screens.arming import Arming
from screens.program import BluegreenApp
from screens.themes import Catalogue
from screens.view.glyphs import UNICODE, Glyphs

SHAS = {
    Colour.BLUE: "3f2a9c1d0e5b4a7f8c6d1e2f3a4b5c6d7e8f9a0b",
    Colour.GREEN: "8be41d07f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1",
}
SUBJECTS = ("Add retry to RPC", "Drop deprecated columns", "Cache flavors per cell", "Fix quota race")


def instance(colour: Colour, number: int, now: float, **changes: object) -> Instance:
    """A healthy instance; blue has weight 100, green 0. `held`, `weight`, `probe`, `status` change it."""
    live = colour is Colour.BLUE
    weight = int(changes.get("weight", 100 if live else 0))  # type: ignore[call-overload]
    tags = (f"{WEIGHT_TAG}100",) + ((f"{HOLD_TAG}{changes['held']}",) if "held" in changes else ())
    name = str(changes.get("name", f"api-{colour}-{number}"))
    probe = changes.get("probe", Probe(True, now, 12.0 + number, 200))
    assert isinstance(probe, Probe | None)
    key = f"{colour}-{number}"
    return Instance(
        name=name,
        colour=colour,
        server=Server(f"server-{key}", name, str(changes.get("nova", "ACTIVE")), created_at=now - 86400 * 3),
        member=Member(
            f"member-{key}",
            name,
            f"10.0.{int(not live)}.{number}",
            8774,
            weight=weight,
            tags=tags,
            provisioning_status="ACTIVE",
            operating_status=str(changes.get("status", "ONLINE" if weight else "DRAINING")),
        ),
        probe=probe,
        version=Version(str(changes.get("version", SHAS[colour])), "metadata.git_commit"),
    )


def commits(now: float, count: int = 4) -> CommitView:
    """Some commits that would ship."""
    made = tuple(
        Commit(
            f"{index:x}be41d0" + "0" * 33,
            SUBJECTS[index % 4],
            ("m.lee", "p.okafor")[index % 2],
            now - 7200 * (index + 1),
            parents=("f" * 40,),
            trailers=(),
            reverts=(),
            files=("nova/x.py",),
        )
        for index in range(count)
    )
    live = Commit(SHAS[Colour.BLUE], "Fix quota race", "a.ng", now - 300000)
    return CommitView(live=live, idle=made[0] if made else live, would_ship=made, would_undo=())


def marked(view: CommitView) -> Shipping:
    """The same commits, marked; blue is live."""
    return shipping(view, CommitSource(), Versions(SHAS[Colour.BLUE], SHAS[Colour.GREEN], Colour.BLUE))


def traffic(now: float, colour: Colour = Colour.BLUE, lost: int = 0) -> Traffic:
    """A minute of answers by one colour, four a second; the last `lost` ones failed."""
    count = 240
    answers = tuple(
        VipAnswer(now - (count - index) * 0.25, 9.0, 200, SHAS[colour])
        if index < count - lost
        else VipAnswer(now - (count - index) * 0.25, 3.0, None, None, "connection refused")
        for index in range(count)
    )
    return Traffic("http://203.0.113.7/version", answers, {c: frozenset({SHAS[c]}) for c in Colour})


def service(now: float, name: str = "api", size: int = 3) -> Service:
    """A service that is well: blue live, green idle and warm."""
    return Service(
        name=name,
        environment="production",
        cloud="prod",
        balancer=LoadBalancer("lb-1", name, "203.0.113.7", "amphora", "ACTIVE", "ONLINE"),
        listeners=(Listener("li-1", "https", "HTTPS", 443, "pool-1", "ACTIVE", "ONLINE"),),
        pool=Pool("pool-1", name, "HTTP", "", "ACTIVE", "ONLINE", Monitor("hm-1", "HTTP", "/healthcheck", "200", 5, 3)),
        blue=ColourSet(Colour.BLUE, tuple(instance(Colour.BLUE, n, now) for n in range(1, size + 1))),
        green=ColourSet(Colour.GREEN, tuple(instance(Colour.GREEN, n, now) for n in range(1, size + 1))),
        traffic=traffic(now),
        commits=commits(now),
        shipping=marked(commits(now)),
        sources={
            each: Source(each, seen_at=now, good_for=30) for each in (SERVERS, BALANCER, PROBES, VIP, COMMITS, LEASE)
        },
        probed=True,
        traffic_watched=True,
    )


def with_instances(facts: Service, colour: Colour, *instances: Instance) -> Service:
    """The service with these instances of the colour instead."""
    side = ColourSet(colour, instances)
    return replace(facts, blue=side) if colour is Colour.BLUE else replace(facts, green=side)


def stale(facts: Service, since: float, problem: str) -> Service:
    """The service as last seen at `since`, every source failing with `problem`."""
    sources = {
        name: replace(source, seen_at=since, problem=problem, since=since) for name, source in facts.sources.items()
    }
    return replace(facts, sources=sources)


def config(*names: str, environment: str = "production", **changes: object) -> Config:
    """A config of these services."""
    services = {
        name: ServiceConfig(
            name=name,
            cloud="prod",
            rotation=Rotation(name, name),
            environment=environment,
            health=HealthCheck(),
            vip=VipCheck("http://{vip}/version"),
            commits=CommitSource(Path("/srv/git/nova")),
        )
        for name in names or ("api",)
    }
    return Config(Path("config.yaml"), services, "sqlite://")._replace(**changes)  # type: ignore[arg-type]


class FakeWatcher:
    """A poller that publishes what the test hands it."""

    def __init__(self) -> None:
        self.publish: Callable[[Snapshot], None] = lambda _: None
        self.started = self.stopped = False
        self.refreshed = 0
        self.generation = 0
        self.first: tuple[Service, ...] = ()
        self.focused: list[Focus] = []
        self.config: Config | None = None
        self.paused = False

    def __call__(self, config: Config, publish: Callable[[Snapshot], None]) -> FakeWatcher:
        self.config = config
        self.publish = publish
        return self

    def start(self) -> None:
        self.started = True
        if self.first:
            self.show(*self.first)

    def stop(self) -> None:
        self.stopped = True

    def refresh(self) -> None:
        self.refreshed += 1

    def focus(self, focus: Focus) -> None:
        self.focused.append(focus)

    def pause(self, paused: bool) -> None:
        self.paused = paused

    def show(self, *services: Service) -> None:
        """Publish a snapshot of these services."""
        self.generation += 1
        self.publish(Snapshot(time.time(), self.generation, {each.name: each for each in services}))


class FakeDesk:
    """A journal that remembers what was asked of it, and says what the test wants."""

    def __init__(self) -> None:
        self._post: Callable[[Message], object] | None = None
        self._early: list[Message] = []
        self.begun: list[tuple[Plan, str]] = []
        self.overridden: list[str] = []
        self.measured: list[str] = []
        self.trains: list[tuple[str, list[str] | str, str]] = []
        self.aborted: list[tuple[str, str, bool]] = []
        self.settled: list[tuple[str, DecisionKind]] = []
        self.watched_for_life: list[tuple[str, str]] = []
        self.taken_over: list[str] = []
        self.settled_over: list[str] = []
        self.blamed: list[tuple[str, str, str]] = []
        self.words: list[tuple[str, str, str]] = []
        self.held: list[str] = []
        self.extended: list[tuple[str, int]] = []
        self.frozen: list[tuple[str, float | None, str]] = []
        self.unfrozen: list[tuple[str, str]] = []
        self.allowed: list[tuple[str, str, str]] = []
        self.followed: str | None = None
        self.used: Config | None = None

    def start(self, post: Callable[[Message], object]) -> None:
        self._post = post
        for message in self._early:
            post(message)

    def post(self, message: Message) -> None:
        """Say it as soon as the program listens."""
        if self._post is None:
            self._early.append(message)
        else:
            self._post(message)

    def stop(self) -> None:
        pass

    def use(self, config: Config) -> None:
        self.used = config

    def follow(self, rollout_id: str | None) -> None:
        self.followed = rollout_id

    def begin(self, plan: Plan, reason: str, override: str = "") -> None:
        self.begun.append((plan, reason))
        self.overridden.append(override)

    def begin_train(self, name: str, plans: Sequence[Plan], reason: str) -> None:
        self.trains.append((name, [plan.service for plan in plans], reason))

    def abort_train(self, name: str, reason: str) -> None:
        self.trains.append((name, "back", reason))

    def resume_train(self, name: str) -> None:
        self.trains.append((name, "on", ""))

    def measure(self, service: str) -> None:
        self.measured.append(service)

    def blame(self, service: str, sha: str, reason: str) -> None:
        self.blamed.append((service, sha, reason))

    def abort(self, rollout_id: str, reason: str, *, hold: bool) -> None:
        self.aborted.append((rollout_id, reason, hold))

    def say_word(self, rollout_id: str, step: str, reason: str) -> None:
        self.words.append((rollout_id, step, reason))

    def hold(self, rollout_id: str) -> None:
        self.held.append(rollout_id)

    def extend(self, rollout_id: str, seconds: int) -> None:
        self.extended.append((rollout_id, seconds))

    def freeze(self, service: str, until: float | None, reason: str) -> None:
        self.frozen.append((service, until, reason))

    def unfreeze(self, service: str, reason: str) -> None:
        self.unfrozen.append((service, reason))

    def allow(self, service: str, version: str, reason: str) -> None:
        self.allowed.append((service, version, reason))

    def watch_for_life(self, rollout_id: str, owner: str, post: Callable[[Message], object]) -> None:
        self.watched_for_life.append((rollout_id, owner))

    def settle(
        self,
        rollout_id: str,
        choice: DecisionKind,
        service: Service,
        reason: str,
        override: str = "",
        *,
        take_over: str = "",
    ) -> None:
        self.settled.append((rollout_id, choice))
        self.taken_over.append(take_over)
        self.settled_over.append(override)


def make_app(
    *facts: Service,
    settings: Config | None = None,
    arming: Arming | None = None,
    glyphs: Glyphs = UNICODE,
    clock: Callable[[], float] = time.time,
    theme: str = "dark",
    no_colour: bool = False,
    catalogue: Catalogue | None = None,
) -> tuple[BluegreenApp, FakeWatcher, FakeDesk]:
    """The program over fakes; `facts` are its first snapshot."""
    watcher, desk = FakeWatcher(), FakeDesk()
    watcher.first = facts
    app = BluegreenApp(
        settings or config(*(each.name for each in facts)),
        watch=watcher,
        desk=desk,
        arming=arming,
        glyphs=glyphs,
        clock=clock,
        theme=theme,
        no_colour=no_colour,
        catalogue=catalogue,
    )
    return app, watcher, desk
