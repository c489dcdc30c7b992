"""What doctor looks at on this host: program, config, journal, runner, state directory."""

from __future__ import annotations

import os
import platform
import shutil
import stat
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

import humanize

from console import __version__
from console.cli.finding import Finding, ok, problem, warning
from console.config.model import Config
from console.config.places import state_dir
from console.errors import BluegreenError, ConfigError
from console.rollout import pace
from console.rollout.file_system import is_networked, kind
from console.rollout.journal import Journal
from console.rollout.survival import survival

_NEEDED = 64 << 20  # bytes that journals, logs and the last snapshot may want before anybody looks again
_SHOWN = ("textual", "openstacksdk", "httpx", "sqlalchemy")


def program() -> Iterator[Finding]:
    """Versions, for a report."""
    packages = ", ".join(f"{name} {_version(name)}" for name in _SHOWN)
    yield ok("runner.program", f"bluegreen {__version__}, Python {platform.python_version()}, {packages}")


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "missing"


def config(found: Config) -> Iterator[Finding]:
    """Which file, and who could change it."""
    services = f"{len(found.services)} service{'' if len(found.services) == 1 else 's'}"
    yield ok("config.file", f"{found.path}: {services}")
    if found.writable_by_others:
        means = "whoever can change it can run commands with these credentials: every change is refused"
        mend = "chmod go-w the file and its folder, and let them belong to you or root"
        yield problem("config.owner", found.writable_by_others, means, mend)
    if (hurried := pace.speed()) != 1.0:
        means = (
            f"a rollout's clock runs {hurried:g} times as fast; on a cloud that is not of this machine it is refused"
        )
        yield warning("config.speed", f"{pace.VARIABLE} is set", means, f"unset {pace.VARIABLE}")
    if found.read_only:
        means = "this config takes arming and changes away altogether"
        yield warning("config.read-only", "read_only: true", means, "for changes use a config without it")


def state(environ: Mapping[str, str]) -> Iterator[Finding]:
    """The folder where logs, the last snapshot, and a journal that the config does not name are kept."""
    try:
        path = state_dir(environ)
    except ConfigError as error:
        means = "nothing can be kept between two starts, and a journal must be named in the config"
        yield problem("state.place", error.message, means, error.hint)
        return
    place = _nearest(path)
    if not _can_write(place, path):
        means = "nothing is remembered between two starts; a journal there cannot be written"
        mend = f"give {place} to this user, or name another folder in XDG_STATE_HOME"
        yield problem("state.place", f"{place} cannot be written by this user", means, mend)
        return
    yield ok("state.place", f"{path}{'' if place == path else ': not there yet, it is made when it is needed'}")
    if is_networked(path):
        means = "the locks of a journal there do not hold, and a server that hangs would hang it"
        mend = "name a folder on a local disk in XDG_STATE_HOME, or a database server in `journal:`"
        yield warning("state.disk", f"{path} is on a network file system ({kind(path)})", means, mend)
    if place == path and (trouble := _loose(path)):
        means = "the last snapshot and the log name servers, addresses and people"
        yield warning("state.mode", f"{trouble} {path}", means, f"chmod 700 {path}")
    free = shutil.disk_usage(place).free
    if free < _NEEDED:
        means = "a journal that cannot be written stops every step forward"
        mend = "make room, or name another folder in XDG_STATE_HOME"
        yield warning("state.space", f"only {humanize.naturalsize(free)} are free at {place}", means, mend)


def _nearest(path: Path) -> Path:
    return next((one for one in (path, *path.parents) if one.exists()), Path("/"))


def _can_write(place: Path, path: Path) -> bool:
    return os.access(place, os.W_OK | os.X_OK) and (place != path or place.is_dir())


def _loose(path: Path) -> str:
    found = path.stat()
    if found.st_uid != os.geteuid():
        return "another user owns"
    return "other users can read" if stat.S_IMODE(found.st_mode) & 0o077 else ""


def journal(found: Config) -> Iterator[Finding]:
    """Where rollouts are recorded, and whether it can be written."""
    if not found.journal.startswith("sqlite"):
        yield from _database(found)
        return
    path = Path(found.journal.partition("///")[2].partition("?")[0])
    means = "no change can be recorded, and so none is made"
    if is_networked(path):
        text = f"{path} is on a network file system ({kind(path)}): its locks do not hold"
        mend = "put it on a local disk, or use a database server: `journal: postgresql://…`"
        yield problem("journal.disk", text, means, mend)
        return
    place = _nearest(path)
    needed = os.W_OK if place == path else os.W_OK | os.X_OK
    if not os.access(place, needed):
        mend = "name another file in `journal:`"
        yield problem("journal.place", f"{place} cannot be written by this user", means, mend)
        return
    if not path.exists():
        yield ok("journal.place", f"{path}: not there yet, the first rollout makes it")
        return
    yield from _database(found)
    if path.stat().st_mode & 0o077:
        means = "it says who changed what, and why"
        yield warning("journal.mode", f"other users can read {path}", means, f"chmod 600 {path}")


def _database(found: Config) -> Iterator[Finding]:
    shown = _without_password(found.journal)
    try:
        with Journal.open(found.journal, read_only=True) as opened:
            last = opened.rollouts(limit=1)
    except BluegreenError as error:
        means = "rollouts can be neither made, seen nor gone on with from here"
        yield problem("journal.content", error.message, means, error.hint or "name another journal in the config")
        return
    recorded = f"last rollout {last[0].id} of {last[0].service}: {last[0].state}" if last else "no rollouts yet"
    yield ok("journal.content", f"{shown}: {recorded}")


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return url.replace(f":{parts.password}@", ":***@") if parts.password else url


def runner(environ: Mapping[str, str]) -> Iterator[Finding]:
    """What a rollout survives."""
    found = survival(environ)
    if found.logout:
        yield ok("runner.process", found.words)
        return
    means = "a rollout stops where it is when you log out; another console can go on with it"
    yield warning("runner.process", found.words, means, "loginctl enable-linger")
