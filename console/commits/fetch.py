"""Brings a clone up to date from its `origin`, where the config says so: without prompts, hooks or housekeeping."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from console.commits.run import GitFailed, checked, run

EVERY = 300.0  # seconds between two fetches of a clone, whoever does them
WITHIN = 30.0  # seconds for one
_CALM = ("-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0", "-c", "maintenance.auto=false")
_FAILED = "the last fetch, a moment ago, brought nothing, so what was fetched before is shown"
_SSH = "core.sshCommand=ssh -oBatchMode=yes -oConnectTimeout=10"
_WORDS = ("fetch", "--quiet", "--no-recurse-submodules", "origin")


@dataclass(frozen=True, slots=True)
class Fetched:
    """`at`: Unix seconds of the last fetch, None: never, or not known. `problem`: why none was possible now."""

    at: float | None = None
    problem: str = ""


def fetched_at(path: Path) -> float | None:
    """When somebody last fetched into a clone, Unix seconds; None: never, or not known. Raises GitFailed."""
    last = _last(_mark(path))
    return last.at if last is not None and last.well else None


def _mark(path: Path) -> Path:
    return path / checked(path, "rev-parse", "--git-path", "FETCH_HEAD").output.strip()


def fetch(path: Path, clock: Callable[[], float] = time.time) -> Fetched:
    """Fetch, unless somebody has lately. Raises GitFailed where there is no repository."""
    before = _last(_mark(path))
    if before is not None and 0 <= clock() - before.at < EVERY:
        return Fetched(before.at if before.well else None, "" if before.well else _FAILED)
    try:
        checked(path, *_CALM, *_ssh(path), *_WORDS, *_refspec(path), network=WITHIN)
    except GitFailed as error:
        known = before.at if before is not None and before.well else None
        return Fetched(known, f"{error}, so what was fetched before is shown")
    return Fetched(clock())


def _ssh(path: Path) -> tuple[str, ...]:
    """A clone's own way to call ssh stays, as it may name its key."""
    return () if run(path, "config", "--get", "core.sshCommand").output.strip() else ("-c", _SSH)


def _refspec(path: Path) -> tuple[str, ...]:
    """What moves the branches of a clone that `git clone --bare` has made: it has no refspec, and would stand still."""
    if run(path, "config", "--get-all", "remote.origin.fetch").output.strip():
        return ()
    bare = run(path, "rev-parse", "--is-bare-repository").output.strip() == "true"
    return ("+refs/heads/*:refs/heads/*",) if bare else ("+refs/heads/*:refs/remotes/origin/*",)


@dataclass(frozen=True, slots=True)
class _Last:
    """The last attempt, whoever made it. Git empties FETCH_HEAD before it connects, so an empty one is a failed one."""

    at: float
    well: bool


def _last(mark: Path) -> _Last | None:
    try:
        found = mark.stat()
    except OSError:
        return None
    return _Last(found.st_mtime, found.st_size > 0)
