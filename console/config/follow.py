"""Reads the config file again when it has changed: a console that stays open for weeks need not be started anew."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from console.config.keymap import Actions
from console.config.loader import load
from console.config.model import Config
from console.errors import ConfigError

_Stamp = tuple[int, ...]
_GONE: _Stamp = ()


class Follower:
    """Follows one file. `path` is where the config came from (`Config.path`).

    With `current`, the config that is in use, the first look also sees a change that came after it was read.
    """

    def __init__(
        self,
        path: Path,
        environ: Mapping[str, str],
        current: Config | None = None,
        actions: Actions | None = None,
    ) -> None:
        self._path, self._environ, self._actions = path, environ, actions
        self._current = current
        self._stamp: _Stamp | None = _stamp(path) if current is None else None

    def look(self) -> Config | ConfigError | None:
        """What the file means if it means something else than before; why it means nothing; None: nothing has changed.

        One call of `stat` where nothing has changed. Each state of the file is reported once.
        """
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return None
        # taken before the file is read: a change while it is read is seen at the next look
        self._stamp = stamp
        try:
            found = load(self._path, self._environ, self._actions)
        except ConfigError as error:
            self._current = None
            return error
        if found == self._current:
            return None
        self._current = found
        return found


def _stamp(path: Path) -> _Stamp:
    """What changes with the file: an editor may put another one in its place, and its mode counts as well."""
    try:
        facts = path.stat()
    except OSError:
        return _GONE
    return facts.st_mtime_ns, facts.st_ctime_ns, facts.st_size, facts.st_ino, facts.st_dev, facts.st_mode
