"""What a gate prints, in a file that only this user can read: bounded, and without the secrets that it was given."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from console.config.places import make_private, state_dir

MOST = 1_000_000  # bytes of the file; of more, the newer half is kept
TAIL = 16_000  # bytes of the end that are shown, and kept in the journal of a gate that did not pass
_SHORTEST = 4  # characters of a secret that is looked for: shorter ones would blank out half of the text
_BLANK = b"***"


def log_path(rollout: str, step: str) -> Path:
    """Where a gate's output is, on the host of its runner."""
    return state_dir() / "gates" / f"{rollout}-{step}.log"


def tail(path: Path) -> str:
    """The end of the output, from the beginning of a line; empty where there is none here."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(size - TAIL, 0))
            data = file.read(TAIL)
    except OSError:
        return ""
    if size > TAIL:
        data = data.partition(b"\n")[2] or data
    return data.decode("utf-8", errors="replace")


class Output:
    """The file, to be added to. `secrets` are blanked out line by line. Raises OSError where it cannot be made."""

    def __init__(self, path: Path, secrets: Iterable[str] = ()) -> None:
        self.path = path
        self._secrets = sorted((one.encode() for one in secrets if len(one) >= _SHORTEST), key=len, reverse=True)
        self._part = b""
        make_private(path.parent)
        path.unlink(missing_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)

    def add(self, data: bytes) -> None:
        """Write what is whole lines; a line that does not end is written once it is long."""
        whole, newline, part = (self._part + data).rpartition(b"\n")
        self._part = part
        if len(part) > TAIL:
            whole, newline, self._part = whole + newline + part, b"", b""
        if whole or newline:
            self._write(whole + newline)

    def close(self) -> None:
        """Write the rest."""
        if self._file >= 0:
            self._write(self._part)
            os.close(self._file)
            self._file = -1

    def _write(self, data: bytes) -> None:
        for secret in self._secrets:
            data = data.replace(secret, _BLANK)
        if os.fstat(self._file).st_size + len(data) > MOST:
            kept = (self.path.read_bytes() + data)[-MOST // 2 :]
            os.ftruncate(self._file, 0)
            data = b"[the beginning was left out]\n" + kept.partition(b"\n")[2]
        os.write(self._file, data)
