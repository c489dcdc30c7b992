"""Commits, what tests say of them, and what would ship or be undone between two versions.

Unknown is a value of its own, everywhere here: `None` is "nobody told", an empty tuple is "there are none". A source
that cannot tell files says None, a commit that touches none says (). CiState.UNKNOWN is "not asked, or no answer";
CiState.NONE is "asked, and no test ran".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CiState(StrEnum):
    """What the tests of a commit came to."""

    PASSED = "passed"
    FAILED = "failed"
    RUNNING = "running"  # or waiting to be run
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Ci:
    """The tests of one commit.

    `label` names who ran them and which decided: `zuul check`, `github: unit-tests`. `link` is a web page about them;
    empty: none. `why` says in a sentence why the state is unknown, where there is a reason. All untrusted text.
    """

    state: CiState = CiState.UNKNOWN
    label: str = ""
    link: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit. Subject, author, trailers, files and links are untrusted text.

    `at` and `authored`: the committer's and the author's time, Unix seconds; 0: unknown.
    `parents`: SHAs. `trailers`: key and value as in the message, in its order. `reverts`: what the message says is
    reverted: SHAs, perhaps short, or changes as in `change`. `files`: paths that the commit touches, those of a merge
    where it differs from all its parents. Each is None where the source does not tell.
    `link`: its web page. `change`: its review, `12345` of Gerrit, `#12` of GitHub, `!12` of GitLab. Empty: none known.
    """

    sha: str
    subject: str
    author: str
    at: float
    authored: float = 0.0
    parents: tuple[str, ...] | None = None
    trailers: tuple[tuple[str, str], ...] | None = None
    reverts: tuple[str, ...] | None = None
    files: tuple[str, ...] | None = None
    link: str = ""
    change: str = ""
    ci: Ci = Ci()

    @property
    def short(self) -> str:
        """The first seven characters of the SHA."""
        return self.sha[:7]

    @property
    def is_merge(self) -> bool:
        """Whether it is known to have several parents."""
        return self.parents is not None and len(self.parents) > 1


@dataclass(frozen=True, slots=True)
class Behind:
    """How far the live version is behind the branch that is released.

    `head`: the newest commit of `branch`. `commits`: how many of the branch are not live, `at_least` so many where
    not all were counted. `since`: when the oldest of them was committed, Unix seconds; None: unknown, or none.
    """

    branch: str
    head: Commit
    commits: int
    at_least: bool = False
    since: float | None = None


@dataclass(frozen=True, slots=True)
class CommitView:
    """What a source says of the two versions. `problem` is why it says less than it should, in a sentence.

    `would_ship` are the commits in idle and not in live, `would_undo` those in live and not in idle, newest first;
    None where a version is unknown. While both colours serve, `live` and `idle` are two colours of equal standing, as
    `Shipping` names them. `recent` are the newest commits of live's history, for a service with one side.
    `more_to_ship` and `more_to_undo` say that there are more than those that were looked at.
    `ship_files` and `undo_files` are all paths that differ, against what both versions grew from; they cover commits
    that are not listed as well. None where that is unknown or there are too many.
    `behind`: None where the branch or the live version is unknown.
    `cached_at`: Unix seconds of the oldest answer in it that is shown because its server does not answer now; None:
    all is of this look. `limits`: how much the server still lets us ask, in a sentence; empty where it sets no limits.
    `judged_at`: the same of the answers that the two versions and what is between them rest on.
    `note`: what somebody should know and may leave, in a sentence, like a project that has another name now.
    """

    live: Commit | None = None
    idle: Commit | None = None
    would_ship: tuple[Commit, ...] | None = None
    would_undo: tuple[Commit, ...] | None = None
    recent: tuple[Commit, ...] = ()
    problem: str = ""
    more_to_ship: bool = False
    more_to_undo: bool = False
    ship_files: tuple[str, ...] | None = None
    undo_files: tuple[str, ...] | None = None
    behind: Behind | None = None
    cached_at: float | None = None
    limits: str = ""
    note: str = ""
    judged_at: float | None = None
