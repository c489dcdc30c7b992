"""The watch behind the screens: asks the cloud from its own threads, and publishes what it knows."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread

from console.cloud.session import Session
from console.config.model import Config
from console.model.focus import Focus
from console.model.service import Service
from console.model.snapshot import Snapshot
from console.watch.closeup import Closeup
from console.watch.closeup_statistics import Statistics
from console.watch.look import WallClock
from console.watch.nodes import Node, build
from console.watch.observe import snapshot
from console.watch.place import Connect, Place
from console.watch.schedule import UNWATCHED, Schedule
from console.watch.stats import Counting
from console.watch.traffic import TrafficWatch
from console.watch.watched import Watched
from console.watch.workers import Workers

PACE = 1.0  # seconds: no two snapshots are published closer than this, except at the end of a cycle
QUICK = 0.2  # seconds: the same for what somebody has just begun to look at
IDLE_AFTER = 300.0  # seconds without anyone doing anything
IDLE_STRETCH = 2.0  # how much longer a beat is then
FIRST_WHOLE, FIRST_AT_ALL = 1.5, 3.0  # seconds that the first snapshot waits for every source, and for any
FIRST_PATIENCE = 10.0  # seconds that the sources of a slow cloud wait for the first answer of those that they need

log = logging.getLogger("bluegreen.watch")


@dataclass(frozen=True, slots=True)
class _Stop:
    """The end of the watch."""


@dataclass(frozen=True, slots=True)
class _Refresh:
    """Someone wants to look now."""


@dataclass(frozen=True, slots=True)
class _Pause:
    """Someone wants the facts to stand still, or to go on."""

    on: bool


class Poller:
    """Looks at the watched services every `config.interval` seconds and calls `publish` from its own thread.

    A source that fails or hangs only makes its own facts old. Nothing here ever waits for a call to end.
    What a service alone has is asked at every third beat while a Focus says that nobody looks at it, and everything
    half as often when nobody has done anything for IDLE_AFTER.
    """

    def __init__(
        self,
        config: Config,
        names: Sequence[str] | None,
        publish: Callable[[Snapshot], None],
        *,
        clock: Callable[[], float] = time.time,
        connect: Connect = Session.open,
    ) -> None:
        self._graph = build(config, names, clock=clock, connect=connect, traffic=False)
        for watched in self._graph.watched.values():
            watched.keep_shape = True
        self._interval = config.interval
        self._good_for = max(3 * config.interval, 15.0)
        self._focus: Focus | None = None  # None: nobody says what they look at, so everything is
        self._closeup: Closeup | None = None
        self._statistics: Statistics | None = None  # of the service that is looked at
        self._counting: dict[str, Counting] = {}
        self._last: Snapshot | None = None
        self._wavering: frozenset[str] = frozenset()  # services of which one observation is to be confirmed
        self._paused = False
        self._active_at = time.monotonic()
        self._schedule = Schedule(self._graph.nodes, config.interval, every=self._every, first_patience=FIRST_PATIENCE)
        self._workers = {place: Workers(f"watch-{place.cloud}") for place in self._graph.places}
        self._traffic = TrafficWatch(list(self._graph.watched.values()))
        self._publish = publish
        self._clock = clock
        self._wall = WallClock(clock)
        self._events: SimpleQueue[Node | Focus | _Stop | _Refresh | _Pause] = SimpleQueue()
        self._stopped = False
        self._generation = 0
        self._dirty = self._urgent = False
        self._unseen = set(self._graph.nodes)
        self._published_at = 0.0

    def start(self) -> None:
        """Begin to look."""
        self._traffic.start()
        Thread(target=self._run, name="poller", daemon=True).start()

    def stop(self) -> None:
        """Publish no more, but for a snapshot that is on its way. Returns at once, whatever hangs."""
        self._stopped = True
        self._traffic.stop()
        self._events.put(_Stop())
        for workers in self._workers.values():
            workers.stop()

    def refresh(self) -> None:
        """Look now. Returns at once."""
        self._events.put(_Refresh())

    def focus(self, focus: Focus) -> None:
        """Say what is looked at: its details are asked, at once and from then on. Returns at once."""
        self._events.put(focus)

    def pause(self, paused: bool) -> None:
        """Ask nothing and publish nothing until told to go on, which looks at once. The VIPs are asked on, so that a
        pause leaves no gap in what clients get. Returns at once.
        """
        self._events.put(_Pause(paused))

    def _run(self) -> None:
        began = time.monotonic()
        while not self._stopped:
            try:
                self._go_on(began)
            except Exception:
                log.exception("the watch goes on after an error that nobody foresaw")
                time.sleep(PACE)

    def _go_on(self, began: float) -> None:
        now = time.monotonic()
        self._mind_the_clock()
        self._start_what_is_due(now)
        self._publish_if_due(now, now - began)
        self._wait()

    def _mind_the_clock(self) -> None:
        """When somebody sets the wall clock, look at once: what values say of their time is wrong by as much."""
        by = self._wall.set_by()
        if by:
            log.info("the clock of this host was set by %+.0f s", by)
            self._traffic.clock_was_set(by)
            self._schedule.refresh()

    def _start_what_is_due(self, now: float) -> None:
        if self._paused:
            return
        self._schedule.stretch = IDLE_STRETCH if now - self._active_at > IDLE_AFTER else 1.0
        for node in self._schedule.ready(now):
            node.look.slack = self._schedule.stretch * self._every(node)
            self._schedule.started(node, now)
            self._workers[node.place].submit(lambda node=node: self._ask(node))  # type: ignore[misc]

    def _ask(self, node: Node) -> None:
        node.look.run()
        self._events.put(node)

    def _wait(self) -> None:
        """Until something happens, or something may be due."""
        now = time.monotonic()
        wake = self._schedule.wake_at(now) if not self._paused else math.inf
        if self._dirty and not self._paused:
            pace = QUICK if self._urgent else PACE
            wake = min(wake, max(self._published_at + pace, now + 0.05))
        if self._traffic.watches:
            wake = min(wake, now + PACE / 2)
        try:
            event = self._events.get(timeout=max(wake - now, 0.0) if wake < math.inf else None)
        except Empty:
            return
        self._handle(event)

    def _handle(self, event: Node | Focus | _Stop | _Refresh | _Pause) -> None:
        now = time.monotonic()
        if isinstance(event, Node):
            self._schedule.finished(event, now)
            if event.look.failures:
                doing, waits = self._doing(event, now)
                event.look.say(doing, waits=waits)
            self._unseen.discard(event)
            if event.look is event.place.balancers:
                self._schedule.want(self._changed(event.place), now)
            self._dirty = True
            self._urgent = self._urgent or (self._closeup is not None and event in self._closeup.nodes)
            return
        self._active_at = now
        if isinstance(event, Focus):
            self._look_at(event, now)
        elif isinstance(event, _Refresh):
            self._schedule.refresh()
        elif isinstance(event, _Pause):
            self._paused = event.on
            if not event.on:
                self._schedule.refresh()

    def _changed(self, place: Place) -> list[Node]:
        """The pools of load balancers that the list dates anew: they are not left until it is their turn."""
        listed = {one.id: one for one in place.balancers.value or ()}
        return [
            node
            for node in self._graph.nodes
            for watched in node.services
            if watched.rotation is node.look and watched.place is place and watched.rotation.value is not None
            if any(listed.get(part.balancer.id) != part.balancer for part in watched.rotation.value.parts)
        ]

    def _doing(self, node: Node, now: float) -> tuple[str, bool]:
        """What is done about a source that failed, and whether that is later than usual.

        The moment is named once: a countdown would cost bytes.
        """
        problem = node.look.seen.source.problem
        for before in node.after:
            if before.look.failures and before.look.seen.source.problem == problem:
                return self._doing(before, now)  # it fails because of that one, and waits for it
        wait = self._schedule.retry_in(node, now)
        beat = self._interval * self._every(node)
        if wait < 1.5 * beat:
            return f"trying again every {max(beat, 1.0):.0f} s", False
        return f"trying again at {time.strftime('%H:%M:%S', time.localtime(self._clock() + wait))}", True

    def _look_at(self, focus: Focus, now: float) -> None:
        """Ask what this focus wants to know, and nothing any more of what the last one wanted."""
        before, self._focus = self._focus, focus
        if focus == before:
            return
        self._traffic.look_at(focus.service)
        watched = self._graph.watched.get(focus.service) if focus.service is not None else None
        if self._closeup is not None:
            self._closeup.leave()
        if self._statistics is not None and self._statistics.watched is not watched:
            self._statistics = None
        self._closeup = self._close_up(focus, watched) if watched is not None else None
        self._schedule.also(self._closeup.nodes if self._closeup is not None else ())
        self._dirty = self._urgent = True  # what the last focus wanted leaves the snapshot
        if before is None or before.service != focus.service:
            mine = [node for node in self._graph.nodes if watched is not None and watched in node.services]
            self._schedule.want(mine, now)

    def _close_up(self, focus: Focus, watched: Watched) -> Closeup:
        def current() -> Service | None:
            return self._last.services.get(watched.config.name) if self._last is not None else watched.service()

        clock, good_for = self._clock, self._good_for
        if self._statistics is None:
            self._statistics = Statistics(
                watched, current=current, counting=self._counting, good_for=good_for, clock=clock
            )
        statistics = self._statistics
        return Closeup(
            focus, watched, self._graph, current=current, statistics=statistics, good_for=good_for, clock=clock
        )

    def _every(self, node: Node) -> int:
        """Beats between two looks at a node."""
        if self._focus is None or not node.services:
            return node.every
        closely = {self._focus.service, *self._wavering}
        looked_at = any(one.config.name in closely or one.changing for one in node.services)
        return node.every if looked_at else max(node.every, UNWATCHED)

    def _publish_if_due(self, now: float, running_for: float) -> None:
        if self._stopped or self._paused or not self._is_due(now, running_for):
            return
        self._traffic.collect()
        self._generation += 1
        self._dirty, self._urgent, self._published_at = False, False, now
        closeup, before = self._closeup, self._last
        if closeup is not None and before is not None:
            closeup.tell(before.services[closeup.watched.config.name])
        found = snapshot(self._graph, self._clock(), self._generation)
        found = self._last = closeup.add(found) if closeup is not None else found
        self._wavering = frozenset(name for name, service in found.services.items() if _wavers(service))
        try:
            self._publish(found)
        except Exception:
            # a screen that is on its way out refuses messages; that must not end the watch of the others
            log.exception("snapshot %d could not be published", self._generation)

    def _is_due(self, now: float, running_for: float) -> bool:
        paced = now - self._published_at >= PACE
        if self._generation == 0:
            core = not any(node in self._unseen for node in self._graph.nodes if _is_core(node))
            return not self._unseen or (core and running_for > FIRST_WHOLE) or running_for > FIRST_AT_ALL
        if self._dirty and (paced or self._schedule.idle(now)):
            return True
        if self._urgent and now - self._published_at >= QUICK:
            return True
        return paced and self._traffic.changed


def _wavers(service: Service) -> bool:
    every = (one.announced for side in service.colours for one in side.instances)
    return any(announced is not None and announced.wavering for announced in every)


def _is_core(node: Node) -> bool:
    """Whether the first picture needs it: who is there, and what serves."""
    return node.look is node.place.servers or any(watched.rotation is node.look for watched in node.services)
