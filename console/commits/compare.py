"""What would ship and what would be undone between two versions, from whichever source the config names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from console.commits import names
from console.commits.opening import Opened, opened
from console.commits.source import LISTED, RECENT, History, SourceFailed
from console.config.model import CommitSource
from console.model.commit import CiState, Commit, CommitView
from console.model.text import clipped

LIVE_UNKNOWN = "the live version is unknown"

_FAILURES = (SourceFailed, OSError, RuntimeError, ValueError)


def compare(
    source: CommitSource,
    live: str | None,
    idle: str | None,
    environ: Mapping[str, str] | None = None,
    *,
    called: tuple[str, str] = ("live", "idle"),
) -> CommitView:
    """What would ship, and what would be undone, if `idle` became live. Takes versions as the instances tell them.

    `called`: how sentences name the two sides; while both colours serve, none is live or idle. A server is asked for
    each thing once a minute at most, over all calls of this user. Never raises: what stands in the way is in the
    view's `problem`.
    """
    try:
        found = opened(source, environ)
    except _FAILURES as error:
        return CommitView(problem=str(error))
    try:
        view = _and(CommitView(problem=found.problem), found.history.caveat)
        for part in (_sides(live, idle, called), _recent, _ranges(source.most), _behind, _tested, _touched):
            try:
                view = part(view, found)
            except _FAILURES as error:
                view = _and(view, str(error))
        return _told(view, found)
    finally:
        found.close()


_Part = Callable[[CommitView, Opened], CommitView]


def _sides(live: str | None, idle: str | None, called: tuple[str, str]) -> _Part:
    def part(view: CommitView, found: Opened) -> CommitView:
        view = _with_side(view, found.history, "live", called[0], live)
        return _with_side(view, found.history, "idle", called[1], idle)

    return part


def _with_side(view: CommitView, history: History, side: str, called: str, version: str | None) -> CommitView:
    if version is None:
        return _and(view, LIVE_UNKNOWN) if side == called == "live" else view
    name = names.of(version)
    try:
        commit = history.commit(name)
    except _FAILURES as error:
        return _and(view, str(error))
    shown = f"the {called} version `{clipped(version, 80)}`"
    if commit is None:
        return _and(view, f"{shown} names no commit or tag in {history.where}: {history.remedy}")
    if name.dirty:
        view = _and(view, f"{shown} was built from changed files, which no commit has")
    return replace(view, live=commit) if side == "live" else replace(view, idle=commit)


def _recent(view: CommitView, found: Opened) -> CommitView:
    return replace(view, recent=found.history.recent(view.live, RECENT)) if view.live is not None else view


def _ranges(most: int) -> _Part:
    def part(view: CommitView, found: Opened) -> CommitView:
        history = found.history
        if view.live is None or view.idle is None:
            return view
        ship = history.between(view.live, view.idle, most)
        undo = history.between(view.idle, view.live, most)
        return replace(
            view,
            would_ship=ship.commits,
            would_undo=undo.commits,
            more_to_ship=ship.more,
            more_to_undo=undo.more,
            ship_files=ship.files,
            undo_files=undo.files,
            judged_at=history.told.cached_at,
        )

    return part


def _behind(view: CommitView, found: Opened) -> CommitView:
    return replace(view, behind=found.history.behind(view.live)) if view.live is not None else view


def _tested(view: CommitView, found: Opened) -> CommitView:
    """With what tests said of each commit that is listed: of those first on which a decision hangs."""
    commits = list({commit.sha: commit for commit in _all(view, LISTED)}.values())
    for tests in found.tests:
        commits = list(tests.of(commits))
    # with a label somebody did answer, and knows nothing of this commit
    silent = [one.ci.why for one in commits if one.ci.state is CiState.UNKNOWN and one.ci.why and not one.ci.label]
    if silent:
        whose = "1 commit is" if len(silent) == 1 else f"{len(silent)} commits is"
        view = _and(view, f"what tests said of {whose} not known: {silent[0]}")
    return _filled(view, commits)


def _touched(view: CommitView, found: Opened) -> CommitView:
    """With the files of each commit: a server tells them one by one, and those that it was not asked for follow."""
    commits = list(found.history.touched(list({commit.sha: commit for commit in _all(view)}.values())))
    view = _filled(view, commits)
    untold = sum(one.files is None and not one.is_merge for one in (*(view.would_ship or ()), *(view.would_undo or ())))
    if not untold:
        return view
    whose = "1 commit is" if untold == 1 else f"{untold} commits are"
    note = f"which files {whose} about is not known yet: no flag of paths is on them"
    return replace(view, note="; ".join(filter(None, (view.note, note))))


def _filled(view: CommitView, commits: Iterable[Commit]) -> CommitView:
    """With these commits in place of those of the same SHA."""
    known = {commit.sha: commit for commit in commits}

    def of(commit: Commit | None) -> Commit | None:
        return known.get(commit.sha, commit) if commit is not None else None

    def each(some: tuple[Commit, ...] | None) -> tuple[Commit, ...] | None:
        return tuple(known.get(commit.sha, commit) for commit in some) if some is not None else None

    behind = view.behind
    if behind is not None:
        behind = replace(behind, head=known.get(behind.head.sha, behind.head))
    ship, undo, recent = each(view.would_ship), each(view.would_undo), each(view.recent) or ()
    return replace(
        view, live=of(view.live), idle=of(view.idle), would_ship=ship, would_undo=undo, recent=recent, behind=behind
    )


def _all(view: CommitView, most: int | None = None) -> Iterator[Commit]:
    yield from (commit for commit in (view.idle, view.live) if commit is not None)
    yield from (*(view.would_ship or ())[:most], *(view.would_undo or ())[:most])
    if view.behind is not None:
        yield view.behind.head
    yield from view.recent


def _told(view: CommitView, found: Opened) -> CommitView:
    """With what the servers said of themselves."""
    told = [found.history.told, *(one.told for one in found.tests)]
    ages = [one.cached_at for one in told if one.cached_at is not None]
    for one in told:
        view = _and(view, f"{one.trouble}, so what it said before is shown" if one.trouble else "")
    return replace(
        view,
        cached_at=min(ages, default=None),
        limits=_sentences(one.limits for one in told),
        note=_sentences(iter([view.note, *(one.note for one in told)])),
    )


def _sentences(each: Iterator[str]) -> str:
    return "; ".join(dict.fromkeys(filter(None, each)))


def _and(view: CommitView, problem: str) -> CommitView:
    """With one more problem, unless it is there already: a server that is silent is so for every question."""
    if not problem or problem in view.problem.split("; "):
        return view
    return replace(view, problem=f"{view.problem}; {problem}" if view.problem else problem)
