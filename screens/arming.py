"""Whether this console may change anything: it opens read-only, and is armed for a while, on purpose."""

from __future__ import annotations

import math
from typing import NamedTuple, Self

ARMED_FOR = 30 * 60.0  # seconds


class Arming(NamedTuple):
    """Read-only, or armed until a moment (Unix seconds), with the reason that was given.

    `forbidden` is why this console can not be armed at all, in a clause; empty where it can.
    """

    forbidden: str = ""
    until: float | None = None
    reason: str = ""

    def armed(self, now: float) -> bool:
        """Whether changes may be asked for."""
        return not self.forbidden and self.until is not None and now < self.until

    def arm(self, now: float, reason: str) -> Self:
        """Armed from now on for half an hour."""
        return self._replace(until=now + ARMED_FOR, reason=reason)

    def disarm(self) -> Self:
        """Read-only again."""
        return self._replace(until=None, reason="")

    def why_not(self, now: float, key: str = "o") -> str:
        """Why a change can not be asked for, as a sentence; empty when it can. `key` is the one that arms."""
        if self.forbidden:
            return f"read-only: {self.forbidden}"
        return "" if self.armed(now) else f"read-only: press {key} to arm this console first"

    def words(self, now: float) -> str:
        """`READ-ONLY`, or `ARMED 30 min`: whole minutes, so that the screen rests in between."""
        if not self.armed(now):
            return "READ-ONLY"
        assert self.until is not None
        return f"ARMED {math.ceil((self.until - now) / 60)} min"
