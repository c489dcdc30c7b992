"""Room for the record of a whole rollout, taken before it begins: a full disk is noticed then, not in the middle.

A file beside the journal holds the room. When the journal cannot be written any more it is given up, once, and the
journal has it (DESIGN §6, rule 9).
"""

from __future__ import annotations

import os
from pathlib import Path

from console.errors import JournalError

SIZE = (
    8 * 1024 * 1024
)  # bytes; a rollout of hundreds of events takes some hundred kB, its write-ahead log four times it


class Reserve:
    """The room of one rollout. Does nothing for a journal that is no file."""

    def __init__(self, journal: Path | None, rollout_id: str) -> None:
        self._path = journal.with_name(f"{journal.name}.{rollout_id}.reserve") if journal is not None else None

    def take(self) -> None:
        """Take the room. Raises JournalError when there is not enough."""
        if self._path is None:
            return
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.posix_fallocate(descriptor, 0, SIZE)
            finally:
                os.close(descriptor)
        except OSError as error:
            self.give_up()
            raise JournalError(
                f"there is no room for the record of the rollout beside {self._path.name}: {error.strerror}",
                f"make {SIZE // 1024 // 1024} MiB free on that disk",
            ) from error

    def give_up(self) -> bool:
        """Let the journal have the room; False when there was none."""
        if self._path is None:
            return False
        try:
            self._path.unlink()
        except OSError:
            return False
        return True
