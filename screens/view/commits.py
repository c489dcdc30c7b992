"""Recent commits: what would ship with the idle colour, and what would be undone."""

from __future__ import annotations

from console.model.colour import Role
from console.model.commit import Commit, CommitView
from console.model.service import Service
from console.model.text import visible
from screens.view.line import Line, line
from screens.view.table import Column, Row
from screens.view.words import age, name

COLUMNS = (Column("", 8), Column("", 7), Column("", 0, most=70), Column("", 14), Column("", 4, right=True))


def title(service: Service) -> Line:
    """`commits: 14 would ship with GREEN, 0 would be undone`."""
    view = service.commits
    if view is None:
        return line(("commits", "title"))
    idle = next((side.colour for side in service.colours if service.role(side.colour) is Role.IDLE), None)
    if view.would_ship is None:
        return line(("commits", "title"), (": what would ship is not known", "dim"))
    with_whom = f" with {name(idle)}" if idle is not None else ""
    undone = f", {len(view.would_undo)} would be undone" if view.would_undo else ""
    return line(
        ("commits", "title"),
        (f": {len(view.would_ship)} would ship{with_whom}", "strong" if view.would_ship else "dim"),
        (undone, "bad"),
    )


def rows(view: CommitView | None, now: float) -> tuple[Row, ...]:
    """What would be undone first, for it is the surprise; then what would ship; else the newest ones of live."""
    if view is None:
        return ()
    undone = [_row("undone", commit, now, "bad") for commit in view.would_undo or ()]
    ships = [_row("ships", commit, now, "") for commit in view.would_ship or ()]
    recent = () if undone or ships else tuple(_row("live", commit, now, "dim") for commit in view.recent)
    return (*undone, *ships, *recent)


def empty(service: Service) -> Line:
    """What stands where there are no commits to show."""
    view = service.commits
    if view is None:
        return line(("not shown: the config names no repository for this service (`commits`)", "dim"))
    if view.problem:
        return line((visible(view.problem), "warn"))
    return line(("both colours run the same commit: nothing would ship", "dim"))


def _row(what: str, commit: Commit, now: float, role: str) -> Row:
    return Row(
        f"{what} {commit.sha}",
        (
            (what, role or "dim"),
            (visible(commit.short), "code"),
            (visible(commit.subject), ""),
            (visible(commit.author), "dim"),
            (age(now - commit.at), "dim"),
        ),
    )
