"""Answers of servers on disk: served within a minute, what a conditional request refers to, and what is left offline.

One file an answer, readable by this user alone. No request is kept, so no credentials are. Whatever is wrong with a
file means that nothing is remembered. (Caching clients for httpx keep requests with their headers, and have no way to
say how old the answer is that stands in for a server which does not answer.)
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import msgspec

from console.config.places import make_private, state_dir

KEPT_FOR = 30 * 86400.0  # seconds since it was last of use
_MOST_FILES = 10_000
_DAY = 86400.0
_LARGEST = 32 << 20  # bytes of a file that is worth reading
_ABANDONED = 3600.0  # seconds after which nobody writes a file any more
_SCHEMA = 1


class Kept(msgspec.Struct, frozen=True):
    """One answer. `at`: Unix seconds when the server last said that it holds. `found`: false for a 404.

    `next`: the URL of the next page. `moved`: the server said that this has another address now, for good.
    """

    url: str
    at: float
    body: bytes
    found: bool = True
    etag: str = ""
    modified: str = ""
    next: str = ""
    moved: bool = False
    schema: int = _SCHEMA


@dataclass(frozen=True, slots=True)
class Memory:
    """A folder of answers; None: nothing is ever remembered."""

    folder: Path | None

    @classmethod
    def of_user(cls, environ: Mapping[str, str]) -> Memory:
        """The user's own, in the state folder; none where the user has no home directory."""
        try:
            return cls(state_dir(environ) / "commits")
        except Exception:  # noqa: BLE001 a memory that cannot be is no reason to show no commits
            return cls(None)

    def load(self, who: str, url: str) -> Kept | None:
        """What was said of the URL. `who`: with whose rights it was asked, in a word that is no secret."""
        data = _own_file(self._path(who, url)) if self.folder is not None else b""
        try:
            kept = msgspec.msgpack.decode(data, type=Kept) if data else None
        except (msgspec.MsgspecError, ValueError):
            return None
        if kept is None or kept.schema != _SCHEMA or kept.url != url:
            return None
        _mark_used(self._path(who, url))
        return kept

    def save(self, who: str, kept: Kept) -> None:
        """Remember an answer, if that can be done. The file is whole, or the one before."""
        if self.folder is None:
            return
        with contextlib.suppress(OSError):
            _write(self._path(who, kept.url), msgspec.msgpack.encode(kept))

    def tidy(self, now: float) -> None:
        """Delete what is old or too much, once a day. What a killed console had begun to write goes as well."""
        if self.folder is None:
            return
        mark = self.folder / ".tidied"
        with contextlib.suppress(OSError):
            if mark.exists() and 0 <= now - mark.stat().st_mtime < _DAY:
                return
            make_private(self.folder)
            mark.touch(mode=0o600)
            ages = sorted((now - path.stat().st_mtime, path) for path in self.folder.glob("*.msgpack"))
            for rank, (age, path) in enumerate(ages):
                if age > KEPT_FOR or rank >= _MOST_FILES:
                    path.unlink(missing_ok=True)
            for path in self.folder.glob(".*.part"):
                if now - path.stat().st_mtime > _ABANDONED:
                    path.unlink(missing_ok=True)

    def _path(self, who: str, url: str) -> Path:
        assert self.folder is not None
        return self.folder / f"{sha256(f'{who} {url}'.encode(errors='replace')).hexdigest()[:40]}.msgpack"


def _own_file(path: Path) -> bytes:
    """The content of a file that is this user's and that nobody else can write; else nothing."""
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            ours = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022
            return file.read() if ours and found.st_size <= _LARGEST else b""
    except OSError:
        return b""


def _mark_used(path: Path) -> None:
    """What is of use is not tidied away: what a SHA holds need never be asked for again."""
    with contextlib.suppress(OSError):
        if time.time() - path.stat().st_mtime > _DAY:
            os.utime(path)


def _write(path: Path, data: bytes) -> None:
    make_private(path.parent)
    # mkstemp gives 0600; the name is unique, so two consoles do not write into each other's file
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
