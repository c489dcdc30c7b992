"""Commit sources that this version does not read say so, instead of showing nothing."""

from __future__ import annotations

import pytest

from console.commits.compare import compare
from console.config.model import CommitSource


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (CommitSource(gerrit="https://review.example.org", project="a/b"), "Gerrit"),
        (CommitSource(github="https://github.com", project="a/b"), "Github"),
        (CommitSource(gitlab="https://gitlab.com", project="a/b"), "Gitlab"),
    ],
)
def test_a_server_of_commits_is_not_silently_ignored(source: CommitSource, name: str) -> None:
    view = compare(source, "abcdef0", "abcdef1")
    assert view.problem.startswith(f"commits from {name} are not read by this version")
    assert view.would_ship is None
