"""Looks whether the config file has changed, in a thread of its own: a file system may hang."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.message import Message

from console.errors import BluegreenError
from screens.messages import ConfigRead

if TYPE_CHECKING:
    from screens.ports import Follow

_EVERY = 2.0  # seconds


class Reloading:
    """Posts ConfigRead when the file has changed, with the config or with what is wrong with it."""

    def __init__(self, follow: Follow, post: Callable[[Message], object]) -> None:
        self._follow = follow
        self._post = post
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin to look."""
        threading.Thread(target=self._run, name="config", daemon=True).start()

    def stop(self) -> None:
        """Look no more; returns at once."""
        self._stopped.set()

    def _run(self) -> None:
        try:
            look = self._follow()
            while not self._stopped.wait(_EVERY):
                found = look()
                if isinstance(found, BluegreenError):
                    hint = f" ({found.hint})" if found.hint else ""
                    self._post(ConfigRead(None, f"{found.message}{hint}; the config read before is kept"))
                elif found is not None:
                    self._post(ConfigRead(found))
        except Exception as error:  # noqa: BLE001 whatever it is, the console goes on and says so
            self._post(ConfigRead(None, f"changes of the config file are not followed: {error}"))
