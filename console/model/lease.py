"""Who is changing a service right now."""

from __future__ import annotations

import time
from dataclasses import dataclass

ABORT_TAG, HOLD_TAG = "bluegreen:abort", "bluegreen:abort-and-hold"  # `=WHO` may follow


@dataclass(frozen=True, slots=True)
class AbortWish:
    """What somebody who may not share the holder's journal asked of it, by a tag on the lease."""

    tag: str
    hold: bool  # stay where it is, instead of going back

    @property
    def words(self) -> str:
        """`bob@jump2, by the tag bluegreen:abort on the lease`."""
        name, _, who = self.tag.partition("=")
        return f"{who or 'somebody'}, by the tag {name} on the lease"


@dataclass(frozen=True, slots=True)
class LeaseHolder:
    """The holder of a lease, as everyone can read it. Times in Unix seconds of the lease's own server clock."""

    lease_id: str  # the port's id, or the journal row's
    owner: str  # user@host
    rollout: str  # the rollout's id
    action: str  # "cutover nova-api blue>green"
    reason: str
    step: str  # as the last renewal tells it: at a heartbeat, and right before each write
    since: float
    renewed_at: float
    ttl: float  # seconds without renewal after which it may be taken over
    beat: int = 0  # counts renewals: Neutron leaves an unchanged description, and its updated_at, alone
    revision: str = ""  # changes with every renewal, whatever the clocks say
    tags: tuple[str, ...] = ()  # any writer of the project may set one
    foreign: str = ""  # not one of ours: something else has the address of the lock, in a sentence

    @property
    def wish(self) -> AbortWish | None:
        """What is asked by a tag: to hold goes before to go back, which is the more cautious."""
        asked = [(tag, tag.partition("=")[0]) for tag in self.tags]
        for name in (HOLD_TAG, ABORT_TAG):
            if found := next((tag for tag, known in asked if known == name), None):
                return AbortWish(found, name == HOLD_TAG)
        return None

    @property
    def words(self) -> str:
        """One sentence: who, where, why, what, and the step that was told with the last renewal."""
        if self.foreign:
            return self.foreign
        return self._doing("is")

    def told(self, now: float) -> str:
        """The same at `now` (Unix seconds); of one that is silent, what it did, and since when nothing was heard."""
        return self.last_heard(now) if self.silent(now) else self.words

    def silent(self, now: float) -> bool:
        """Whether nobody has renewed it for its whole lifetime: a holder that lives renews it six times in that."""
        return not self.foreign and 0 < self.renewed_at < now - self.ttl

    def last_heard(self, now: float) -> str:
        """What its holder did, and since when no sign of life came from it."""
        return f"{self._doing('was')}, no sign of life since {_clock(self.renewed_at, now)}"

    def _doing(self, verb: str) -> str:
        why = f', reason "{self.reason}"' if self.reason else ""
        return f"{self.owner} {verb} doing {self.action}{why}, last seen at step {self.step} (rollout {self.rollout})"


def _clock(at: float, now: float) -> str:
    """`14:03:22`; of another day with its date."""
    then, today = time.localtime(at), time.localtime(now)
    return time.strftime("%H:%M:%S" if then[:3] == today[:3] else "%Y-%m-%d %H:%M:%S", then)
