"""A screen for tests of the poller: it keeps what is published."""

from __future__ import annotations

import threading
from collections.abc import Callable

from console.model.snapshot import Snapshot


class Screen:
    """Keeps every snapshot, and waits for one that fits."""

    def __init__(self) -> None:
        self.seen: list[Snapshot] = []
        self._news = threading.Condition()

    def publish(self, snapshot: Snapshot) -> None:
        with self._news:
            self.seen.append(snapshot)
            self._news.notify_all()

    def wait(self, fits: Callable[[Snapshot], object], seconds: float = 10.0) -> Snapshot:
        """The newest snapshot that fits."""

        def newest() -> Snapshot | None:
            return next((one for one in reversed(self.seen) if fits(one)), None)

        with self._news:
            assert self._news.wait_for(newest, seconds), f"nothing such in {len(self.seen)} snapshots"
            found = newest()
        assert found is not None
        return found
