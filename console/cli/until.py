"""A moment as people type it: a date with a time, or a span from now."""

from __future__ import annotations

import re
from datetime import datetime

from console.errors import UsageError

_UNITS = {"m": 60.0, "h": 3600.0, "d": 86_400.0}
_LONGEST = 366 * 86_400.0  # seconds


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
