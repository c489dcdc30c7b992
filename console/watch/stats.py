"""Counters of a listener turned into rates. Octavia's counters follow the heartbeats of its amphorae: every 10 s."""

from __future__ import annotations

import time
from collections.abc import Callable

from console.model.stats import Rates, Totals

HEARTBEAT = 10.0  # seconds between two reports of an amphora (Octavia's heartbeat_interval, as it comes)
QUIET = 2.5 * HEARTBEAT  # seconds without any change after which the counters are known to stand still
FORGET = 300.0  # seconds after which an old report says nothing about the present


class Counting:
    """The reports of one listener in order, and the rates between the last two that differ.

    Two polls within one heartbeat give the same report: that is no rate of 0. Times are taken from `steady`, which no
    change of the wall clock moves.
    """

    def __init__(self, steady: Callable[[], float] = time.monotonic) -> None:
        self._steady = steady
        self._last: tuple[Totals, float] | None = None  # the last report that differed from the one before, and when
        self._rates: Rates | None = None

    @property
    def rates(self) -> Rates | None:
        """The rates by the last report; None before the first."""
        return self._rates

    def tell(self, totals: Totals) -> Rates:
        """Take a report."""
        at, last = self._steady(), self._last
        if last is None or at - last[1] > FORGET or _began_anew(last[0], totals):
            self._last, self._rates = (totals, at), Rates(totals)
            return self._rates
        before, since = last
        same = _counters(before) == _counters(totals)
        if same and at - since < QUIET:
            known = self._rates or Rates(totals)
            self._rates = Rates(totals, known.over, known.connections, known.bytes_in, known.bytes_out, known.errors)
            return self._rates
        self._rates = _between(before, totals, at - since)
        # what comes after standing still has come within a heartbeat, not over all that time
        self._last = (totals, at - HEARTBEAT if same else at)
        return self._rates


def _counters(totals: Totals) -> tuple[int, int, int, int]:
    return totals.total, totals.bytes_in, totals.bytes_out, totals.errors


def _began_anew(before: Totals, after: Totals) -> bool:
    """Whether a counter went back: the listener was made anew, or its amphora was."""
    return any(later < earlier for earlier, later in zip(_counters(before), _counters(after), strict=True))


def _between(before: Totals, after: Totals, over: float) -> Rates:
    if over <= 0:
        return Rates(after)
    rates = [(later - earlier) / over for earlier, later in zip(_counters(before), _counters(after), strict=True)]
    connections, bytes_in, bytes_out, errors = rates
    return Rates(after, over, connections, bytes_in, bytes_out, errors)
