"""Work beside the runner, who polls: it goes on hearing aborts and renewing its lease, however long an answer takes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Found = TypeVar("Found")

_MOMENT = 0.3  # seconds that one poll waits: most answers come at once


class Beside(Generic[Found]):
    """One piece of work under way, in a thread of its own, which nobody waits for when the program ends."""

    def __init__(self, work: Callable[[], Found]) -> None:
        self._work = work
        self._found: Found | None = None
        self._failed: Exception | None = None
        self._over = threading.Event()
        threading.Thread(target=self._carry_out, name="gate", daemon=True).start()

    def over(self) -> bool:
        """Whether `found` has something to say; waits a moment for it."""
        return self._over.wait(_MOMENT)

    def found(self) -> Found:
        """What came of it, once it is over. Raises what the work raised."""
        assert self._over.is_set()
        if self._failed is not None:
            raise self._failed
        return self._found  # type: ignore[return-value]  # set, as nothing was raised

    def _carry_out(self) -> None:
        try:
            self._found = self._work()
        except Exception as error:  # noqa: BLE001 raised again where it is asked for
            self._failed = error
        finally:
            self._over.set()
