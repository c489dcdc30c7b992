"""Times as people type them: a moment is a date with a time, or a span from now."""

from __future__ import annotations

import re
from datetime import datetime

from console.errors import UsageError

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_LONGEST = 366 * 86_400.0  # seconds
_DAY = 86_400  # seconds


def when(text: str, now: float) -> float:
    """Unix seconds of `2026-12-24T08:00` (local time without an offset), `90m`, `8h`, `3d`. Raises UsageError.

    It must be ahead, by a year at most.
    """
    if span := re.fullmatch(r"(\d{1,6})([mhd])", text.strip()):
        at = now + int(span[1]) * _UNITS[span[2]]
    else:
        try:
            at = datetime.fromisoformat(text.strip()).timestamp()
        except (ValueError, OverflowError, OSError):
            raise UsageError(f"{text!r} is no moment", "write 2026-12-24T08:00, or 90m, 8h, 3d from now") from None
    if not now < at <= now + _LONGEST:
        raise UsageError(f"{text!r} is not within a year from now", "write 2026-12-24T08:00, or 90m, 8h, 3d from now")
    return at


def span(text: str) -> int:
    """Whole seconds of `300`, `90s`, `5m`, `1h`: a day at most. Raises UsageError."""
    found = re.fullmatch(r"(\d{1,6})([smhd]?)", text.strip())
    seconds = int(found[1]) * int(_UNITS[found[2]]) if found else 0
    if not 1 <= seconds <= _DAY:
        raise UsageError(f"{text!r} is no time from 1 s to a day", "write 300 (seconds), 5m or 1h")
    return seconds
