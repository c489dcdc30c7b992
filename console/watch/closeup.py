"""What a screen looks at closely: its sources are asked while it does, and no longer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from console.cloud.details import Details
from console.model.focus import Focus
from console.model.service import BALANCER, SERVERS, Service
from console.model.snapshot import Snapshot
from console.watch.closeup_balancer import BalancerSources
from console.watch.closeup_instance import InstanceSources
from console.watch.closeup_statistics import Statistics
from console.watch.look import Look
from console.watch.nodes import Graph, Node
from console.watch.place import Place
from console.watch.watched import Watched


class Closeup:
    """The sources of what one Focus asks for. `nodes` are for the schedule; `add` puts what they said into a snapshot.

    `current` is the service as it was last seen. `statistics` may outlive the focus.
    """

    def __init__(
        self,
        focus: Focus,
        watched: Watched,
        graph: Graph,
        *,
        current: Callable[[], Service | None],
        statistics: Statistics,
        good_for: float,
        clock: Callable[[], float],
    ) -> None:
        self.watched = watched
        config = watched.config
        self._clock, self._statistics = clock, statistics
        self._instance: InstanceSources | None = None
        self._balancers: list[BalancerSources] = []
        self._attached = sorted({one.load_balancer for one in config.rotation.attached})
        if focus.instance is not None:
            server = self._details_of(watched.servers_from)
            self._instance = InstanceSources(
                config.name, focus.instance, server, current, good_for=good_for, clock=clock
            )
        if focus.balancer:
            place, of_place = watched.place, self._details_of(watched.place)
            self._balancers = [
                BalancerSources(config.name, name, place, of_place, good_for=good_for, clock=clock)
                for name in self._attached
            ]
        statistics.further = lambda: (listener for one in self._balancers for listener in one.listeners)
        self.nodes: tuple[Node, ...] = tuple(self._nodes(graph.nodes))

    def tell(self, service: Service) -> None:
        """Give the watched service what is known of its statistics; `service` is as it was last seen."""
        if self._attached:
            self._statistics.tell(service)

    def leave(self) -> None:
        """Nobody looks any more: what is known of its statistics becomes old."""
        self.watched.rates, self.watched.sessions, self.watched.further_sources = {}, {}, ()

    def add(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot with the instance and the load balancers that are looked at."""
        stats, rates = self._statistics.stats.seen.source, self._statistics.rates
        return replace(
            snapshot,
            instance=self._instance.closeup() if self._instance is not None else None,
            load_balancers=tuple(one.closeup(rates, stats) for one in self._balancers),
        )

    def _nodes(self, known: Iterable[Node]) -> Iterator[Node]:
        """Each after the sources of the cycle that say which objects it is about; those that cost more, less often."""
        first = [
            node
            for node in known
            if node.look.seen.source.name in (SERVERS, BALANCER)
            if not node.services or self.watched in node.services
        ]

        def node(look: Look[Any], place: Place, *after: Node, every: int = 1) -> Node:
            return Node(look, place, (*(one for one in first if one.place is place), *after), every=every)

        if self._attached:
            place = self.watched.place
            trees = [node(one.tree, place) for one in self._balancers]
            yield from trees
            for one, tree in zip(self._balancers, trees, strict=True):
                yield node(one.policies, place, tree)
            yield node(self._statistics.stats, place, *trees, every=2)
            yield node(self._statistics.sessions, place, every=2)
        if (found := self._instance) is not None:
            place = self.watched.servers_from
            yield node(found.server, place)
            yield node(found.deeds, place, every=2)
            yield node(found.console, place, every=4)
            yield node(found.image, place, every=4)

    def _details_of(self, place: Place) -> Callable[[], Details]:
        return lambda: Details(place.reader().session, clock=self._clock)
