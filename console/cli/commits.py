"""`bluegreen commits`: what is live, what would ship with the idle colour, and what would be undone."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from console.cli.looking import config_of, look, say, service_config
from console.commits import versions
from console.commits.compare import LIVE_UNKNOWN, compare
from console.commits.versions import Versions
from console.config.model import CommitSource
from console.errors import CloudError, ConfigError
from console.model.commit import Commit, CommitView
from console.model.service import Service
from console.model.text import clipped, visible

_AUTHOR = 16  # columns


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("service", nargs="?", metavar="SERVICE", help="may be left out where there is only one")
    parser.add_argument("--json", action="store_true", help='{"schema": 1, "service": ..., "would_ship": [...], ...}')


def run(args: argparse.Namespace) -> int:
    """0 with both ranges, or one colour's history; 1 where something is unknown, which is said; 4 no cloud."""
    config = config_of(args)
    settings = service_config(config, args.service)
    if settings.commits is None:
        raise ConfigError(
            f"{visible(str(config.path))}: the service {settings.name} has no `commits`",
            "say where they are: `commits: {git: /PATH/OF/A/REPOSITORY}`",
        )
    service = look(config, settings.name)
    _require(service)
    pair, view = _compared(settings.commits, service)
    if args.json:
        say(json.dumps(as_json(service, pair, view), indent=2))
    else:
        for line in lines(service, pair, view, time.time()):
            say(line)
    return 1 if view.problem else 0


def lines(service: Service, pair: Versions, view: CommitView, now: float) -> Iterator[str]:
    """What is printed for people, untrusted text made visible."""
    yield from _sides(service, pair, view)
    yield from (f"  ! {visible(problem)}" for problem in view.problem.split("; ") if problem)
    other = pair.live_colour.other.upper() if pair.live_colour is not None else "the idle colour"
    if view.would_ship is not None and view.would_undo is not None:
        yield ""
        yield f"{_count(view.would_ship, view.more_to_ship)} would ship with {other}"
        yield from _listed(view.would_ship, view.more_to_ship, now)
        yield f"{_count(view.would_undo, view.more_to_undo)} would be undone"
        yield from _listed(view.would_undo, view.more_to_undo, now)
    if view.recent:
        yield ""
        yield "live now, newest first"
        yield from _listed(view.recent, False, now)


def as_json(service: Service, pair: Versions, view: CommitView) -> dict[str, Any]:
    """Schema 1. Commits: sha, subject, author, at (Unix seconds); subjects and authors are as the repository has them.

    `would_ship` and `would_undo` are null where a version is unknown; `more_to_ship` and `more_to_undo` say that
    there are more than those listed.
    """
    colour = pair.live_colour
    return {
        "schema": 1,
        "service": service.name,
        "live": {"colour": colour, "version": pair.live, "commit": _json(view.live)},
        "idle": {"colour": colour.other if colour else None, "version": pair.idle, "commit": _json(view.idle)},
        "would_ship": _json_list(view.would_ship),
        "more_to_ship": view.more_to_ship,
        "would_undo": _json_list(view.would_undo),
        "more_to_undo": view.more_to_undo,
        "recent": _json_list(view.recent),
        "problem": view.problem,
    }


def _require(service: Service) -> None:
    for name in reversed(service.decisive):
        source = service.source(name)
        if source.seen_at is None:
            raise CloudError(
                f"{service.name}: what is live cannot be told: {visible(source.problem or 'no answer')}", source.hint
            )


def _compared(source: CommitSource, service: Service) -> tuple[Versions, CommitView]:
    pair = versions.of(service)
    view = compare(source, pair.live, pair.idle) if pair.live_colour is not None else CommitView()
    # why the live version is unknown says more than that it is
    said = "" if pair.problem and view.problem == LIVE_UNKNOWN else view.problem
    problem = "; ".join(filter(None, (pair.problem, said)))
    return pair, replace(view, problem=problem)


def _sides(service: Service, pair: Versions, view: CommitView) -> Iterator[str]:
    yield visible(f"{service.name}  {service.environment}")
    if pair.live_colour is None:
        return
    sides = ((pair.live_colour, pair.live, view.live), (pair.live_colour.other, pair.idle, view.idle))
    for colour, version, commit in sides:
        shown = clipped(version, 60) if version is not None else service.side(colour).version
        subject = f"  {clipped(commit.subject, 80)}" if commit is not None else ""
        name = f" {commit.short}" if commit is not None and not commit.sha.startswith(version or "-") else ""
        if service.side(colour).instances:
            yield f"  {colour.upper():<5}  {service.role(colour):<4}  {shown}{name}{subject}"
        else:
            yield f"  {colour.upper():<5}  none"


def _count(commits: tuple[Commit, ...], more: bool) -> str:
    words = "1 commit" if len(commits) == 1 and not more else f"{len(commits)} commits"
    return f"more than {words}" if more else words


def _listed(commits: tuple[Commit, ...], more: bool, now: float) -> Iterator[str]:
    for commit in commits:
        author = clipped(commit.author, _AUTHOR)
        age = _age(commit.at, now)
        yield f"  {commit.short}  {age:>8}  {author:<{_AUTHOR}}  {clipped(commit.subject, 200)}".rstrip()
    if more:
        yield "  ... and more"


def _age(at: float, now: float) -> str:
    """`12m`, `3h`, `5d`: in the largest whole unit; empty where the time is none that could be meant."""
    seconds = now - at
    if at <= 0 or seconds < -86400:
        return ""
    for size, unit in ((365 * 86400, "y"), (86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size:.0f}{unit} ago"
    return "now"


def _json(commit: Commit | None) -> dict[str, Any] | None:
    return asdict(commit) if commit is not None else None


def _json_list(commits: tuple[Commit, ...] | None) -> list[dict[str, Any]] | None:
    return [asdict(commit) for commit in commits] if commits is not None else None
