"""Counting checks, for `verify`."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from .settings import say


class Checks:
    """Prints a line per check and counts."""

    def __init__(self) -> None:
        self.passed = self.failed = 0

    def __call__(self, what: str, good: object, *more: object) -> None:
        """One check; `more` is printed with it."""
        self.passed += bool(good)
        self.failed += not good
        say("ok  " if good else "FAIL", what, *more)

    def until(self, what: str, read: Callable[[], Any], wanted: Any, seconds: float = 15) -> None:
        """One check that may take some time to become true."""
        end = time.monotonic() + seconds
        while (got := read()) != wanted and time.monotonic() < end:
            time.sleep(0.2)
        self(what, got == wanted, got)
