"""What every source of commits can tell, whatever it asks: a local repository or a server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from console.commits.names import Name
from console.model.commit import Behind, Commit

LISTED = 200  # commits each way whose tests are asked for, and that are always listed
PAGES = 20  # pages of a range that a server is asked for, each of 100 commits, whatever the config allows
RECENT = 20  # commits of live's history


class SourceFailed(Exception):
    """A source could not tell what was asked; the text is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Range:
    """The newest commits of a range, newest first, whether there are `more`, and all paths that differ (None: unknown).

    The paths are against what both ends grew from, and cover all commits of the range.
    """

    commits: tuple[Commit, ...]
    more: bool = False
    files: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be said of all answers of a server together; each sentence is empty where there is nothing.

    `cached_at`: Unix seconds of the oldest answer that stands in for one that was not to be had now, for the reason
    `trouble`. `limits`: how much it may still be asked. `note`: what somebody should know and may leave.
    """

    cached_at: float | None = None
    trouble: str = ""
    limits: str = ""
    note: str = ""


class Tests(Protocol):
    """Where the tests of commits are told."""

    @property
    def told(self) -> Told:
        """What is to be said of its answers."""

    def of(self, commits: Sequence[Commit]) -> Iterator[Commit]:
        """The same commits with what is known of their tests, reviews and pages. May raise SourceFailed."""

    def close(self) -> None:
        """Close connections."""


class History(Protocol):
    """One project's commits. Every call may raise SourceFailed or OSError; what it does not know is None."""

    @property
    def told(self) -> Told:
        """What is to be said of its answers."""

    def close(self) -> None:
        """Close connections."""

    @property
    def where(self) -> str:
        """Where it looks, for a sentence like "names no commit or tag in ..."; may be untrusted text made visible."""

    @property
    def caveat(self) -> str:
        """What to keep in mind with every answer, in a sentence; empty: nothing."""

    @property
    def remedy(self) -> str:
        """What to do about a version that it does not know."""

    def commit(self, name: Name) -> Commit | None:
        """The commit that a version names."""

    def between(self, base: Commit, tip: Commit, most: int) -> Range:
        """What is in `tip` and not in `base`."""

    def recent(self, tip: Commit, most: int) -> tuple[Commit, ...]:
        """The newest commits of a history, newest first."""

    def behind(self, live: Commit) -> Behind | None:
        """How far a commit is behind the branch that is released."""

    def touched(self, commits: Sequence[Commit]) -> Iterator[Commit]:
        """The same commits, with the files that each changes, as far as these can be told now."""
