"""When the old colour is due to be retired: shown, never done. What it costs meanwhile, and who keeps it longer."""

from __future__ import annotations

from dataclasses import dataclass

from console.model.colour import Colour
from console.model.record import Kept
from console.model.service import Service


@dataclass(frozen=True, slots=True)
class Retirement:
    """What is to become of the idle colour.

    `at` (Unix seconds): from when on it is due; None: no time is configured, or nobody knows since when the other
    serves. `cost` of all of it, an hour, in the currency of the config; 0: not configured.
    """

    service: str
    colour: Colour
    count: int
    at: float | None
    cost: float
    kept: Kept | None = None

    def due(self, now: float) -> bool:
        """Whether it has stood by for as long as was wanted."""
        return self.at is not None and self.at <= now

    def short(self, now: float) -> str:
        """`BLUE due to be retired`; empty before that."""
        return f"{self.colour.upper()} due to be retired" if self.due(now) else ""

    def words(self, now: float) -> str:
        """In a sentence: how many, what they cost, until when, and the command."""
        import humanize  # noqa: PLC0415 the first paint does not wait for it

        costs = f", {self.cost:g} an hour" if self.cost else ""
        who = f"{self.colour.upper()} stands by: {self.count} instance{'' if self.count == 1 else 's'}{costs}"
        if self.kept is not None:
            return f"{who}; {self.kept.words}"
        if self.at is None:
            return f"{who}; `bluegreen retire {self.service}` deletes it when nobody needs it as the way back"
        span = humanize.naturaldelta(abs(self.at - now))
        if self.due(now):
            return f"{who}; due to be retired for {span}: `bluegreen retire {self.service}`"
        return f"{who}; due to be retired in {span}"


def retirement(service: Service, now: float) -> Retirement | None:
    """Of the idle colour, where it carried the traffic before, or somebody keeps it; None where neither is known."""
    live, record = service.live, service.record
    if live is None or record is None or not service.side(live.other).instances:
        return None
    idle, kept = live.other, record.keeps(live.other, now)
    since = record.stands_by.since if record.stands_by is not None and record.stands_by.colour is idle else None
    if since is None and kept is None:
        return None
    at = since + service.retire_after if since is not None and service.retire_after else None
    if kept is not None:
        at = max(at or 0.0, kept.until)
    count = len(service.side(idle).instances)
    return Retirement(service.name, idle, count, at, service.cost_per_hour * count, kept)
