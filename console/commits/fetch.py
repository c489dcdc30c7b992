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
_WORDS = (*_CALM, "fetch", "--quiet", "--no-recurse-submodules", "origin")


@dataclass(frozen=True, slots=True)
class Fetched:
    """`at`: Unix seconds of the last fetch, None: never, or not known. `problem`: why none was possible now."""

    at: float | None = None
    problem: str = ""


def fetch(path: Path, clock: Callable[[], float] = time.time) -> Fetched:
    """Fetch, unless somebody has lately. Raises GitFailed where there is no repository."""
    before = _written(path / checked(path, "rev-parse", "--git-path", "FETCH_HEAD").output.strip())
    if before is not None and 0 <= clock() - before < EVERY:
        return Fetched(before)
    try:
        checked(path, *_WORDS, *_refspec(path), network=WITHIN)
    except GitFailed as error:
        return Fetched(before, f"{error}, so what was fetched before is shown")
    return Fetched(clock())


def _refspec(path: Path) -> tuple[str, ...]:
    """What moves the branches of a clone that `git clone --bare` has made: it has no refspec, and would stand still."""
    if run(path, "config", "--get-all", "remote.origin.fetch").output.strip():
        return ()
    bare = run(path, "rev-parse", "--is-bare-repository").output.strip() == "true"
    return ("+refs/heads/*:refs/heads/*",) if bare else ("+refs/heads/*:refs/remotes/origin/*",)


def _written(mark: Path) -> float | None:
    try:
        return mark.stat().st_mtime
    except OSError:
        return None
