"""Commits from a local git repository. Nothing is fetched: what the clone does not know is said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from console.commits import names
from console.commits.run import GitFailed, checked, run
from console.config.model import CommitSource
from console.model.commit import Commit, CommitView
from console.model.text import clipped, visible

LIVE_UNKNOWN = "the live version is unknown"
MOST = 200  # commits listed each way
RECENT = 20  # commits of live's history
_LONGEST = 500  # characters kept of a subject or an author
_FORMAT = "--format=%H%x00%ct%x00%an%x00%s"
_LOG = ("log", "-z", "--no-show-signature", "--no-notes", "--no-color", "--encoding=UTF-8", _FORMAT)


def compare(source: CommitSource, live: str | None, idle: str | None) -> CommitView:
    """What would ship, and what would be undone, if `idle` became live. Takes versions as the instances tell them.

    Never raises: what stands in the way is in the view's `problem`.
    """
    if source.git is None:
        return CommitView(
            problem=f"commits from {source.server.title()} are not read by this version: "
            "name a clone of the project, `commits: {git: /PATH/OF/A/REPOSITORY}`"
        )
    try:
        repository = _Repository.open(source.git)
        view = CommitView(problem=repository.caveat)
        view = _with_side(view, repository, "live", live)
        view = _with_side(view, repository, "idle", idle)
    except (GitFailed, OSError, RuntimeError, ValueError) as error:
        return CommitView(problem=str(error))
    try:
        return _with_ranges(view, repository)
    except (GitFailed, OSError) as error:
        return _and(view, str(error))


@dataclass(frozen=True, slots=True)
class _Repository:
    """A repository that git can read. `caveat` is what to keep in mind with every range, in a sentence."""

    path: Path
    caveat: str

    @classmethod
    def open(cls, git: Path) -> _Repository:
        path = git.resolve()
        shallow = checked(path, "rev-parse", "--is-shallow-repository").output.strip() == "true"
        return cls(path, f"{visible(str(path))} is a shallow clone: older commits are missing" if shallow else "")

    def commit(self, name: names.Name) -> Commit | None:
        """The commit of the first name that the repository knows."""
        for candidate in name.candidates:
            found = run(self.path, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{candidate}^{{commit}}")
            if found.code == 0:
                commits, _ = self.log(found.output.strip(), 1)
                return commits[0] if commits else None
        return None

    def log(self, commits: str, most: int) -> tuple[tuple[Commit, ...], bool]:
        """The newest commits of a range of full SHAs, and whether there are more than `most`."""
        answer = checked(self.path, *_LOG, f"--max-count={most + 1}", "--end-of-options", commits, "--")
        fields = answer.output.split("\0")
        if not answer.cut:
            fields.pop()  # every record ends with NUL; of a cut output a torn subject is kept, a torn SHA is not
        records = list(zip(*(fields[i::4] for i in range(4)), strict=False))
        return tuple(_commit(*record) for record in records[:most]), answer.cut or len(records) > most


def _with_side(view: CommitView, repository: _Repository, side: str, version: str | None) -> CommitView:
    if version is None:
        return _and(view, LIVE_UNKNOWN) if side == "live" else view
    name = names.of(version)
    commit = repository.commit(name)
    shown = f"the {side} version `{clipped(version, 80)}`"
    if commit is None:
        where = visible(str(repository.path))
        return _and(
            view, f"{shown} names no commit or tag in {where}: fetch there, or look at `version:` in the config"
        )
    if name.dirty:
        view = _and(view, f"{shown} was built from changed files, which no commit has")
    return replace(view, live=commit) if side == "live" else replace(view, idle=commit)


def _with_ranges(view: CommitView, repository: _Repository) -> CommitView:
    if view.live is not None:
        recent, _ = repository.log(view.live.sha, RECENT)
        view = replace(view, recent=recent)
    if view.live is None or view.idle is None:
        return view
    ship, more_to_ship = repository.log(f"{view.live.sha}..{view.idle.sha}", MOST)
    undo, more_to_undo = repository.log(f"{view.idle.sha}..{view.live.sha}", MOST)
    return replace(view, would_ship=ship, would_undo=undo, more_to_ship=more_to_ship, more_to_undo=more_to_undo)


def _and(view: CommitView, problem: str) -> CommitView:
    return replace(view, problem=f"{view.problem}; {problem}" if view.problem else problem)


def _commit(sha: str, at: str, author: str, subject: str) -> Commit:
    # a committer may write any number as the time; fifteen digits are more than any calendar takes
    seconds = float(at) if at.removeprefix("-").isdecimal() and len(at) <= 15 else 0.0
    return Commit(sha=sha, subject=subject[:_LONGEST], author=author[:_LONGEST], at=seconds)
