"""The rollouts of each service that are not at their end: under way, without a runner, or stopped for a person."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from console.errors import JournalError
from console.rollout import request, second_place
from console.rollout.journal import Journal
from console.rollout.liveness import unfinished
from console.rollout.records import Event, Rollout, RolloutState


@dataclass(frozen=True, slots=True)
class Unended:
    """One of them. `needs_you`: nobody ends it by itself. `last`: what it recorded last, None where that is nothing."""

    rollout: Rollout
    needs_you: bool
    last: Event | None = None

    @property
    def state(self) -> str:
        """`under way`, `unfinished` (its runner is gone) or `stopped`."""
        if not self.needs_you:
            return "under way"
        return "stopped" if self.rollout.state.ended else "unfinished"

    @property
    def words(self) -> str:
        """One sentence: what, where it is, and why nobody goes on with it."""
        name = f"rollout {self.rollout.id} ({self.rollout.plan.what}, by {self.rollout.who.owner})"
        if self.needs_you:
            why = self.rollout.sentence if self.rollout.state.ended else f"its runner is gone{self._at}"
            return f"{name} {'stopped and needs you' if self.rollout.state.ended else 'is unfinished'}: {why}"
        return f"{name} is under way: {self.last.text}" if self.last is not None else f"{name} is about to begin"

    @property
    def command(self) -> str:
        """What offers the ways to end it; what shows it, where nobody needs to."""
        return f"bluegreen {'resume' if self.needs_you else 'attach'} {self.rollout.id}"

    @property
    def _at(self) -> str:
        return f", in the middle of {self.last.step}" if self.last is not None and self.last.step else ""


def unended(journal_url: str, services: Iterable[str]) -> dict[str, tuple[Unended, ...]]:
    """Those of each service, newest first. A journal that cannot be read tells of none: the record says so."""
    wanted = set(services)
    found: list[Unended] = []
    second = {one.id: one for one in second_place.rollouts(journal_url)}
    with suppress(JournalError):
        if second:
            with second_place.open_second(journal_url) as place:
                found += _of(place, [one for one in second.values() if _is_open(one)])
    with suppress(JournalError), Journal.open(journal_url, read_only=True) as journal:
        to_resume = {one.id: one for one in request.to_resume(journal)}
        under_way = {one.id: one for one in journal.rollouts(limit=request.ALL) if not one.state.ended}
        here = sorted((under_way | to_resume).values(), key=lambda one: -one.created_at)
        found += _of(journal, [one for one in here if one.id not in second])
    return {name: tuple(one for one in found if one.rollout.service == name) for name in wanted}


def _is_open(rollout: Rollout) -> bool:
    return not rollout.state.ended or rollout.state is RolloutState.STOPPED


def _of(journal: Journal, rollouts: Iterable[Rollout]) -> list[Unended]:
    return [Unended(one, one.state.ended or unfinished(one), _last(journal, one)) for one in rollouts]


def _last(journal: Journal, rollout: Rollout) -> Event | None:
    return next(reversed(journal.events(rollout.id)), None)
