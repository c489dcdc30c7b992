"""Seconds since the machine booted, sleep included: what deadlines are measured with.

The monotonic clock stands still while the machine is suspended, and the wall clock may be set (DESIGN §6, rule 12).
To practise, the clock of a rollout runs faster than that (`pace`).
"""

from __future__ import annotations

import time

from console.rollout import pace


def now() -> float:
    """Seconds since boot."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) * pace.speed()


def sleep(seconds: float) -> None:
    """Let so many of them pass."""
    time.sleep(pace.real(seconds))
