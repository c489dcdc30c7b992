"""Seconds since the machine booted, sleep included: what deadlines are measured with.

The monotonic clock stands still while the machine is suspended, and the wall clock may be set (DESIGN §6, rule 12).
"""

from __future__ import annotations

import time


def now() -> float:
    """Seconds since boot."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
