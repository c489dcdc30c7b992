"""What comes from the poller while nobody takes it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from textual.message import Message
from tuikit import config

from console.config.model import Config
from console.model.focus import Focus
from console.model.snapshot import Snapshot
from screens.messages import SnapshotReady
from screens.watching import Watching


class Poller:
    """A watcher that does nothing by itself."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def refresh(self) -> None: ...
    def focus(self, wish: Focus) -> None: ...
    def pause(self, paused: bool) -> None: ...


def begun(posted: list[Message]) -> tuple[Watching, Callable[[Snapshot], None]]:
    """A console's side, and what its poller publishes with."""
    made = threading.Event()
    publishers: list[Callable[[Snapshot], None]] = []

    def watch(_: Config, publish: Callable[[Snapshot], None]) -> Poller:
        publishers.append(publish)
        made.set()
        return Poller()

    watching = Watching(watch, posted.append)
    watching.begin(config())
    assert made.wait(10)
    return watching, publishers[0]


def test_snapshots_that_nobody_takes_do_not_pile_up() -> None:
    posted: list[Message] = []
    watching, publish = begun(posted)
    for generation in range(100):
        publish(Snapshot(float(generation), generation, {}))
    (message,) = posted
    assert isinstance(message, SnapshotReady)
    assert watching.take(message).generation == 99
    publish(Snapshot(100.0, 100, {}))
    assert [watching.take(each).generation for each in posted if isinstance(each, SnapshotReady)] == [99, 100]


def test_nothing_comes_of_a_poller_that_was_stopped() -> None:
    posted: list[Message] = []
    watching, publish = begun(posted)
    watching.stop()
    publish(Snapshot(1.0, 1, {}))
    assert posted == []
