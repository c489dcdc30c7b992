"""Commits from a GitLab server: its REST API v4, "Repositories", "Commits", "Branches" and "Tags"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

import httpx
import msgspec

from console.commits import message
from console.commits.hosted import Hosted
from console.commits.links import web
from console.commits.names import Name, Tag
from console.commits.source import LISTED, PAGES, Range, SourceFailed
from console.commits.web.client import FOREVER, LASTING, Client, Unanswered, Waiting
from console.model.commit import Behind, Commit
from console.model.text import visible

_PAGE = 100  # the most that the API gives at once
_MOST_DIFFS = 1000  # where GitLab stops telling files, unless an administrator says otherwise


class _Commit(msgspec.Struct):
    id: str
    title: str = ""
    message: str = ""
    author_name: str = ""
    authored_date: datetime | None = None
    committed_date: datetime | None = None
    parent_ids: list[str] = []
    web_url: str = ""


class _Named(msgspec.Struct):  # a branch or a tag
    commit: _Commit | None


class _Diff(msgspec.Struct):
    new_path: str
    old_path: str = ""


class _Comparison(msgspec.Struct):
    diffs: list[_Diff] | None = None
    compare_timeout: bool = False


class _Project(msgspec.Struct):
    default_branch: str | None = None


def api_of(url: str) -> str:
    """The base of the API."""
    return f"{url}/api/v4"


@dataclass(frozen=True, slots=True)
class GitLab(Hosted):
    """One project on GitLab; a `History`. `client` asks the API."""

    def commit(self, name: Name) -> Commit | None:
        """The commit that a version names."""
        for candidate in name.candidates:
            if isinstance(candidate, Tag):
                tag = self.client.get(f"{self._path}/tags/{quote(candidate.name, safe='')}", _Named)
                if tag is not None and tag.value.commit is not None:
                    return _commit(tag.value.commit)
                continue
            page = self.client.get(f"{self._path}/commits/{candidate.text}", _Commit, LASTING)
            # a branch may be named like a short SHA
            if page is not None and page.value.id.startswith(candidate.text):
                return _commit(page.value)
        if name.candidates and self.client.get(project_path(self.project), _Project) is None:
            raise SourceFailed(f"{self.where}: there is no such project, or only for those who may see it")
        return None

    def between(self, base: Commit, tip: Commit, most: int) -> Range:
        """What is in `tip` and not in `base`."""
        if base.sha == tip.sha:
            return Range((), files=())
        commits, more = self._log(f"{base.sha}..{tip.sha}", most)
        return Range(commits, more, self._changed(base.sha, tip.sha) if commits else ())

    def recent(self, tip: Commit, most: int) -> tuple[Commit, ...]:
        """The newest commits of a history."""
        page = self.client.get(f"{self._path}/commits", list[_Commit], LASTING, ref_name=tip.sha, per_page=most)
        return tuple(_commit(one) for one in page.value) if page is not None else ()

    def behind(self, live: Commit) -> Behind | None:
        """How far a commit is behind the branch."""
        branch = self.branch
        if not branch:
            project = self.client.get(project_path(self.project), _Project)
            branch = (project.value.default_branch or "") if project is not None else ""
        page = self.client.get(f"{self._path}/branches/{quote(branch, safe='')}", _Named) if branch else None
        if page is None or page.value.commit is None:
            raise SourceFailed(f"{self.where} has no branch {visible(branch)}: look at `branch:` in the config")
        head = _commit(page.value.commit)
        if head.sha == live.sha:
            return Behind(branch, head, 0)
        commits, more = self._log(f"{live.sha}..{head.sha}", 3 * _PAGE)
        oldest = min((commit.at for commit in commits), default=None)
        return Behind(branch, head, len(commits), more, oldest if not more else None)

    def touched(self, commits: Sequence[Commit]) -> Iterator[Commit]:
        """The same commits, with the files that each changes, which lists of commits leave out."""
        return (touched(self.client, self.project, commit) for commit in commits)

    @property
    def _path(self) -> str:
        return f"{project_path(self.project)}/repository"

    def _log(self, revisions: str, most: int) -> tuple[tuple[Commit, ...], bool]:
        """The newest commits of a range of full SHAs, and whether there are more than `most`."""
        found: list[Commit] = []
        size = min(most + 1, _PAGE)
        page = self.client.get(f"{self._path}/commits", list[_Commit], LASTING, ref_name=revisions, per_page=size)
        if page is None:
            raise SourceFailed(f"{self.where} does not list {visible(revisions)}")
        found += map(_commit, page.value)
        for _ in range(PAGES - 1):
            if page is None or not page.next or len(found) > most:
                break
            try:
                path, query = f"{self._path}/commits", _following(page.next)
                page = self.client.get(path, list[_Commit], LASTING, query, can_wait=len(found) > LISTED)
            except Waiting:
                page = None
            if page is None:  # it was said to be there: whatever stands on it is unknown
                return tuple(found), True
            found += map(_commit, page.value)
        return tuple(found[:most]), len(found) > most or bool(page.next)

    def _changed(self, base: str, tip: str) -> tuple[str, ...] | None:
        """The paths that differ; GitLab's own limits leave some out, which it does not say of each."""
        both = {"from": base, "to": tip, "straight": "false"}
        page = self.client.get(f"{self._path}/compare", _Comparison, LASTING, both)
        if page is None or page.value.compare_timeout or page.value.diffs is None:
            return None
        return _paths(page.value.diffs) if len(page.value.diffs) < _MOST_DIFFS else None


def _following(link: str) -> dict[str, str]:
    """What asks for the next page, of the server that we know: a link has the name by which GitLab calls itself."""
    return dict(httpx.URL(link).params)


def project_path(project: str) -> str:
    """The path of a project's resource: its name is one segment."""
    return f"projects/{quote(project, safe='')}"


def _commit(found: _Commit) -> Commit:
    text = found.message or found.title
    body = message.body(text)
    return Commit(
        sha=found.id,
        subject=message.subject(text),
        author=found.author_name[: message.LONGEST],
        at=_seconds(found.committed_date),
        authored=_seconds(found.authored_date),
        parents=tuple(found.parent_ids),
        trailers=message.trailers(body, message.subject(text)),
        reverts=message.reverts(body),
        link=web(found.web_url),
        change=message.merge_request(text),
    )


def linked(commit: Commit, url: str, project: str) -> Commit:
    """A commit of a clone, with its page. `url` is that of the web server."""
    return replace(commit, link=commit.link or f"{url}/{quote(project)}/-/commit/{commit.sha}")


def touched(client: Client, project: str, commit: Commit) -> Commit:
    """A commit with the files that it changes, which lists of commits leave out; as it is where they can wait."""
    if commit.files is not None or commit.is_merge:  # of a merge, servers tell what it brings from its branch
        return commit
    path = f"{project_path(project)}/repository/commits/{commit.sha}/diff"
    found: list[_Diff] = []
    try:
        page = client.get(path, list[_Diff], FOREVER, can_wait=True, per_page=_PAGE)
        while page is not None and len(found) < _MOST_DIFFS:
            found += page.value
            if not page.next:
                return replace(commit, files=_paths(found))
            page = client.get(path, list[_Diff], FOREVER, _following(page.next), can_wait=True)
    except Unanswered:
        pass
    return commit


def _paths(diffs: list[_Diff]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path for diff in diffs for path in (diff.new_path, diff.old_path) if path))


def _seconds(at: datetime | None) -> float:
    return at.timestamp() if at is not None else 0.0
