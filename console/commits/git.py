"""Commits from a local git repository. Nothing is fetched unless the config says so: what it does not know is said."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice, takewhile
from pathlib import Path

from console.commits import message
from console.commits.fetch import Fetched, fetch, fetched_at
from console.commits.names import Name, Sha, Tag
from console.commits.run import GitFailed, checked, run
from console.commits.source import LISTED, Range, Told
from console.model.commit import Behind, Commit
from console.model.text import visible

MOST_FILES = 5000  # paths that are kept of a range, and of a commit
WHOLE = 15.0  # seconds in which the rest of a long range is read
_PAGE = 2000  # commits of one call for that rest

# each record begins with an empty field; then so many fields, the SHA first, then paths, the first on a new line
_BARE: tuple[str, ...] = ("%H", "%ct", "%at", "%an", "%P", "%s")
_FIELDS = (*_BARE, "%b")
_LOG = ("log", "-z", "--no-show-signature", "--no-notes", "--no-color", "--encoding=UTF-8")
_PATHS = ("--name-only", "--no-renames", "--no-relative", "--no-ext-diff", "--ignore-submodules=dirty")
_OF_MERGES = "-c"  # paths that differ from all parents; an empty field stands before them

_DAY = 86_400.0  # seconds


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository that git can read, in a work tree or bare; a `History`.

    `branch`: the one that is released; empty: the one that `origin` has as its own, else that of HEAD.
    """

    path: Path
    branch: str = ""
    caveat: str = ""
    remedy: str = "fetch there, or look at `version:` in the config"
    told: Told = field(default_factory=Told)
    shallow: bool = False

    @classmethod
    def open(cls, git: Path, branch: str = "", *, fetched: bool = False) -> Repository:
        """The repository of a folder, `fetched` before, if it was not lately. Raises GitFailed, OSError."""
        path = git.resolve()
        last = fetch(path) if fetched else Fetched(fetched_at(path))
        shallow = checked(path, "rev-parse", "--is-shallow-repository").output.strip() == "true"
        caveat = f"{visible(str(path))} is a shallow clone: older commits are missing" if shallow else ""
        caveat = "; ".join(filter(None, (caveat, last.problem)))
        told = Told(last.at if last.problem else None, note="" if fetched else _old(last.at, time.time()))
        return cls(path, branch, caveat, told=told, shallow=shallow)

    @property
    def where(self) -> str:
        """Its folder."""
        return visible(str(self.path))

    def close(self) -> None:
        """Nothing is open."""

    def commit(self, name: Name) -> Commit | None:
        """The commit of the first name that the repository knows."""
        found = next(filter(None, (self._sha(_spelled(candidate)) for candidate in name.candidates)), None)
        return next(iter(_log(self.path, found, 1)[0]), None) if found is not None else None

    def between(self, base: Commit, tip: Commit, most: int) -> Range:
        """What is in `tip` and not in `base`."""
        span = f"{base.sha}..{tip.sha}"
        commits, more = _log(self.path, span, min(most, LISTED))
        if any(one.trailers is None for one in commits):
            commits, more = (), True  # more than is read at once: in smaller pages there may be room for messages
        if more and len(commits) < most:
            rest, more = _rest(self.path, span, len(commits), most)
            commits = (*commits, *rest)
            if more and len(commits) < most:
                _rest.cache_clear()  # the time was up: there may be more of it when it is asked for again
        # what lies behind the end of a shallow clone may be in the range as well
        return Range(commits, more or self.shallow, self._changed(base.sha, tip.sha) if commits else ())

    def recent(self, tip: Commit, most: int) -> tuple[Commit, ...]:
        """The newest commits of a history."""
        return _log(self.path, tip.sha, most)[0]

    def behind(self, live: Commit) -> Behind | None:
        """How far a commit is behind the branch, as this clone knows the branch."""
        branch, sha = self._head()
        if not sha and self.branch:
            raise GitFailed(f"{self.where} has no branch {visible(self.branch)}: look at `branch:` in the config")
        if not sha:
            return None
        head = _log(self.path, sha, 1)[0][0]
        answer = checked(self.path, "rev-list", "--timestamp", "--end-of-options", f"{live.sha}..{sha}", "--")
        times = [int(line.split(" ", 1)[0]) for line in answer.output.splitlines() if line[:1].isdigit()]
        least = answer.cut or self.shallow
        return Behind(branch, head, len(times), least, float(min(times)) if times and not least else None)

    def touched(self, commits: Sequence[Commit]) -> Iterator[Commit]:
        """The same commits: whatever git tells of their files is told already."""
        yield from commits

    def _head(self) -> tuple[str, str]:
        """Name and SHA of the newest commit of the branch; empty where there is none."""
        named = (f"refs/remotes/origin/{self.branch}", f"refs/heads/{self.branch}")
        for ref in named if self.branch else ("refs/remotes/origin/HEAD", "HEAD"):
            if sha := self._sha(ref):
                if self.branch:
                    return self.branch, sha
                full = run(self.path, "rev-parse", "--symbolic-full-name", "--end-of-options", ref).output.split()
                if full[-1:] == ["HEAD"]:
                    continue  # somebody looks at one commit there: that is no branch
                return full[-1].removeprefix("refs/heads/").removeprefix("refs/remotes/origin/") if full else ref, sha
        return self.branch, ""

    def _sha(self, name: str) -> str | None:
        found = run(self.path, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        return found.output.strip() if found.code == 0 else None

    def _changed(self, base: str, tip: str) -> tuple[str, ...] | None:
        """The paths that differ between a commit and what it shares with another."""
        answer = run(self.path, "diff", "-z", *_PATHS, "--end-of-options", f"{base}...{tip}", "--")
        paths = answer.output.split("\0")[:-1]
        return tuple(paths) if answer.code == 0 and not answer.cut and len(paths) <= MOST_FILES else None


def _old(fetched: float | None, now: float) -> str:
    """What is said of a clone into which nobody has fetched for a day: it may not know what runs, or the branch."""
    if fetched is None or now - fetched < _DAY:
        return ""
    days = int((now - fetched) // _DAY)
    return f"nobody has fetched into the clone for {days} day{'' if days == 1 else 's'}: `fetch: true`, or fetch there"


def _log(path: Path, commits: str, most: int, skip: int = 0) -> tuple[tuple[Commit, ...], bool]:
    """The newest commits of a range of full SHAs, but the first `skip`, and whether there are more than `most`.

    Messages and paths that are more than is ever read are left out, rather than commits.
    """
    bounds = (f"--skip={skip}", f"--max-count={most + 1}", "--end-of-options", commits, "--")
    answer = checked(path, *_LOG, *_PATHS, _OF_MERGES, _format(_FIELDS), *bounds)
    fields = _FIELDS
    if answer.cut:
        fields = _BARE
        answer = checked(path, *_LOG, _format(fields), *bounds)
    found = tuple(islice(_commits(answer.output.split("\0"), len(fields)), most + 1))
    return found[:most], answer.cut or len(found) > most


@lru_cache(maxsize=8)  # two full SHAs have the same commits between them for ever
def _rest(path: Path, commits: str, skip: int, most: int) -> tuple[tuple[Commit, ...], bool]:
    """The commits of a long range after the first `skip`, and whether there are more than `most` in all.

    What is not read in time counts as more. A page that is too much at once is read in smaller ones.
    """
    found: list[Commit] = []
    until, size, more = time.monotonic() + WHOLE, _PAGE, True
    while more and (left := most - skip - len(found)) > 0 and time.monotonic() < until:
        try:
            page, more = _log(path, commits, min(size, left), skip + len(found))
        except GitFailed:
            break
        if size > 1 and any(one.trailers is None for one in page):
            size, more = max(size // 8, 1), True
            continue
        found += page
        if not page:
            break
    return tuple(found), more


def _spelled(candidate: Tag | Sha) -> str:
    if isinstance(candidate, Tag):
        return f"refs/tags/{candidate.name}"
    # git looks for refs of a short name before it looks for commits; in the form that `describe` prints it does not
    return candidate.text if candidate.is_full else f"commit-0-g{candidate.text}"


def _format(fields: tuple[str, ...]) -> str:
    return f"--format=%x00{'%x00'.join(fields)}"


def _commits(tokens: list[str], count: int) -> Iterator[Commit]:
    """The commits of a log. Of a cut one a torn subject is kept, a torn SHA is not."""
    rest = iter(tokens)
    next(rest, None)
    while True:
        record = list(islice(rest, count))
        if len(record) < len(_BARE):
            return
        told = len(record) == len(_FIELDS)
        if told and " " in record[4]:
            next(rest, None)
        paths = tuple(takewhile(bool, rest))
        yield _commit(record, record[-1] if told else None, _files(paths) if told else None)


def _files(tokens: tuple[str, ...]) -> tuple[str, ...] | None:
    paths = (tokens[0].removeprefix("\n"), *tokens[1:]) if tokens else ()
    return paths if len(paths) <= MOST_FILES else None


def _commit(record: list[str], body: str | None, files: tuple[str, ...] | None) -> Commit:
    sha, at, authored, author, parents, subject = record[:6]
    return Commit(
        sha=sha,
        subject=subject[: message.LONGEST],
        author=author[: message.LONGEST],
        at=_seconds(at),
        authored=_seconds(authored),
        parents=tuple(parents.split()),
        trailers=message.trailers(body, subject) if body is not None else None,
        reverts=message.reverts(body) if body is not None else None,
        files=files,
    )


def _seconds(at: str) -> float:
    # a committer may write any number as the time; fifteen digits are more than any calendar takes
    return float(at) if at.removeprefix("-").isdecimal() and len(at) <= 15 else 0.0
