"""Whose lease it is, as this journal tells of its rollout: in words that are true of one that is over, too."""

from __future__ import annotations

import time
from dataclasses import dataclass

from console.config.model import Config
from console.errors import JournalError
from console.model.lease import LeaseHolder
from console.rollout import second_place
from console.rollout.journal import Journal
from console.rollout.lease.lease import held_words
from console.rollout.left_lease import left_behind, rollout_of
from console.rollout.liveness import alive, runner_host, unfinished
from console.rollout.records import Rollout


@dataclass(frozen=True, slots=True)
class Whose:
    """A lease, and its `rollout` where this journal has it. `left`: nobody is left to give it back; it is free."""

    holder: LeaseHolder
    rollout: Rollout | None = None
    left: bool = False

    @property
    def ended(self) -> bool:
        """Whether its rollout is over, by this journal."""
        return self.rollout is not None and self.rollout.state.ended

    def words(self, now: float) -> str:
        """Who does what; or what became of it."""
        if self.rollout is None:
            return self.holder.told(now)
        ident, owner = self.rollout.id, self.holder.owner
        if self.left:
            return f"left behind by rollout {ident} of {owner} ({self.rollout.state}): its runner is gone"
        if self.ended:
            return f"still that of rollout {ident} of {owner}, which has ended ({self.rollout.state})"
        return self.holder.last_heard(now) if unfinished(self.rollout) else self.holder.told(now)

    @property
    def hint(self) -> str:
        """What the next one who wants to change something is to do."""
        take = f"take it over: --take-over {self.holder.owner}"
        if self.left:
            return "the next change takes it"
        if self.rollout is not None and self.ended:
            if alive(self.rollout):
                return "it is about to be given back: look again in some seconds"
            return f"if its runner on {runner_host(self.rollout) or 'its host'} is dead, {take}"
        if self.rollout is not None and unfinished(self.rollout):
            return f"its runner is gone: `bluegreen resume {self.rollout.id}` finishes it, goes back, or leaves it"
        stop = f"`bluegreen abort {self.holder.rollout}` stops it, and it goes back"
        return f"{stop}; or wait for it; or, if it is dead, {take}"

    def held(self) -> str:
        """The message for the one who does not get it."""
        if self.ended:
            return f"the lease is {self.words(time.time())}"
        if self.rollout is not None and unfinished(self.rollout):
            return self.words(time.time())
        return held_words(self.holder, time.time())


def whose(config: Config, holder: LeaseHolder) -> Whose:
    """Look it up. A journal that cannot be read tells nothing of it."""
    try:
        with Journal.open(second_place.url_of(holder.rollout, config.journal), read_only=True) as journal:
            return Whose(holder, rollout_of(journal, holder), left_behind(journal, holder))
    except JournalError:
        return Whose(holder)
