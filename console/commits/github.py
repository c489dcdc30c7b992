"""Commits from GitHub, or a GitHub Enterprise Server.

The REST API of 2022-11-28: repositories, commits, and "compare two commits". Versions that parted are compared from
their merge base.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil
from urllib.parse import quote

import msgspec

from console.commits import message
from console.commits.hosted import Hosted
from console.commits.links import web
from console.commits.names import Name, Tag
from console.commits.source import LISTED, PAGES, Range, SourceFailed
from console.commits.web.client import FOREVER, LASTING, Client, Unanswered, Waiting
from console.model.commit import Behind, Commit
from console.model.text import visible

HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
_PAGE = 100  # the most that the API gives at once
_MOST_FILES = 300  # where the API stops telling files


class _Ident(msgspec.Struct):
    name: str = ""
    date: datetime | None = None


class _Message(msgspec.Struct):
    message: str
    author: _Ident | None = None
    committer: _Ident | None = None


class _Parent(msgspec.Struct):
    sha: str


class _File(msgspec.Struct):
    filename: str
    previous_filename: str | None = None


class _Commit(msgspec.Struct):
    sha: str
    commit: _Message
    html_url: str = ""
    parents: list[_Parent] = []
    files: list[_File] | None = None


class _Comparison(msgspec.Struct):
    ahead_by: int
    total_commits: int
    commits: list[_Commit]
    files: list[_File] | None = None


class _Project(msgspec.Struct):
    default_branch: str


def api_of(url: str) -> str:
    """The base of the API: a host of its own for github.com, `/api/v3` of an Enterprise Server."""
    return "https://api.github.com" if url in ("https://github.com", "https://www.github.com") else f"{url}/api/v3"


@dataclass(frozen=True, slots=True)
class GitHub(Hosted):
    """One project on GitHub; a `History`. `client` asks the API."""

    def commit(self, name: Name) -> Commit | None:
        """The commit that a version names."""
        for candidate in name.candidates:
            tag = isinstance(candidate, Tag)
            ref = f"tags/{candidate.name}" if isinstance(candidate, Tag) else candidate.text
            page = self.client.get(f"{self._path}/commits/{quote(ref)}", _Commit, 0.0 if tag else LASTING)
            # a branch may be named like a short SHA
            if page is not None and (tag or page.value.sha.startswith(ref)):
                return _commit(page.value)
        if not name.candidates:
            return None
        if self.client.get(self._path, _Project) is None:
            raise SourceFailed(f"{self.where}: there is no such project, or only for those who may see it")
        return None

    def between(self, base: Commit, tip: Commit, most: int) -> Range:
        """What is in `tip` and not in `base`. GitHub lists the oldest first, so that the last pages are wanted first.

        Those beyond what is listed can wait for the next look.
        """
        if base.sha == tip.sha:
            return Range((), files=())
        first = self._compared(base.sha, tip.sha, 1)
        total, files = first.total_commits, _paths(first.files)
        last, found = ceil(total / _PAGE), list[Commit]()
        for number in range(last, max(0, last - PAGES), -1):
            if len(found) >= most:
                break
            try:
                can_wait = len(found) >= LISTED
                page = first if number == 1 else self._compared(base.sha, tip.sha, number, can_wait=can_wait)
            except Waiting:
                break
            found += map(_commit, reversed(page.commits))
        return Range(tuple(found[:most]), total > len(found[:most]), files)

    def recent(self, tip: Commit, most: int) -> tuple[Commit, ...]:
        """The newest commits of a history."""
        page = self.client.get(f"{self._path}/commits", list[_Commit], LASTING, sha=tip.sha, per_page=most)
        return tuple(_commit(one) for one in page.value) if page is not None else ()

    def behind(self, live: Commit) -> Behind | None:
        """How far a commit is behind the branch."""
        branch = self.branch
        if not branch:
            project = self.client.get(self._path, _Project)
            branch = project.value.default_branch if project is not None else ""
        page = self.client.get(f"{self._path}/commits/{quote(f'heads/{branch}')}", _Commit)
        if page is None:
            raise SourceFailed(f"{self.where} has no branch {visible(branch)}: look at `branch:` in the config")
        head = _commit(page.value)
        if head.sha == live.sha:
            return Behind(branch, head, 0)
        compared = self._compared(live.sha, head.sha, 1)
        oldest = min((_seconds(one.commit.committer) for one in compared.commits), default=None)
        return Behind(branch, head, compared.ahead_by, since=oldest)

    def touched(self, commits: Sequence[Commit]) -> Iterator[Commit]:
        """The same commits, with the files that each changes, which lists of commits leave out."""
        return (touched(self.client, self.project, commit) for commit in commits)

    @property
    def _path(self) -> str:
        return f"repos/{quote(self.project)}"

    def _compared(self, base: str, tip: str, number: int, *, can_wait: bool = False) -> _Comparison:
        path = f"{self._path}/compare/{base}...{tip}"
        page = self.client.get(path, _Comparison, LASTING, can_wait=can_wait, per_page=_PAGE, page=number)
        if page is None:
            raise SourceFailed(f"{self.where} does not compare {base[:7]} with {tip[:7]}: they share no commit")
        return page.value


def _commit(found: _Commit) -> Commit:
    text, author, committer = found.commit.message, found.commit.author, found.commit.committer
    body = message.body(text)
    return Commit(
        sha=found.sha,
        subject=message.subject(text),
        author=(author.name if author is not None else "")[: message.LONGEST],
        at=_seconds(committer),
        authored=_seconds(author),
        parents=tuple(parent.sha for parent in found.parents),
        trailers=message.trailers(body, message.subject(text)),
        reverts=message.reverts(body),
        files=_paths(found.files),
        link=web(found.html_url),
        change=message.pull_request(text),
    )


def linked(commit: Commit, url: str, project: str) -> Commit:
    """A commit of a clone, with its page and its pull request. `url` is that of the web server."""
    change = commit.change or message.pull_request(commit.subject)
    return replace(commit, link=commit.link or f"{url}/{quote(project)}/commit/{commit.sha}", change=change)


def touched(client: Client, project: str, commit: Commit) -> Commit:
    """A commit with the files that it changes, which lists of commits leave out; as it is where they can wait."""
    if commit.files is not None or commit.is_merge:  # of a merge, servers tell what it brings from its branch
        return commit
    try:
        page = client.get(f"repos/{quote(project)}/commits/{commit.sha}", _Commit, FOREVER, can_wait=True)
    except Unanswered:
        return commit
    return replace(commit, files=_paths(page.value.files)) if page is not None else commit


def _paths(files: list[_File] | None) -> tuple[str, ...] | None:
    if files is None or len(files) >= _MOST_FILES:
        return None
    both = (path for file in files for path in (file.filename, file.previous_filename) if path)
    return tuple(dict.fromkeys(both))


def _seconds(ident: _Ident | None) -> float:
    return ident.date.timestamp() if ident is not None and ident.date is not None else 0.0
