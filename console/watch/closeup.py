"""What a screen looks at closely: its sources are asked while it does, and no longer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from console.cloud.details import Details
from console.model.balancer import Listener
from console.model.focus import Focus
from console.model.service import BALANCER, SERVERS, SESSIONS, STATS, Service, Source
from console.model.snapshot import Snapshot
from console.model.stats import MemberSessions, Rates
from console.watch import sessions
from console.watch.closeup_balancer import BalancerSources
from console.watch.closeup_instance import InstanceSources
from console.watch.look import Look
from console.watch.nodes import Graph, Node
from console.watch.place import Place
from console.watch.stats import Counting
from console.watch.watched import Watched

_LISTENERS = 50  # whose statistics are asked for


class Closeup:
    """The sources of what one Focus asks for. `nodes` are for the schedule; `add` puts what they said into a snapshot.

    `current` is the service as it was last seen. `counting` (by listener id) outlives the focus, so that rates are
    there at once when another screen shows the same listener.
    """

    def __init__(
        self,
        focus: Focus,
        watched: Watched,
        graph: Graph,
        *,
        current: Callable[[], Service | None],
        counting: dict[str, Counting],
        good_for: float,
        clock: Callable[[], float],
    ) -> None:
        self.watched = watched
        config = watched.config
        self._current, self._counting, self._clock = current, counting, clock
        self._stats: Look[None] = Look(STATS, self._ask_stats, good_for=good_for, clock=clock)
        self._sessions: Look[dict[str, MemberSessions]] = Look(
            SESSIONS, self._ask_sessions, good_for=good_for, clock=clock
        )
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
        self.nodes: tuple[Node, ...] = tuple(self._nodes(graph.nodes))

    def tell(self, service: Service) -> None:
        """Give the watched service what is known of its statistics; `service` is as it was last seen."""
        if self._attached:
            rates = self._rates()
            self.watched.rates = {one.id: rates[one.id] for one in listeners_of(service) if one.id in rates}
            self.watched.sessions = self._sessions.value or {}
            self.watched.further_sources = (self._stats.seen.source, self._sessions_source())

    def leave(self) -> None:
        """Nobody looks any more: what is known of its statistics becomes old."""
        self.watched.rates, self.watched.sessions, self.watched.further_sources = {}, {}, ()

    def add(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot with the instance and the load balancers that are looked at."""
        stats, rates = self._stats.seen.source, self._rates()
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
            yield node(self._stats, place, *trees, every=2)
            yield node(self._sessions, place, every=2)
        if (found := self._instance) is not None:
            place = self.watched.servers_from
            yield node(found.server, place)
            yield node(found.deeds, place, every=2)
            yield node(found.console, place, every=4)
            yield node(found.image, place, every=4)

    def _rates(self) -> dict[str, Rates]:
        return {ident: rates for ident, one in list(self._counting.items()) if (rates := one.rates) is not None}

    def _ask_stats(self) -> None:
        service = self._current()
        mine = listeners_of(service) if service is not None else ()
        theirs = (listener for one in self._balancers for listener in one.listeners)
        idents = dict.fromkeys(listener.id for listener in (*mine, *theirs))
        if not idents:
            return
        details = self._details_of(self.watched.place)()
        for ident in list(idents)[:_LISTENERS]:
            self._counting.setdefault(ident, Counting()).tell(details.listener_stats(ident))

    def _ask_sessions(self) -> dict[str, MemberSessions]:
        service, found = self._current(), dict[str, MemberSessions]()
        for balancer, listener in sessions.listeners_that_tell(service.balanced if service is not None else ()):
            found |= asyncio.run(sessions.ask(balancer, listener))
        return found

    def _sessions_source(self) -> Source:
        """Where no listener tells, the source says so in its hint: that is no problem, but a thing to know."""
        source, service = self._sessions.seen.source, self._current()
        if source.problem or service is None or sessions.listeners_that_tell(service.balanced):
            return source
        return replace(source, hint=sessions.NONE.format(" and ".join(self._attached)))

    def _details_of(self, place: Place) -> Callable[[], Details]:
        return lambda: Details(place.reader().session, clock=self._clock)


def listeners_of(service: Service) -> tuple[Listener, ...]:
    """The service's listeners on all its load balancers."""
    every = (*service.listeners, *(listener for part in service.balanced for listener in part.listeners))
    return tuple({listener.id: listener for listener in every}.values())
