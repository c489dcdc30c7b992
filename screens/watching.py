"""The poller's side of the screens: started when the first picture is painted, exchanged with the config, paused."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual.message import Message

from screens.messages import SnapshotReady, WatchFailed
from screens.ports import Watch, Watcher

if TYPE_CHECKING:  # only named here: the first paint does not wait for their import
    from console.config.model import Config
    from console.model.focus import Focus
    from console.model.snapshot import Snapshot


class Watching:
    """One watcher at a time. Whatever it is told returns at once; its snapshots come as messages with its number."""

    def __init__(
        self,
        watch: Watch,
        post: Callable[[Message], object],
        prepare: Callable[[Snapshot], object] = lambda facts: None,
    ) -> None:
        """`prepare` is called with each snapshot in the watcher's thread, before it is posted."""
        self._watch, self._post, self._prepare = watch, post, prepare
        self._number = 0
        self._watcher: Watcher | None = None
        self._wish: Focus | None = None
        self._lock = threading.Lock()
        self._waiting: SnapshotReady | None = None  # posted, and not yet taken
        self.paused_at: float | None = None  # Unix seconds; None while it looks

    def begin(self, config: Config) -> None:
        """Watch by this config, in place of what was watched before."""
        self.stop()
        threading.Thread(target=self._start, args=(config, self._number), name="watch", daemon=True).start()

    def stop(self) -> None:
        """Watch no more; what is on its way is dropped."""
        with self._lock:
            self._number += 1
            watcher, self._watcher = self._watcher, None
        if watcher is not None:
            watcher.stop()

    def refresh(self) -> None:
        """Look now."""
        if self._watcher is not None:
            self._watcher.refresh()

    def focus(self, wish: Focus) -> None:
        """What is shown from now on."""
        if wish != self._wish:
            self._wish = wish
            if self._watcher is not None:
                self._watcher.focus(wish)

    def pause(self, at: float | None) -> None:
        """Ask nothing from this moment (Unix seconds) on; None: go on, at once."""
        self.paused_at = at
        if self._watcher is not None:
            self._watcher.pause(at is not None)
            if at is None:
                self._watcher.refresh()

    def _start(self, config: Config, number: int) -> None:
        """In a thread: the SDK takes half a second to import."""
        try:
            watcher = self._watch(config, partial(self._publish, number))
            with self._lock:
                if number != self._number:
                    return
                self._watcher = watcher
            if self._wish is not None:
                watcher.focus(self._wish)
            if self.paused_at is not None:
                watcher.pause(True)
            watcher.start()
        except Exception as error:  # noqa: BLE001 whatever it is, the console stays usable and says so
            self._post(WatchFailed(f"the cloud can not be watched: {error}"))

    def take(self, message: SnapshotReady) -> Snapshot:
        """The snapshot of a message, the newest that came while it waited."""
        with self._lock:
            self._waiting = None
            return message.snapshot

    def _publish(self, number: int, snapshot: Snapshot) -> None:
        """One message at a time: while a terminal that takes nothing holds the console up, snapshots do not pile up."""
        self._prepare(snapshot)
        with self._lock:
            if number != self._number:
                return
            waiting = self._waiting
            if waiting is not None and waiting.number == number:
                waiting.snapshot = snapshot
                return
            message = self._waiting = SnapshotReady(snapshot, number)
        self._post(message)
