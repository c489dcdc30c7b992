"""Times of APIs, and how a moment is told."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

_RECENT = 43_200.0  # seconds after which the time of day alone does not tell the moment


def when(raw: Any) -> float | None:
    """Unix seconds of an API's time; without a zone it is UTC. None where it is not a time."""
    if not isinstance(raw, str):
        return None
    try:
        moment = datetime.fromisoformat(raw)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def clock_words(at: float, now: float) -> str:
    """`13:04:05`, of an earlier day `2026-12-24 13:04`; local time."""
    return time.strftime("%H:%M:%S" if abs(now - at) < _RECENT else "%Y-%m-%d %H:%M", time.localtime(at))
