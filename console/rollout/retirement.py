"""When the old colour is due to be retired: shown, never done. What it costs meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

import humanize

from console.config.model import Config, ServiceConfig
from console.errors import JournalError
from console.model.colour import Colour
from console.model.service import Service
from console.rollout.journal import Journal
from console.rollout.records import RolloutState


@dataclass(frozen=True, slots=True)
class Due:
    """`at` (Unix seconds): from when on; None: no time is configured, or nobody knows since when the other serves."""

    colour: Colour
    count: int
    at: float | None
    cost: float

    def words(self, now: float, name: str) -> str:
        """In a sentence."""
        costs = f", {self.cost:g} an hour" if self.cost else ""
        who = f"{self.colour.upper()} stands by: {self.count} instance{'' if self.count == 1 else 's'}{costs}"
        if self.at is None:
            return f"{who}; `bluegreen retire {name}` deletes it when nobody needs it as the way back"
        span = humanize.naturaldelta(abs(self.at - now))
        when = f"due in {span}" if self.at > now else f"due since {span}: `bluegreen retire {name}`"
        return f"{who}; {when}"


def due(journal: Journal, config: ServiceConfig, service: Service) -> Due | None:
    """The idle colour that is to be retired some time; None where there is none."""
    live = service.live
    if live is None or not service.side(live.other).instances:
        return None
    idle = service.side(live.other)
    began = next(
        (
            rollout.ended_at or rollout.created_at
            for rollout in journal.rollouts(service.name)
            if rollout.state is RolloutState.DONE and rollout.plan.action.moves_traffic and rollout.plan.target is live
        ),
        None,
    )
    after = config.release.retire_after
    at = began + after if began is not None and after else None
    return Due(idle.colour, len(idle.instances), at, config.launch.cost_per_hour * len(idle.instances))


def due_words(config: Config, settings: ServiceConfig, service: Service, now: float) -> str:
    """The same in a sentence; empty where there is nothing to retire, or the journal cannot be read."""
    try:
        with Journal.open(config.journal, read_only=True) as journal:
            found = due(journal, settings, service)
    except JournalError:
        return ""
    return found.words(now, settings.name) if found is not None else ""
