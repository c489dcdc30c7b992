"""ctrl+c where one only watches: heard at one place, and there for certain."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def ctrl_c() -> Iterator[Callable[[float], None]]:
    """Gives a pause of so many seconds that ctrl+c ends with KeyboardInterrupt, also one pressed since the last pause.

    Python's own handler raises wherever it is, and what is raised in a finalizer or in the callback of a weak reference
    is dropped: then nothing would have been pressed.
    """
    pressed = threading.Event()
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.SIG_IGN:  # a shell has put it into the background: it is not what ctrl+c is meant for
        signal.signal(signal.SIGINT, lambda *_: pressed.set())

    def pause(seconds: float) -> None:
        if pressed.wait(seconds):
            raise KeyboardInterrupt

    try:
        yield pause
    finally:
        signal.signal(signal.SIGINT, before)
