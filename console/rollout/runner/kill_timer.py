"""A timer that kills this process: whoever was stopped while about to write must die, not write, on waking.

While a process is stopped, or the machine asleep, its timer goes on; when it wakes, the pending signal ends it before
another instruction of ours runs (DESIGN §6, rule 8). The clock is the boot clock, which counts sleep too.
"""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

_CLOCK_BOOTTIME = 7  # linux/time.h


class _Itimerspec(ctypes.Structure):
    """Struct itimerspec: interval and value, each seconds and nanoseconds."""

    _fields_ = (
        ("interval_s", ctypes.c_long),
        ("interval_ns", ctypes.c_long),
        ("value_s", ctypes.c_long),
        ("value_ns", ctypes.c_long),
    )


class KillTimer:
    """One timer of this process. `seconds` after it was armed it sends SIGALRM, whose default action is to kill.

    Raises OSError where the kernel has no such timer: then nothing may be written.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._timer = ctypes.c_void_p()
        # No sigevent: the signal is SIGALRM (timer_create(2)).
        self._check(self._libc.timer_create(_CLOCK_BOOTTIME, None, ctypes.byref(self._timer)))

    @contextmanager
    def armed(self) -> Iterator[None]:
        """Kill the process unless the block ends in time."""
        self._set(self.seconds)
        try:
            yield
        finally:
            self._set(0)

    def _set(self, seconds: float) -> None:
        whole = int(seconds)
        spec = _Itimerspec(0, 0, whole, int((seconds - whole) * 1e9))
        self._check(self._libc.timer_settime(self._timer, 0, ctypes.byref(spec), None))

    @staticmethod
    def _check(result: int) -> None:
        if result != 0:
            code = ctypes.get_errno()
            raise OSError(code, f"the timer that guards writes failed: {os.strerror(code)}")
