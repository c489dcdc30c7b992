"""One complete look at the watched services, for commands and for the runner."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from graphlib import TopologicalSorter
from queue import SimpleQueue

from console.cloud.session import Session
from console.config.model import Config
from console.model.service import Service, Source
from console.model.snapshot import Snapshot
from console.watch.assemble import Facts, assemble, decisive_sources
from console.watch.look import unforeseen
from console.watch.nodes import Graph, Node, build
from console.watch.place import Connect, Place
from console.watch.watched import Watched
from console.watch.workers import Workers

log = logging.getLogger("bluegreen.watch")


class Observer:
    """Looks when it is asked to. Facts that a source does not give this time are kept from the last time, as stale.

    A source whose last attempt failed has its `problem` set, even while its facts are young enough to count as fresh.
    """

    def __init__(
        self,
        config: Config,
        names: Sequence[str] | None = None,
        *,
        clock: Callable[[], float] = time.time,
        connect: Connect = Session.open,
    ) -> None:
        self._graph = build(config, names, clock=clock, connect=connect)
        self._clock = clock
        self._generation = 0
        self._workers = {place: Workers("observe") for place in self._graph.places}

    def observe(self) -> Snapshot:
        """Ask every source once, each after those it needs, all others at the same time. Never raises CloudError.

        Where the cloud took so long that the first answers are stale by the end, all are asked once more: what was slow
        the first time (a token, the shape of a load balancer) is then known.
        """
        run_once(self._graph.nodes, self._workers)
        now = self._clock()
        if any(_aged(node.look.seen.source, now) for node in self._graph.nodes):
            run_once(self._graph.nodes, self._workers)
        self._generation += 1
        return snapshot(self._graph, self._clock(), self._generation)

    def session(self, name: str) -> Session:
        """The session of a service's cloud. Raises AuthError when clouds.yaml has no such cloud."""
        return self._graph.watched[name].place.session()


def _aged(source: Source, now: float) -> bool:
    return source.seen_at is not None and not source.problem and not source.fresh(now)


def run_once(nodes: Sequence[Node], workers: dict[Place, Workers]) -> None:
    """Run every node once, in the order of the graph."""
    order: TopologicalSorter[Node] = TopologicalSorter({node: node.after for node in nodes})
    order.prepare()
    finished: SimpleQueue[Node] = SimpleQueue()

    def run(node: Node) -> None:
        node.look.run()
        finished.put(node)

    while order.is_active():
        for node in order.get_ready():
            workers[node.place].submit(lambda node=node: run(node))  # type: ignore[misc]
        order.done(finished.get())


def snapshot(graph: Graph, now: float, generation: int) -> Snapshot:
    """What is known of every watched service at this moment."""
    return Snapshot(now, generation, {name: _service(watched, now) for name, watched in graph.watched.items()})


def _service(watched: Watched, now: float) -> Service:
    """The service; one whose facts nobody foresaw is known of nothing but that, and does not end the others."""
    try:
        return watched.announced(now)
    except Exception as error:
        log.debug("service %s could not be put together", watched.config.name, exc_info=True)
        problem, hint = unforeseen(error)
        names = decisive_sources(watched.config)
        return assemble(
            watched.config, Facts(sources={name: Source(name, problem=problem, hint=hint) for name in names})
        )
