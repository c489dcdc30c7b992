"""How often a server lets us ask, as its answers say, and until when it is to be left alone.

GitHub: X-RateLimit-*, and Retry-After for its secondary limits. GitLab: RateLimit-*. Any: Retry-After with 429 and 503.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import msgspec

from console.commits.web.memory import Kept, Memory

SOONEST = 60.0  # seconds between two questions for the same thing
LONGEST = 3600.0  # seconds that a server is left alone at most: its clock may be wrong
_SHARE = 20  # the same thing is asked for so many times less often than the limit allows requests
_RESERVE = 0.1  # the share of a limit that is left for others with the same token


class Limits(msgspec.Struct):
    """What a server said last. Times are Unix seconds, 0: none. `total` -1: it sets no limit, or none is known."""

    total: int = -1
    left: int = -1
    resets: float = 0.0
    not_before: float = 0.0
    why: str = ""

    def heard(self, status: int, headers: Mapping[str, str], now: float, said: str = "") -> None:
        """Take what an answer says, in its headers, and of a refusal in words. One without a time means a minute.

        GitHub's secondary limits may be told in the message alone, with some of the primary one left.
        """
        for prefix in ("x-ratelimit-", "ratelimit-"):
            total, left = _number(headers.get(f"{prefix}limit")), _number(headers.get(f"{prefix}remaining"))
            if total is not None and left is not None and total > 0:
                resets = _number(headers.get(f"{prefix}reset")) or 0
                self.total, self.left = total, left
                # GitHub and GitLab say when; others say in how many seconds
                self.resets = float(resets) if resets > 1_000_000_000 else now + resets
                break
        wait = _wait(headers.get("retry-after"), now)
        limited = wait is not None or self.left == 0 or "rate limit" in said.lower()
        if status == 429 or (status == 403 and limited):
            spent = self.resets - now if self.left == 0 and self.resets > now else SOONEST
            self.leave_alone(wait if wait is not None else spent, "its limit of requests is reached", now)
        elif status >= 500:
            self.leave_alone(wait if wait is not None else SOONEST, f"it answered {status}", now)
        elif self.left == 0 and self.resets > now:
            self.leave_alone(self.resets - now, "its limit of requests is reached", now)

    def leave_alone(self, seconds: float, why: str, now: float) -> None:
        """Ask nothing for so long."""
        self.not_before, self.why = now + min(max(seconds, 1.0), LONGEST), why

    def waits(self, now: float) -> float:
        """Seconds until it may be asked again, 0: now."""
        wait = self.not_before - now
        return wait if 0 < wait <= LONGEST else 0.0

    def pace(self) -> float:
        """Seconds for which an answer is good: a small limit is not spent on asking the same again."""
        return max(SOONEST, _SHARE * LONGEST / self.total) if self.total > 0 else SOONEST

    def allows_more(self, now: float) -> bool:
        """Whether there is enough left for questions that could wait."""
        return self.total <= 0 or self.resets <= now or self.left > self.total * _RESERVE

    def words(self, host: str, now: float) -> str:
        """A sentence for people; empty where there is no limit."""
        if self.total <= 0 or self.resets <= now:
            return ""
        until = time.strftime("%H:%M", time.localtime(self.resets))
        return f"{host} answers {self.left:,} more of {self.total:,} requests until {until}"


def load(memory: Memory, who: str, host: str) -> Limits:
    """What was heard before, by whichever console of this user."""
    kept = memory.load(who, _name(host))
    try:
        return msgspec.msgpack.decode(kept.body, type=Limits) if kept is not None else Limits()
    except (msgspec.MsgspecError, ValueError):
        return Limits()


def save(memory: Memory, who: str, host: str, limits: Limits, now: float) -> None:
    """Tell the others."""
    memory.save(who, Kept(_name(host), now, msgspec.msgpack.encode(limits)))


def _name(host: str) -> str:
    return f"limits of {host}"


def _number(text: str | None) -> int | None:
    # the standard of the IETF has further words after a comma or a semicolon
    first = (text or "").replace(";", ",").split(",")[0].strip()
    return int(first) if first.isascii() and first.isdigit() and len(first) < 15 else None


def _wait(text: str | None, now: float) -> float | None:
    """Seconds that Retry-After asks for; it is a number or a date."""
    if text is None:
        return None
    seconds = _number(text)
    if seconds is not None:
        return float(seconds)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None
