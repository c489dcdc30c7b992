"""Leases on several objects as one: taken in sorted order, all or none."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from console.errors import BluegreenError
from console.model.lease import LeaseHolder
from console.rollout.lease.lease import Lease


class Leases:
    """A lease on every object of a service. `held` is the first one's holder: all say the same.

    `each` must be in the order of the objects' names, the same on every host, so that two takers cannot hold half each.
    """

    def __init__(self, each: Sequence[Lease]) -> None:
        self._each = tuple(each)

    @property
    def held(self) -> LeaseHolder | None:
        """None unless all are held."""
        found = [one.held for one in self._each]
        return found[0] if found and None not in found else None

    def acquire(self, wanted: LeaseHolder, *, take_over: str = "") -> None:
        """See Lease.acquire. Where one cannot be had, those that were taken are given back."""
        for number, one in enumerate(self._each):
            try:
                one.acquire(wanted, take_over=take_over)
            except BluegreenError:
                for taken in reversed(self._each[:number]):
                    with suppress(BluegreenError):  # it ends by itself
                        taken.release()
                raise

    def renew(self, step: str) -> None:
        """See Lease.renew: every one, or it is lost."""
        for one in self._each:
            one.renew(step)

    def release(self) -> None:
        """See Lease.release."""
        failed: BluegreenError | None = None
        for one in reversed(self._each):
            try:
                one.release()
            except BluegreenError as error:
                failed = error
        if failed is not None:
            raise failed

    def find(self) -> LeaseHolder | None:
        """See Lease.find: whoever holds any of them."""
        return next((found for one in self._each if (found := one.find()) is not None), None)
