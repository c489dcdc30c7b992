"""What the load balancers count of one service: its listeners' statistics, and the sessions of its members."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace

from console.cloud.details import Details
from console.model.balancer import Listener
from console.model.service import SESSIONS, STATS, Service, Source
from console.model.stats import MemberSessions, Rates
from console.watch import sessions
from console.watch.look import Look
from console.watch.stats import Counting
from console.watch.watched import Watched

_LISTENERS = 50  # whose statistics are asked for


class Statistics:
    """Asked without a pause while anything of the service is looked at, so that a failure keeps its beginning when
    another screen is opened. `further` are listeners beside the service's own.

    `current` is the service as it was last seen. `counting` (by listener id) outlives this, so that rates come with
    the first report when the service is looked at again.
    """

    def __init__(
        self,
        watched: Watched,
        *,
        current: Callable[[], Service | None],
        counting: dict[str, Counting],
        good_for: float,
        clock: Callable[[], float],
    ) -> None:
        self.watched = watched
        self.further: Callable[[], Iterable[Listener]] = tuple
        self._current, self._counting, self._clock = current, counting, clock
        self._told: dict[str, Counting] = {}  # those that were asked since this began
        self.stats: Look[None] = Look(STATS, self._ask_stats, good_for=good_for, clock=clock)
        self.sessions: Look[dict[str, MemberSessions]] = Look(
            SESSIONS, self._ask_sessions, good_for=good_for, clock=clock
        )

    @property
    def rates(self) -> dict[str, Rates]:
        """By listener id. Each has the time of its report."""
        return {ident: rates for ident, one in list(self._told.items()) if (rates := one.rates) is not None}

    def tell(self, service: Service) -> None:
        """Give the watched service what is known; `service` is as it was last seen."""
        rates, seen = self.rates, self.sessions.seen
        self.watched.rates = {one.id: rates[one.id] for one in listeners_of(service) if one.id in rates}
        self.watched.sessions = (seen.value or {}) if seen.source.fresh(self._clock()) else {}
        self.watched.further_sources = (self.stats.seen.source, self._sessions_source())

    def _ask_stats(self) -> None:
        service = self._current()
        mine = listeners_of(service) if service is not None else ()
        idents = dict.fromkeys(listener.id for listener in (*mine, *self.further()))
        if not idents:
            return
        details = Details(self.watched.place.reader().session, clock=self._clock)
        for ident in list(idents)[:_LISTENERS]:
            counting = self._counting.setdefault(ident, Counting())
            counting.tell(details.listener_stats(ident))
            self._told[ident] = counting

    def _ask_sessions(self) -> dict[str, MemberSessions]:
        service, found = self._current(), dict[str, MemberSessions]()
        for balancer, listener in sessions.listeners_that_tell(service.balanced if service is not None else ()):
            found |= asyncio.run(sessions.ask(balancer, listener))
        return found

    def _sessions_source(self) -> Source:
        """Where no listener tells, the source says so in its hint: that is no problem, but a thing to know."""
        source, service = self.sessions.seen.source, self._current()
        if source.problem or service is None or sessions.listeners_that_tell(service.balanced):
            return source
        attached = sorted({one.load_balancer for one in self.watched.config.rotation.attached})
        return replace(source, hint=sessions.NONE.format(" and ".join(attached)))


def listeners_of(service: Service) -> tuple[Listener, ...]:
    """The service's listeners on all its load balancers."""
    every = (*service.listeners, *(listener for part in service.balanced for listener in part.listeners))
    return tuple({listener.id: listener for listener in every}.values())
