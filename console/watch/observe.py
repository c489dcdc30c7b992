"""One complete look at the watched services, for commands and for the runner."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Sequence
from graphlib import TopologicalSorter
from queue import Empty, SimpleQueue

from console.cloud.session import Session
from console.config.model import Config
from console.errors import CloudError
from console.model.service import COMMITS, Service, Source
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

    `patience`: seconds that are waited for the commits once all else is there, and 0 does not ask for them: no server
    of commits may stand between an operator and the way back. Who waits less than a fetch may take fetches nothing.
    """

    def __init__(
        self,
        config: Config,
        names: Sequence[str] | None = None,
        *,
        clock: Callable[[], float] = time.time,
        connect: Connect = Session.open,
        patience: float = math.inf,
    ) -> None:
        self._graph = build(_hurried(config, patience), names, clock=clock, connect=connect)
        self._clock, self._patience = clock, patience
        self._late: set[Node] = set()
        self._generation = 0
        self._workers = {place: Workers("observe") for place in self._graph.places}

    def observe(self) -> Snapshot:
        """Ask every source once, each after those it needs, all others at the same time. Never raises CloudError.

        Where the cloud took so long that the first answers are stale by the end, all are asked once more: what was slow
        the first time (a token, the shape of a load balancer) is then known.
        """
        self._run()
        now = self._clock()
        if any(_aged(node.look.seen.source, now) for node in self._graph.nodes):
            self._run()
        self._generation += 1
        return snapshot(self._graph, self._clock(), self._generation)

    def session(self, name: str) -> Session:
        """The session of a service's cloud. Raises AuthError when clouds.yaml has no such cloud."""
        return self._graph.watched[name].place.session()

    def _run(self) -> None:
        """All but what has not ended since the last time: a source is asked by one at a time."""
        nodes = [node for node in self._graph.nodes if node not in self._late]
        for node in run_once(nodes, self._workers, self._patience, self._late.discard):
            self._late.add(node)
            node.look.fail(CloudError(f"no answer within {self._patience:.0f} s, and nobody waits for it"))


def _hurried(config: Config, patience: float) -> Config:
    """What a look asks that nobody may wait for."""
    if math.isinf(patience):
        return config
    from console.commits.fetch import WITHIN  # noqa: PLC0415 what runs git is imported when somebody waits for commits

    found = {}
    for name, one in config.services.items():
        commits = one.commits if patience else None
        if commits is not None and patience < WITHIN:
            commits = commits._replace(fetch=False)
        found[name] = one._replace(commits=commits)
    return config._replace(services=found)


def _aged(source: Source, now: float) -> bool:
    return source.seen_at is not None and not source.problem and not source.fresh(now)


def run_once(
    nodes: Sequence[Node],
    workers: dict[Place, Workers],
    patience: float = math.inf,
    ended: Callable[[Node], None] = lambda _: None,
) -> set[Node]:
    """Run every node once, in the order of the graph. Returns those whose end was not waited for.

    Only commits are not, on which nothing else rests, `patience` seconds after all else is there; `ended` is told, from
    a thread, of each that has.
    """
    order: TopologicalSorter[Node] = TopologicalSorter({node: node.after for node in nodes})
    order.prepare()
    finished: SimpleQueue[Node] = SimpleQueue()

    def run(node: Node) -> None:
        node.look.run()
        ended(node)
        finished.put(node)

    pending: set[Node] = set()
    until = math.inf
    while order.is_active():
        for node in order.get_ready():
            pending.add(node)
            workers[node.place].submit(lambda node=node: run(node))  # type: ignore[misc]
        if all(node.look.seen.source.name == COMMITS for node in pending):
            until = min(until, time.monotonic() + patience)
        try:
            done = finished.get(timeout=None if math.isinf(until) else max(0.0, until - time.monotonic()))
        except Empty:
            return pending
        pending.discard(done)
        order.done(done)
    return set()


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
