"""Commits on the way to green, for the hand-made services of `plan_worlds`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from plan_worlds import VERSIONS
from plan_worlds import config as plain_config

from console.commits.marks import shipping
from console.config.model import CommitSource, ServiceConfig
from console.model.colour import Colour
from console.model.commit import Commit, CommitView
from console.model.compared import Versions
from console.model.service import Service

UNSAFE = (("Rollback-Safe", "no, drops columns"),)


def config(**changes: object) -> ServiceConfig:
    """A config with a source of commits."""
    return plain_config(commits=CommitSource(git=Path("/srv/git/nova")), **changes)


def commit(letter: str, subject: str = "", **changes: object) -> Commit:
    """A commit that can be undone, unless said otherwise."""
    base = Commit(
        letter * 40, subject or f"Change {letter}", "Alice", 900_000.0, parents=("f" * 40,), trailers=(), reverts=(),
        files=("nova/x.py",),
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


def shipping_to_green(facts: Service, *ships: Commit, undoes: tuple[Commit, ...] = (), **changes: object) -> Service:
    """Blue is the base; green has `ships` and lacks `undoes`."""
    view = replace(CommitView(would_ship=ships, would_undo=undoes), **changes)  # type: ignore[arg-type]
    pair = Versions(VERSIONS[Colour.BLUE], VERSIONS[Colour.GREEN], Colour.BLUE)
    return replace(facts, commits=view, shipping=shipping(view, CommitSource(), pair))
