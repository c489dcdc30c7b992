"""Reads the config file again when it has changed: a console that stays open for weeks need not be started anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from console.config.keymap import Actions
from console.config.loader import load
from console.config.model import Config
from console.errors import ConfigError

Refusal = Callable[[Config, Config | None], ConfigError | None]
_Stamp = tuple[int, ...]
_GONE: _Stamp = ()


class Follower:
    """Follows one file. `path` is where the config came from (`Config.path`).

    With `current`, the config that is in use, the first look also sees a change that came after it was read.
    `refusal` says of a right file, beside the config in use, why it cannot take its place. That may end without the
    file being touched, and so is asked again at every look.
    """

    def __init__(
        self,
        path: Path,
        environ: Mapping[str, str],
        current: Config | None = None,
        actions: Actions | None = None,
        refusal: Refusal = lambda _new, _used: None,
    ) -> None:
        self._path, self._environ, self._actions = path, environ, actions
        self._current = self._used = current
        self._refusal = refusal
        self._refused: tuple[Config, str] | None = None  # the config, and why
        self._stamp: _Stamp | None = _stamp(path) if current is None else None

    def look(self) -> Config | ConfigError | None:
        """What the file means if it means something else than before; why it means nothing; None: nothing has changed.

        One call of `stat` where nothing has changed. Each state of the file is reported once.
        """
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return self._judge(*self._refused) if self._refused is not None else None
        # taken before the file is read: a change while it is read is seen at the next look
        self._stamp = stamp
        self._refused = None
        try:
            found = load(self._path, self._environ, self._actions)
        except ConfigError as error:
            self._current = None
            return error
        return self._judge(found)

    def _judge(self, found: Config, told: str = "") -> Config | ConfigError | None:
        """What a right file comes to; `told`: why it could not be used at the last look."""
        if found == self._current:
            return None
        error = self._refusal(found, self._used)
        if error is not None:
            self._current, self._refused = None, (found, error.message)
            return error if error.message != told else None
        self._current = self._used = found
        self._refused = None
        return found


def _stamp(path: Path) -> _Stamp:
    """What changes with the file: an editor may put another one in its place, and its mode counts as well."""
    try:
        facts = path.stat()
    except OSError:
        return _GONE
    return facts.st_mtime_ns, facts.st_ctime_ns, facts.st_size, facts.st_ino, facts.st_dev, facts.st_mode
