"""Ranges over a history with many merges are what walking its parents gives."""

from __future__ import annotations

import random

import big_history
import pytest
from big_history import History

from console.commits.compare import compare
from console.config.model import CommitSource
from console.model.commit import Commit, CommitView


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    return big_history.make(tmp_path_factory.mktemp("ranges") / "r.git", 600)


def look(history: History, live: int, idle: int, most: int = 5000) -> CommitView:
    return compare(CommitSource(history.path, most=most), history.shas[live], history.shas[idle])


def numbers(history: History, commits: tuple[Commit, ...] | None) -> list[int]:
    known = {sha: number for number, sha in history.shas.items()}
    assert commits is not None
    return [known[commit.sha] for commit in commits]


@pytest.mark.parametrize("seed", range(6))
def test_what_parents_say(history: History, seed: int) -> None:
    live, idle = random.Random(seed).sample(range(400, 601), 2)
    seen = look(history, live, idle)
    assert seen.problem == ""
    ships, undone = history.reached(idle) - history.reached(live), history.reached(live) - history.reached(idle)
    for found, wanted, more in (
        (seen.would_ship, ships, seen.more_to_ship),
        (seen.would_undo, undone, seen.more_to_undo),
    ):
        listed = numbers(history, found)
        assert listed == sorted(listed, reverse=True)
        assert not more
        assert set(listed) == wanted
    for commit in seen.would_ship or ():
        number = numbers(history, (commit,))[0]
        assert (
            numbers(history, tuple(Commit(sha, "", "", 0) for sha in commit.parents or ())) == history.parents[number]
        )
        assert commit.files == ((history.files[number],) if number in history.files else ())
    if not seen.more_to_ship and not seen.more_to_undo:
        assert set(seen.ship_files or ()) <= {history.files[one] for one in ships if one in history.files}
    behind = seen.behind
    assert behind is not None
    waiting = history.reached(history.main[-1]) - history.reached(live)
    assert behind.commits == len(waiting)
    assert behind.since == (big_history.BEGAN + min(waiting) * 60 if waiting else None)


def test_every_commit_of_a_long_range_is_judged(history: History) -> None:
    """Some 600 commits, far more than are listed."""
    seen = look(history, 1, 600)
    assert set(numbers(history, seen.would_ship)) == history.reached(600) - history.reached(1)
    assert len(seen.would_ship or ()) > 400
    assert not seen.more_to_ship
    assert all(one.trailers is not None and one.files is not None for one in seen.would_ship or ())


def test_beyond_the_bound_it_says_that_there_is_more(history: History) -> None:
    seen = look(history, 2, 600, most=250)
    assert numbers(history, seen.would_ship) == sorted(history.reached(600) - history.reached(2))[:-251:-1]
    assert seen.more_to_ship
