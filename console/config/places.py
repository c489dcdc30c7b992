"""Where the config and the state of this user live. Never the current folder: it may be anybody's."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from console.errors import ConfigError

CONFIG_VARIABLE = "BLUEGREEN_CONFIG"
SYSTEM_CONFIG = Path("/etc/bluegreen/config.yaml")
_NAME = "bluegreen"  # of the folders that are ours


def config_candidates(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The files that are looked for without `--config`, in order; $BLUEGREEN_CONFIG alone when it is set.

    Raises:
        ConfigError: the user has no home directory.
    """
    if named := environ.get(CONFIG_VARIABLE):
        return (absolute(Path(named)),)
    return _base("XDG_CONFIG_HOME", ".config", environ) / _NAME / "config.yaml", SYSTEM_CONFIG


def state_dir(environ: Mapping[str, str] | None = None) -> Path:
    """The user's state directory for the journal and logs; it may not exist yet.

    Raises:
        ConfigError: the user has no home directory.
    """
    return _base("XDG_STATE_HOME", ".local/state", os.environ if environ is None else environ) / _NAME


def make_private(folder: Path) -> None:
    """Make a folder for this user alone, and the state directory that it is in as well. Raises OSError.

    What is there already keeps its mode, and what is missing above the state directory gets the usual one: neither is
    ours.
    """
    if folder.parent.name == _NAME:
        make_private(folder.parent)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def default_journal(environ: Mapping[str, str] | None = None) -> str:
    """The URL of the journal where the config names none."""
    return f"sqlite:///{state_dir(environ)}/journal.db"


def absolute(path: Path) -> Path:
    """The path with `~` resolved, absolute: the runner starts in a folder of its own."""
    try:
        return path.expanduser().absolute()
    except RuntimeError as error:
        raise ConfigError(f"{path}: {error}", "write the whole path") from None


def _base(variable: str, usual: str, environ: Mapping[str, str]) -> Path:
    # the XDG specification: a relative path here is invalid and to be ignored
    if (named := environ.get(variable, "")) and Path(named).is_absolute():
        return Path(named)
    if (home := environ.get("HOME", "")) and Path(home).is_absolute():
        return Path(home) / usual
    try:
        return Path.home().absolute() / usual
    except RuntimeError:
        raise ConfigError("this user has no home directory", f"set HOME, or {variable}") from None
