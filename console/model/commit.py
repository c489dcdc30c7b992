"""Commits, and what would ship or be undone between two versions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit. `at` is the committer's time, Unix seconds. Subject and author are untrusted text."""

    sha: str
    subject: str
    author: str
    at: float

    @property
    def short(self) -> str:
        """The first seven characters of the SHA."""
        return self.sha[:7]


@dataclass(frozen=True, slots=True)
class CommitView:
    """What a source says of the two versions. `problem` is why it says less than it should, in a sentence.

    `would_ship` are the commits in idle and not in live, `would_undo` those in live and not in idle, newest first;
    None where a version is unknown. `recent` are the newest commits of live's history, for a service with one side.
    `more_to_ship` and `more_to_undo` say that there are more than those listed.
    """

    live: Commit | None = None
    idle: Commit | None = None
    would_ship: tuple[Commit, ...] | None = None
    would_undo: tuple[Commit, ...] | None = None
    recent: tuple[Commit, ...] = ()
    problem: str = ""
    more_to_ship: bool = False
    more_to_undo: bool = False
