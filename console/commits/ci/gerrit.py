"""Gerrit's votes: the changes of commits, and what the label for tests says of each. REST API, "Query Changes"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

import msgspec

from console.commits.ci.asked import Asked
from console.commits.web.client import HOUR, Unanswered
from console.model.commit import Ci, CiState, Commit

_AT_ONCE = 10  # commits of one query: servers bound the terms
_OPTIONS = "o=CURRENT_REVISION&o=LABELS"  # each costs the server

_WORST = (CiState.FAILED, CiState.NONE, CiState.PASSED)


class _Label(msgspec.Struct):
    """LabelInfo: `approved` and the like are accounts, there where somebody voted so."""

    approved: dict[str, object] | None = None
    rejected: dict[str, object] | None = None
    recommended: dict[str, object] | None = None
    disliked: dict[str, object] | None = None

    @property
    def state(self) -> CiState:
        """What the votes come to: the lowest and the highest value bind, others only lean."""
        if self.rejected is not None or (self.disliked is not None and self.approved is None):
            return CiState.FAILED
        voted = self.approved is not None or self.recommended is not None
        return CiState.PASSED if voted else CiState.NONE


class _Change(msgspec.Struct):
    number: int = msgspec.field(name="_number")
    project: str = ""
    status: str = ""
    current_revision: str = ""
    labels: dict[str, _Label] = {}


@dataclass(frozen=True, slots=True)
class GerritTests(Asked):
    """The changes and votes of commits of one project; `Tests`. `web`: Gerrit's URL. `vote`: the label for tests."""

    vote: str = "Verified"

    def of(self, commits: Sequence[Commit]) -> Iterator[Commit]:
        """The same commits with what is known of their changes. A merge that Gerrit made has no change."""
        for start in range(0, len(commits), _AT_ONCE):
            some = commits[start : start + _AT_ONCE]
            try:
                changes = self._changes(some)
            except Unanswered as error:
                yield from (replace(commit, ci=Ci(why=str(error))) for commit in some)
            else:
                yield from (self._voted(commit, changes.get(commit.sha, [])) for commit in some)

    def _changes(self, commits: Sequence[Commit]) -> dict[str, list[_Change]]:
        query = quote(f"project:{self.project} ({' OR '.join(f'commit:{commit.sha}' for commit in commits)})")
        page = self.client.get(f"changes/?q={query}&{_OPTIONS}", list[_Change], _settled, can_wait=True)
        if page is None:
            raise Unanswered(f"{self.client.host} knows no changes of {self.project}")
        found: dict[str, list[_Change]] = {}
        for change in page.value:
            found.setdefault(change.current_revision, []).append(change)
        return found

    def _voted(self, commit: Commit, changes: Sequence[_Change]) -> Commit:
        """Of several changes with this revision, as for several branches: the merged one, else the worst."""
        if not changes:  # pushed without review, or by somebody else: nobody can tell
            return replace(commit, ci=Ci(CiState.UNKNOWN, f"gerrit {self.vote}", why="Gerrit knows no change of it"))
        merged = [one for one in changes if one.status == "MERGED"]
        change = min(merged or changes, key=lambda one: _WORST.index(self._state(one)))
        link = f"{self.web}/c/{quote(self.project)}/+/{change.number}"
        ci = Ci(self._state(change), f"gerrit {self.vote}", link)
        return replace(commit, link=link, change=str(change.number), ci=ci)

    def _state(self, change: _Change) -> CiState:
        return change.labels[self.vote].state if self.vote in change.labels else CiState.NONE


def _settled(changes: list[_Change]) -> float:
    return HOUR if changes and all(change.status in ("MERGED", "ABANDONED") for change in changes) else 0.0
