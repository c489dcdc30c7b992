"""Verdicts for showing: made once for each set of facts, with ages that change every five seconds at most."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # only named here: the first paint does not wait for their import
    from console.model.service import Service
    from console.model.snapshot import Snapshot
    from console.model.verdict import Verdict

_STEP = 5  # seconds; what ticks every second costs bytes all the time
_NUMBER = re.compile(r"\d+")


class Verdicts:
    """Remembers the last verdict on each service, and when each of its problems was seen first."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[Service, float, Verdict]] = {}
        self._noticed: dict[str, dict[str, float]] = {}
        self._sighted: dict[str, dict[str, float]] = {}  # as noticed when all facts were fresh last

    def of(self, service: Service, now: float) -> Verdict:
        """The verdict at the end of the current five seconds; of this second where a source grows old in between."""
        at = self.moment(service, now)
        last = self._last.get(service.name)
        if last is not None and last[0] is service and last[1] == at:
            return last[2]
        found = _made(service, at)
        self._last[service.name] = (service, at, found)
        self.notice(service.name, found.problems, now, fresh=found.fresh)
        return found

    def notice(self, name: str, problems: Iterable[str], now: float, *, fresh: bool = True) -> None:
        """These are the problems of a service now, or of this console (an empty name): when did each begin?

        What is hidden while facts are not `fresh` has not ended by that.
        """
        before = {**self._sighted.get(name, {}), **self._noticed.get(name, {})}
        found = {key: before.get(key, now) for key in map(without_figures, problems)}
        self._noticed[name] = found
        if fresh:
            self._sighted[name] = found

    @staticmethod
    def moment(service: Service, now: float) -> float:
        """The moment for which the verdict of `now` is made."""
        soon = math.ceil(now / _STEP) * _STEP
        if all(each.fresh(now) == each.fresh(soon) for each in service.sources.values()):
            return soon
        return math.floor(now)  # one for all that ask in this second: there may be hundreds of services

    def noticed(self, name: str, problem: str) -> float | None:
        """When this console saw this problem of a service first (Unix seconds), None where it does not see it."""
        return self._noticed.get(name, {}).get(without_figures(problem))


def prepare(snapshot: Snapshot, now: float) -> None:
    """Make the verdicts of all services where the facts come from: keys do not wait for it where they are shown."""
    for service in snapshot.services.values():
        _made(service, Verdicts.moment(service, now))


def _made(service: Service, at: float) -> Verdict:
    """The verdict for a moment, kept beside the facts; whichever thread makes it, it is the same."""
    from console.model.verdict import verdict  # noqa: PLC0415 the first paint, without facts, does not wait for it

    known: tuple[float, Verdict] | None = service.memo.get("verdict")
    if known is None or known[0] != at:
        known = service.memo["verdict"] = at, verdict(service, at)
    return known[1]


def without_figures(problem: str) -> str:
    """The sentence without its figures, which change while the problem stays."""
    return _NUMBER.sub("#", problem)
