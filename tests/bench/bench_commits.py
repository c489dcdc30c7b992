"""How long ranges take in a repository of 50,000 commits with merges, against the time of a bare `git log` of it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from statistics import median

import big_history
from bench_table import Row
from big_history import History

from console.commits import git
from console.commits.compare import compare
from console.config.model import CommitSource

BAR_MS = 300.0  # both ranges, their files, the newest commits, and how far live is behind
COMMITS = 50_000


def ranges(folder: Path, rounds: int) -> Iterable[Row]:
    """Of a usual release, of one that is far behind, and of versions that have parted, as far as the config looks.

    Time of the processors, ours and git's, which a busy machine does not stretch; on an idle one it takes as long.
    """
    history = big_history.make(folder / "big.git", COMMITS)
    main, source = history.main, CommitSource(folder / "big.git")
    aside = max(history.aside)
    yield Row("commits of the repository", len(history.parents), "")
    yield Row("  of them merges", sum(len(parents) > 1 for parents in history.parents.values()), "")
    yield Row("git log of its 200 newest, with files", _ms(lambda: _log(history, main[-60]), rounds), "ms")
    pairs = {
        "40 steps of the branch apart": (main[-60], main[-20]),
        "5,000 steps apart": (main[-5020], main[-20]),
        "back by 40 steps": (main[-20], main[-60]),
        "a side branch against the branch": (aside, main[-20]),
    }
    far = history.shas[main[-5020]], history.shas[main[-20]]
    yield Row("  5,000 steps apart, never packed by git gc", _ms(partial(_look, source, *far), rounds), "ms")
    history.pack()
    for what, (live, idle) in pairs.items():
        work = partial(_look, source, history.shas[live], history.shas[idle])
        yield Row(f"  {what}", _ms(work, rounds), "ms", BAR_MS)
    work = partial(_first_look, source, *far)
    yield Row("  5,000 steps apart, looked at for the first time", _ms(work, rounds), "ms", BAR_MS)


def _look(source: CommitSource, live: str, idle: str) -> None:
    seen = compare(source, live, idle)
    assert seen.problem == "", seen.problem
    assert seen.would_ship is not None


def _first_look(source: CommitSource, live: str, idle: str) -> None:
    git._rest.cache_clear()  # what a long range has beyond its newest commits is read once by each console
    _look(source, live, idle)


def _log(history: History, number: int) -> None:
    words = ("log", "-z", "--name-only", "--no-renames", "-c", "--max-count=200", "--format=%H%n%B")
    argv = ["git", "-C", str(history.path), *words, history.shas[number]]
    subprocess.run(argv, check=True, capture_output=True)


def _spent() -> float:
    return sum(os.times()[:4])


def _ms(work: Callable[[], None], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        began = _spent()
        work()
        times.append(_spent() - began)
    return median(times) * 1000
