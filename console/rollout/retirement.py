"""When the old colour is due to be retired: shown, never done. What it costs meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import humanize

from console.config.model import Config, ServiceConfig
from console.errors import JournalError
from console.model.colour import Colour
from console.model.service import Service
from console.plan.plan import Action
from console.rollout.journal import Journal
from console.rollout.records import Rollout, RolloutState


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
    began = _stands_by_since(journal.rollouts(service.name), idle.colour)
    after = config.release.retire_after
    at = began + after if began is not None and after else None
    return Due(idle.colour, len(idle.instances), at, config.launch.cost_per_hour * len(idle.instances))


def _stands_by_since(rollouts: Sequence[Rollout], idle: Colour) -> float | None:
    """Since when a colour is the old one (Unix seconds); None where it is the next one, or nobody knows."""
    for rollout in rollouts:  # the newest first
        plan = rollout.plan
        if plan.action is Action.LAUNCH and plan.target is idle and rollout.state is RolloutState.DONE:
            return None
        if plan.action is Action.CUTOVER and rollout.state is RolloutState.DONE:
            return (rollout.ended_at or rollout.created_at) if plan.source is idle else None
        if plan.action is Action.ROLLBACK and rollout.state is RolloutState.DONE:
            return None  # what was rolled back is looked at, not waited out
    return None


def due_words(config: Config, settings: ServiceConfig, service: Service, now: float) -> str:
    """The same in a sentence; empty where there is nothing to retire, or the journal cannot be read."""
    try:
        with Journal.open(config.journal, read_only=True) as journal:
            found = due(journal, settings, service)
    except JournalError:
        return ""
    return found.words(now, settings.name) if found is not None else ""
