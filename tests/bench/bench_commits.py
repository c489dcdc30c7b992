"""How long ranges take in a repository of 50,000 commits with merges, against the time of a bare `git log` of it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median

import big_history
from bench_table import Row

from console.commits.compare import compare
from console.config.model import CommitSource

BAR_MS = 300.0  # both ranges, their files, the newest commits, and how far live is behind
COMMITS = 50_000


def ranges(folder: Path, rounds: int) -> Iterable[Row]:
    """Of a usual release, of one that is far behind, and of versions that have parted."""
    history = big_history.make(folder / "big.git", COMMITS)
    main, source = history.main, CommitSource(folder / "big.git")
    aside = max(history.aside)
    merges = sum(len(parents) > 1 for parents in history.parents.values())
    yield Row("commits of the repository", len(history.parents), "")
    yield Row("  of them merges", merges, "")
    git = _ms(lambda: _log(history.path, history.shas[main[-60]]), rounds)
    yield Row("git log of its 200 newest, with files", git, "ms")
    for what, live, idle in (
        ("40 steps of the branch apart", main[-60], main[-20]),
        ("5,000 steps apart", main[-5020], main[-20]),
        ("back by 40 steps", main[-20], main[-60]),
        ("a side branch against the branch", aside, main[-20]),
    ):
        took = _ms(lambda live=live, idle=idle: _look(source, history.shas[live], history.shas[idle]), rounds)  # type: ignore[misc]
        yield Row(f"  {what}", took, "ms", BAR_MS)


def _look(source: CommitSource, live: str, idle: str) -> None:
    seen = compare(source, live, idle)
    assert seen.problem == "", seen.problem
    assert seen.would_ship is not None


def _log(path: Path, sha: str) -> None:
    words = ("log", "-z", "--name-only", "--no-renames", "-c", "--max-count=200", "--format=%H%n%B", sha)
    subprocess.run(["git", "-C", str(path), *words], check=True, capture_output=True)


def _ms(work: Callable[[], None], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return median(times) * 1000
