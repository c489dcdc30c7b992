"""What a lease promises, whatever it is kept in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from console.model.lease import LeaseHolder


def _nobody_knows(_: LeaseHolder) -> bool:
    return False


def _untold(_: LeaseHolder, __: float) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Rivals:
    """What is to be done about whoever else holds a lease.

    `left_behind`: whether it is proven that nobody is left to write under it; then it is taken at once. `waits` hears
    of each wait for a holder that may still live, with its seconds, before that begins.
    """

    left_behind: Callable[[LeaseHolder], bool] = _nobody_knows
    waits: Callable[[LeaseHolder, float], None] = _untold


NONE_KNOWN = Rivals()


class Lease(Protocol):
    """One lease. `held` is its holder as last written by us, None before `acquire` and after `release`.

    All methods raise CloudError (or JournalError) when the place it is kept in does not answer.
    """

    @property
    def held(self) -> LeaseHolder | None:
        """See the class."""

    def acquire(self, wanted: LeaseHolder, *, take_over: str = "") -> None:
        """Take it, or adopt it if it is this rollout's own already, or left behind by one that is over.

        `take_over`: the owner, as typed, whose lease may be taken once nobody renewed it for its TTL and the client
        timeout. Raises LeaseHeld (someone else has it), Refused (its address is taken by something else, or the user
        may not take it).
        """

    def renew(self, step: str) -> None:
        """Prove that it is still ours and push its end away, in one call. Raises LeaseLost."""

    def release(self) -> None:
        """Give it back; a lease that is not ours any more is left alone."""

    def find(self) -> LeaseHolder | None:
        """Who holds it now."""


def settle_time(ttl: float) -> float:
    """Seconds after a write without an answer, during which nobody may judge what it did."""
    return ttl / 2


def held_words(holder: LeaseHolder, now: float) -> str:
    """Who, where, why, since when: the message for the one who does not get it."""
    if holder.foreign or holder.silent(now):
        return holder.told(now)
    return f"{holder.words}, since {_ago(now - holder.since)}"


def _ago(seconds: float) -> str:
    import humanize  # noqa: PLC0415 23 ms, only paid when a lease is refused

    return humanize.naturaltime(max(0, round(seconds)))
