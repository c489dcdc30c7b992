"""Verdicts for showing: made once for each set of facts, with ages that change every five seconds at most."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # only named here: the first paint does not wait for their import
    from console.model.service import Service
    from console.model.verdict import Verdict

_STEP = 5  # seconds; what ticks every second costs bytes all the time


class Verdicts:
    """Remembers the last verdict on each service."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[Service, float, Verdict]] = {}

    def of(self, service: Service, now: float) -> Verdict:
        """The verdict at the end of the current five seconds; at `now` itself where a source grows old in between."""
        from console.model.verdict import verdict  # noqa: PLC0415 there are facts, so it is imported already

        soon = math.ceil(now / _STEP) * _STEP
        at = soon if all(each.fresh(now) == each.fresh(soon) for each in service.sources.values()) else now
        last = self._last.get(service.name)
        if last is not None and last[0] is service and last[1] == at:
            return last[2]
        found = verdict(service, at)
        self._last[service.name] = (service, at, found)
        return found
