"""Commits from Gitiles, the browser of repositories beside Gerrit: its log as JSON, with files where it tells them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.utils import mktime_tz, parsedate_tz
from urllib.parse import quote

import msgspec

from console.commits import message
from console.commits.hosted import Hosted
from console.commits.names import Name, Tag
from console.commits.source import LISTED, PAGES, Range, SourceFailed
from console.commits.web.client import HOUR, LASTING, Client, Waiting
from console.model.commit import Behind, Commit
from console.model.text import visible

_PAGE = 100


class _Ident(msgspec.Struct):
    name: str = ""
    time: str = ""  # `Tue Jan 02 15:04:05 2024 +0000`


class _Diff(msgspec.Struct):
    old_path: str = ""
    new_path: str = ""


class _Commit(msgspec.Struct):
    commit: str
    message: str = ""
    parents: list[str] = []
    author: _Ident = msgspec.field(default_factory=_Ident)
    committer: _Ident = msgspec.field(default_factory=_Ident)
    tree_diff: list[_Diff] | None = None


class _Log(msgspec.Struct):
    log: list[_Commit] = []
    next: str = ""


@dataclass(frozen=True, slots=True)
class Gitiles(Hosted):
    """One project in Gitiles; a `History`. `gerrit` is the server, which knows the project's branch."""

    gerrit: Client = field(kw_only=True)

    def close(self) -> None:
        """Close connections."""
        self.client.close()
        self.gerrit.close()

    def commit(self, name: Name) -> Commit | None:
        """The commit that a version names."""
        for candidate in name.candidates:
            tag = isinstance(candidate, Tag)
            ref = f"refs/tags/{candidate.name}" if isinstance(candidate, Tag) else candidate.text
            page = self._page(ref, 1, 0.0 if tag else LASTING)
            found = page.log[0] if page is not None and page.log else None
            if found is not None and (tag or found.commit.startswith(ref)):
                return _commit(found)
        if name.candidates and self._page("HEAD", 1) is None:
            raise SourceFailed(
                f"{self.where}: Gitiles knows no such project. Name where it is browsed (`gitiles:`), "
                "or a clone beside the server (`git: /PATH/OF/A/REPOSITORY`)"
            )
        return None

    def between(self, base: Commit, tip: Commit, most: int) -> Range:
        """What is in `tip` and not in `base`."""
        if base.sha == tip.sha:
            return Range((), files=())
        commits, more = self._log(f"{base.sha}..{tip.sha}", most)
        told = [commit.files for commit in commits if commit.files is not None]
        whole = not more and len(told) == len(commits)
        return Range(commits, more, tuple(dict.fromkeys(path for files in told for path in files)) if whole else None)

    def recent(self, tip: Commit, most: int) -> tuple[Commit, ...]:
        """The newest commits of a history."""
        return self._log(tip.sha, most)[0]

    def behind(self, live: Commit) -> Behind | None:
        """How far a commit is behind the branch."""
        branch = self.branch or self._own_branch()
        page = self._page(f"refs/heads/{branch}", 1)
        if page is None or not page.log:
            raise SourceFailed(f"{self.where} has no branch {visible(branch)}: look at `branch:` in the config")
        head = _commit(page.log[0])
        if head.sha == live.sha:
            return Behind(branch, head, 0)
        commits, more = self._log(f"{live.sha}..{head.sha}", 3 * _PAGE)
        oldest = min((commit.at for commit in commits), default=None)
        return Behind(branch, head, len(commits), more, oldest if not more else None)

    def _own_branch(self) -> str:
        page = self.gerrit.get(f"projects/{quote(self.project, safe='')}/HEAD", str, HOUR)
        return page.value.removeprefix("refs/heads/") if page is not None else "master"

    def _log(self, revisions: str, most: int) -> tuple[tuple[Commit, ...], bool]:
        """The newest commits of full SHAs, and whether there are more than `most`."""
        found: list[Commit] = []
        page = self._page(revisions, min(most + 1, _PAGE), LASTING)
        if page is None:
            raise SourceFailed(f"{self.where} does not list {visible(revisions)}")
        found += map(_commit, page.log)
        for _ in range(PAGES - 1):
            if page is None or not page.next or len(found) > most:
                break
            try:
                page = self._page(revisions, _PAGE, LASTING, can_wait=len(found) > LISTED, s=page.next)
            except Waiting:
                page = None
            if page is None:  # it was said to be there: whatever stands on it is unknown
                return tuple(found), True
            found += map(_commit, page.log)
        return tuple(found[:most]), len(found) > most or bool(page.next)

    def touched(self, commits: Sequence[Commit]) -> Iterator[Commit]:
        """The same commits: Gitiles' log has their files."""
        yield from commits

    def _page(
        self, revisions: str, size: int, keep: float = 0.0, *, can_wait: bool = False, **further: str
    ) -> _Log | None:
        path = f"{quote(self.project)}/+log/{quote(revisions)}"
        query = {"format": "JSON", "name-status": "1", **further}
        page = self.client.get(path, _Log, keep, query, can_wait=can_wait, n=size)
        return page.value if page is not None else None


def _commit(found: _Commit) -> Commit:
    body = message.body(found.message)
    return Commit(
        sha=found.commit,
        subject=message.subject(found.message),
        author=found.author.name[: message.LONGEST],
        at=_seconds(found.committer.time),
        authored=_seconds(found.author.time),
        parents=tuple(found.parents),
        trailers=message.trailers(body, message.subject(found.message)),
        reverts=message.reverts(body),
        files=_files(found.tree_diff),
    )


def _files(diffs: list[_Diff] | None) -> tuple[str, ...] | None:
    """The paths; None where it tells none. The old path of a file that was added is `/dev/null`."""
    if diffs is None:
        return None
    both = (path for diff in diffs for path in (diff.new_path, diff.old_path) if path and path != "/dev/null")
    return tuple(dict.fromkeys(both))


def _seconds(at: str) -> float:
    """Of a time in Gitiles' form; whatever the locale, the names of days and months are English."""
    try:
        parts = parsedate_tz(at)
        return float(mktime_tz(parts)) if parts is not None else 0.0
    except (ValueError, OverflowError, TypeError):
        return 0.0
