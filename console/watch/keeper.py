"""Between the watch and the screens: shows what is remembered first, and keeps what is seen for the next console."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock, Thread

from console.config.model import Config
from console.errors import ConfigError
from console.model.snapshot import Snapshot
from console.watch.remembered import file_for, filled, forget_others, is_seen, recall, remember

FIRST, EVERY = 3.0, 30.0  # seconds until the first write, by when every source was asked, and between two
_PATIENCE = 1.0  # seconds that the watch waits for what is remembered

log = logging.getLogger("bluegreen.watch")


class Keeper:
    """Passes snapshots on to `publish`. The disk is touched in a thread of its own: a home directory may hang."""

    def __init__(
        self,
        config: Config,
        publish: Callable[[Snapshot], None],
        *,
        path: Path | None = None,
        clock: Callable[[], float] = time.time,
        pauses: tuple[float, float] = (FIRST, EVERY),
    ) -> None:
        self._config, self._pass_on, self._clock, self._pauses = config, publish, clock, pauses
        self._path = path if path is not None else _usual(config)
        self._last: Snapshot | None = None
        self._newest: Snapshot | None = None
        self._lock = Lock()
        self._writing = False

    def recall(self, *, show: bool) -> None:
        """Read what is remembered, and publish it: to be called before the watch begins.

        Without `show` it is only at hand for services of which the watch sees nothing.
        """
        if self._path is None:
            return
        reading = Thread(target=self._read, args=(self._path,), name="keeper", daemon=True)
        reading.start()
        reading.join(_PATIENCE)
        if self._last is not None and show:
            self._pass_on(self._last)

    def publish(self, snapshot: Snapshot) -> None:
        """Pass a snapshot on, filled up from memory where nothing was seen yet."""
        seen = [is_seen(service) for service in snapshot.services.values()]
        if self._last is not None:
            snapshot = filled(snapshot, self._last)
            if all(seen):
                self._last = None
        self._pass_on(snapshot)
        if self._path is not None and any(seen):
            self._keep(snapshot, self._path)

    def _read(self, path: Path) -> None:
        try:
            self._last = recall(path, self._config, self._clock())
        except Exception:
            # whatever a file may hold: the watch must begin
            log.exception("%s could not be read", path)

    def _keep(self, snapshot: Snapshot, path: Path) -> None:
        with self._lock:
            self._newest = snapshot
            if not self._writing:
                self._writing = True
                Thread(target=self._write, args=(path,), name="keeper", daemon=True).start()

    def _write(self, path: Path) -> None:
        """In a thread: write the newest snapshot now and then; ends when there is no newer one."""
        pause, every = self._pauses
        while True:
            time.sleep(pause)
            pause = every
            with self._lock:
                newest, self._newest = self._newest, None
                self._writing = newest is not None
            if newest is None:
                return
            try:
                remember(newest, path, self._config)
                forget_others(path, self._clock())
            except OSError as error:
                log.info("the last snapshot is not remembered: %s", error)


def _usual(config: Config) -> Path | None:
    try:
        return file_for(config, os.environ)
    except ConfigError:
        return None  # no home: nothing is remembered
