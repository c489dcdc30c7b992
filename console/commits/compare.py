"""What would ship and what would be undone between two versions, from whichever source the config names."""

from __future__ import annotations

from dataclasses import replace

from console.commits import names
from console.commits.git import Repository
from console.commits.source import MOST, RECENT, History, SourceFailed
from console.config.model import CommitSource
from console.model.commit import CommitView
from console.model.text import clipped

LIVE_UNKNOWN = "the live version is unknown"


def compare(source: CommitSource, live: str | None, idle: str | None) -> CommitView:
    """What would ship, and what would be undone, if `idle` became live. Takes versions as the instances tell them.

    Never raises: what stands in the way is in the view's `problem`.
    """
    try:
        history = _opened(source)
        view = CommitView(problem=history.caveat)
        view = _with_side(view, history, "live", live)
        view = _with_side(view, history, "idle", idle)
    except (SourceFailed, OSError, RuntimeError, ValueError) as error:
        return CommitView(problem=str(error))
    try:
        view = _with_ranges(view, history)
        return replace(view, behind=history.behind(view.live)) if view.live is not None else view
    except (SourceFailed, OSError) as error:
        return _and(view, str(error))


def _opened(source: CommitSource) -> History:
    if source.git is None:
        raise SourceFailed(
            f"commits from {source.server.title()} are not read by this version: "
            "name a clone of the project, `commits: {git: /PATH/OF/A/REPOSITORY}`"
        )
    return Repository.open(source.git, source.branch)


def _with_side(view: CommitView, history: History, side: str, version: str | None) -> CommitView:
    if version is None:
        return _and(view, LIVE_UNKNOWN) if side == "live" else view
    name = names.of(version)
    commit = history.commit(name)
    shown = f"the {side} version `{clipped(version, 80)}`"
    if commit is None:
        return _and(view, f"{shown} names no commit or tag in {history.where}: {history.remedy}")
    if name.dirty:
        view = _and(view, f"{shown} was built from changed files, which no commit has")
    return replace(view, live=commit) if side == "live" else replace(view, idle=commit)


def _with_ranges(view: CommitView, history: History) -> CommitView:
    if view.live is not None:
        view = replace(view, recent=history.recent(view.live, RECENT))
    if view.live is None or view.idle is None:
        return view
    ship = history.between(view.live, view.idle, MOST)
    undo = history.between(view.idle, view.live, MOST)
    return replace(
        view,
        would_ship=ship.commits,
        would_undo=undo.commits,
        more_to_ship=ship.more,
        more_to_undo=undo.more,
        ship_files=ship.files,
        undo_files=undo.files,
    )


def _and(view: CommitView, problem: str) -> CommitView:
    return replace(view, problem=f"{view.problem}; {problem}" if view.problem else problem)
