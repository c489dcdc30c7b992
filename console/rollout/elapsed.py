"""How long ago something was recorded, whatever the clock on the wall was set to meanwhile.

On the same boot the boot clock tells; another host, or this one after a reboot, has only the wall clock.
"""

from __future__ import annotations

import time

from console.rollout.liveness import boot_id
from console.rollout.records import Event

MOMENT = "moment"  # the key in an event's data


def moment() -> list[str | float]:
    """This moment by the boot clock: which boot, and the seconds since (sleep included)."""
    return [boot_id(), round(time.clock_gettime(time.CLOCK_BOOTTIME), 3)]


def since(event: Event) -> float:
    """Seconds that have passed since the event; may be negative where only the wall clock tells."""
    match event.data.get(MOMENT):
        case [str(boot), float(at) | int(at)] if boot == boot_id():
            return time.clock_gettime(time.CLOCK_BOOTTIME) - at
    return time.time() - event.at
