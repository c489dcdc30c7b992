"""The watch behind the screens: asks the cloud from its own threads, and publishes what it knows."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread

from console.cloud.session import Session
from console.config.model import Config
from console.model.snapshot import Snapshot
from console.watch.nodes import Node, build
from console.watch.observe import snapshot
from console.watch.place import Connect
from console.watch.schedule import Schedule
from console.watch.traffic import TrafficWatch
from console.watch.workers import Workers

PACE = 1.0  # seconds: no two snapshots are published closer than this, except at the end of a cycle
FIRST_WHOLE, FIRST_AT_ALL = 1.5, 3.0  # seconds that the first snapshot waits for every source, and for any

log = logging.getLogger("bluegreen.watch")


class _Stop:
    """The end of the watch."""


class _Refresh:
    """Someone wants to look now."""


class Poller:
    """Looks at the watched services every `config.interval` seconds and calls `publish` from its own thread.

    A source that fails or hangs only makes its own facts old. Nothing here ever waits for a call to end.
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
        self._schedule = Schedule(self._graph.nodes, config.interval)
        self._workers = {place: Workers(f"watch-{place.cloud}") for place in self._graph.places}
        self._traffic = TrafficWatch(list(self._graph.watched.values()))
        self._publish = publish
        self._clock = clock
        self._events: SimpleQueue[Node | _Stop | _Refresh] = SimpleQueue()
        self._stopped = False
        self._generation = 0
        self._dirty = False
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

    def _run(self) -> None:
        began = time.monotonic()
        while not self._stopped:
            now = time.monotonic()
            for node in self._schedule.ready(now):
                self._schedule.started(node, now)
                self._workers[node.place].submit(lambda node=node: self._ask(node))  # type: ignore[misc]
            self._publish_if_due(now, now - began)
            self._wait()

    def _ask(self, node: Node) -> None:
        node.look.run()
        self._events.put(node)

    def _wait(self) -> None:
        """Until something happens, or something may be due."""
        now = time.monotonic()
        wake = self._schedule.wake_at(now)
        if self._dirty:
            wake = min(wake, max(self._published_at + PACE, now + 0.05))
        if self._traffic.watches:
            wake = min(wake, now + PACE / 2)
        try:
            event = self._events.get(timeout=max(wake - now, 0.0))
        except Empty:
            return
        if isinstance(event, Node):
            self._schedule.finished(event, time.monotonic())
            self._unseen.discard(event)
            self._dirty = True
        elif isinstance(event, _Refresh):
            self._schedule.refresh()

    def _publish_if_due(self, now: float, running_for: float) -> None:
        if self._stopped or not self._is_due(now, running_for):
            return
        self._traffic.collect()
        self._generation += 1
        self._dirty, self._published_at = False, now
        found = snapshot(self._graph, self._clock(), self._generation)
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
        return paced and self._traffic.changed


def _is_core(node: Node) -> bool:
    """Whether the first picture needs it: who is there, and what serves."""
    return node.look is node.place.servers or any(watched.rotation is node.look for watched in node.services)
