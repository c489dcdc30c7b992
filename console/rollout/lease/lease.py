"""What a lease promises, whatever it is kept in."""

from __future__ import annotations

from typing import Protocol

from console.model.lease import LeaseHolder


class Lease(Protocol):
    """One lease. `held` is its holder as last written by us, None before `acquire` and after `release`.

    All methods raise CloudError (or JournalError) when the place it is kept in does not answer.
    """

    @property
    def held(self) -> LeaseHolder | None:
        """See the class."""

    def acquire(self, wanted: LeaseHolder, *, take_over: str = "") -> None:
        """Take it, or adopt it if it is this rollout's own already.

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
    if holder.foreign:
        return holder.foreign
    return f"{holder.words}, since {_ago(now - holder.since)}"


def _ago(seconds: float) -> str:
    import humanize  # noqa: PLC0415 23 ms, only paid when a lease is refused

    return humanize.naturaltime(max(0, round(seconds)))
