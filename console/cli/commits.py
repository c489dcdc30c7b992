"""`bluegreen commits`: what is live, what would ship with the idle colour, and what would be undone."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from console.cli.delivery_words import delivery_lines
from console.cli.looking import config_of, look, say, service_config
from console.commits.compare import LIVE_UNKNOWN, compare
from console.commits.marks import shipping
from console.commits.source import LISTED
from console.config.model import CommitSource, Config
from console.errors import CloudError, ConfigError
from console.model import compared as versions
from console.model.colour import Colour
from console.model.commit import CiState, Commit, CommitView
from console.model.compared import Versions
from console.model.heading import heading
from console.model.service import Service
from console.model.shipping import Batch, Marked, Safety, Shipping
from console.model.text import clipped, visible
from console.plan.plan import Action
from console.plan.shipment import safety_of
from console.rollout.delivery import Delivery

_AUTHOR = 16  # columns


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("service", nargs="?", metavar="SERVICE", help="may be left out where there is only one")
    parser.add_argument("--files", action="store_true", help="also the files that each commit changes")
    parser.add_argument(
        "--pace", action="store_true", help="how it is released, by the journal: how often, how fast, how many failed"
    )
    parser.add_argument(
        "--with", dest="version", default="", metavar="VERSION", help="as if the other colour ran it: before a launch"
    )
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
    service = look(config, settings.name, patience=0)  # they are compared here, and waited for
    _require(service)
    pair = versions.as_if(service, args.version) if args.version else versions.of(service)
    view = _compared(settings.commits, pair)
    pace = _pace(config, settings.name) if args.pace else None
    if args.json:
        answer = as_json(service, pair, view, settings.commits)
        say(json.dumps(answer | ({"pace": asdict(pace)} if pace is not None else {}), indent=2))
    else:
        for line in lines(service, pair, view, time.time(), settings.commits, files=args.files):
            say(line)
        for line in delivery_lines(pace) if pace is not None else ():
            say(line)
    return 1 if view.problem else 0


def lines(
    service: Service,
    pair: Versions,
    view: CommitView,
    now: float,
    source: CommitSource | None = None,
    *,
    files: bool = False,
) -> Iterator[str]:
    """What is printed for people, untrusted text made visible. `files`: with the files of each commit."""
    marked = shipping(view, source or CommitSource(), pair)
    yield from _sides(service, pair, view)
    both = pair.both
    target = heading(service) if both else None
    if both:
        yield f"  {_direction(target)}"
    if view.behind is not None:
        least = "at least " if view.behind.at_least else ""
        since = _age(view.behind.since or 0.0, now)
        oldest = f", the oldest of {since}" if since else ""
        who = "BLUE" if both else "live"
        yield f"  {who} is {least}{_number(view.behind.commits)} behind {clipped(view.behind.branch, 80)}{oldest}"
    yield from (f"  ! {visible(problem)}" for problem in view.problem.split("; ") if problem)
    if view.cached_at is not None:
        yield f"  ! remembered, from {_age(view.cached_at, now) or 'an unknown time'}: the server does not answer now"
    yield from (f"  {visible(told)}" for told in (view.note, view.limits) if told)
    for way in _ways(pair, view, target):
        yield from ("",) if way.ships else ()
        batch = marked.ahead if way.ahead else marked.behind
        yield f"{_count(way.commits, way.more)} {way.words}{_summary(batch)}"
        if way.towards is not None:
            yield visible(f"  {way.asked}: {marked.after(way.towards, now).words}")
        elif way.commits:
            yield visible(f"  {way.asked}: {_undoing(service, marked, batch, now).words}")
        yield from _listed(way.commits, way.more, now, batch, files=files)
    if view.recent:
        yield ""
        yield f"{'BLUE runs' if both else 'live now'}, newest first"
        yield from _listed(view.recent, False, now)


def _direction(target: Colour | None) -> str:
    """While both colours serve: which way."""
    if target is None:
        return "both serve, and no rollout is known to move traffic: each direction is shown"
    return f"both serve: traffic moves from {target.other.upper()} to {target.upper()}"


@dataclass(frozen=True, slots=True)
class _Way:
    """Commits that go one way, in words. `ahead`: those that the base of the comparison lacks. `ships`: come first.

    `towards`: `asked` is whether one can go back once all traffic is on this colour; None: whether they can be undone.
    """

    commits: tuple[Commit, ...]
    more: bool
    ahead: bool
    words: str
    asked: str
    ships: bool
    towards: Colour | None = None


def _ways(pair: Versions, view: CommitView, target: Colour | None) -> tuple[_Way, ...]:
    """What ships and what is undone. While both colours serve: towards `target`; None: either way, in words."""
    if view.would_ship is None or view.would_undo is None or pair.base is None:
        return ()
    ahead = view.would_ship, view.more_to_ship, True
    behind = view.would_undo, view.more_to_undo, False
    new = target or pair.base.other
    ships, undoes = (ahead, behind) if new is pair.base.other else (behind, ahead)
    if not pair.both:
        words = f"would ship with {new.upper()}", "would be undone"
        asked = "going back afterwards is safe", "undoing that is safe"
    else:
        where = f"in {new.upper()} and not in {new.other.upper()}", f"in {new.other.upper()} and not in {new.upper()}"
        words = (f"{where[0]}: they ship", f"{where[1]}: they are undone") if target is not None else where
        asked = (
            f"once all traffic is on {new.upper()}, going back is safe",
            f"once all traffic is on {new.other.upper()}, going back is safe",
        )
    back = new.other if pair.both else None
    return (
        _Way(*ships, words[0], asked[0], ships=True, towards=new if ships[0] or undoes[0] else None),
        _Way(*undoes, words[1], asked[1], ships=False, towards=back if ships[0] or undoes[0] else None),
    )


def as_json(service: Service, pair: Versions, view: CommitView, source: CommitSource | None = None) -> dict[str, Any]:
    """Schema 1. Commits as in `console.model.commit.Commit` (times in Unix seconds); texts are as the source has them.

    `would_ship` and `would_undo` are null where a version is unknown; `more_to_ship` and `more_to_undo` say that
    there are more than those that were looked at. `both` is true while both colours serve: `live` is BLUE then, `idle`
    GREEN, and `heading` the colour to which a rollout moves the traffic, null where none is known to. `supposed`: the
    idle version is that of `--with`, and nothing runs it. `ship` and `undo` sum up the same commits, null where they
    are not known:

        rollback_safe  verdict (yes, no, unknown), reason, commits (short SHAs)
        flags          how many commits have each
        tests          how many are passed, failed, running, none, unknown
        merges         folded away
        marked         sha: flags, safe, why, reverted_by; only commits that have any mark

    `cached_at` is null where every answer is of now; otherwise Unix seconds of the oldest that stands in for one that
    was not to be had. `limits` and `note` are sentences, empty where there is nothing to say.
    """
    colour, now = pair.base, time.time()
    marked = shipping(view, source or CommitSource(), pair)
    return {
        "schema": 1,
        "service": service.name,
        "live": {"colour": colour, "version": pair.live, "commit": _json(view.live)},
        "idle": {"colour": colour.other if colour else None, "version": pair.idle, "commit": _json(view.idle)},
        "supposed": pair.supposed,
        "would_ship": _json_list(view.would_ship),
        "more_to_ship": view.more_to_ship,
        "would_undo": _json_list(view.would_undo),
        "more_to_undo": view.more_to_undo,
        "both": pair.both,
        "heading": heading(service) if pair.both else None,
        "ship": _json_batch(marked, marked.ahead, _after(marked, now)),
        "undo": _json_batch(marked, marked.behind, _undoing(service, marked, marked.behind, now)),
        "behind": asdict(view.behind) if view.behind is not None else None,
        "recent": _json_list(view.recent),
        "problem": view.problem,
        "cached_at": view.cached_at,
        "limits": view.limits,
        "note": view.note,
    }


def _pace(config: Config, name: str) -> Delivery:
    """Raises JournalError."""
    from console.rollout.journal import Journal
    from console.rollout.measured import measured

    with Journal.open(config.journal, read_only=True) as journal:
        return measured(journal, name, time.time())


def _require(service: Service) -> None:
    for name in reversed(service.decisive):
        source = service.source(name)
        if source.seen_at is None:
            raise CloudError(
                f"{service.name}: what is live cannot be told: {visible(source.problem or 'no answer')}", source.hint
            )


def _compared(source: CommitSource, pair: Versions) -> CommitView:
    known = pair.base is not None
    view = compare(source, pair.live, pair.idle, called=pair.called) if known else CommitView()
    # why the live version is unknown says more than that it is
    said = "" if pair.problem and view.problem == LIVE_UNKNOWN else view.problem
    problem = "; ".join(filter(None, (pair.problem, said)))
    return replace(view, problem=problem)


def _sides(service: Service, pair: Versions, view: CommitView) -> Iterator[str]:
    yield visible(f"{service.name}  {service.environment}")
    if pair.base is None:
        return
    sides = ((pair.base, pair.live, view.live), (pair.base.other, pair.idle, view.idle))
    for colour, version, commit in sides:
        shown = clipped(version, 60) if version is not None else service.side(colour).version
        subject = f"  {clipped(commit.subject, 80)}" if commit is not None else ""
        name = f" {commit.short}" if commit is not None and not commit.sha.startswith(version or "-") else ""
        if pair.supposed and colour is not pair.base:
            yield f"  {colour.upper():<5}  as if  {shown}{name}{subject}"
        elif service.side(colour).instances:
            yield f"  {colour.upper():<5}  {service.role(colour):<4}  {shown}{name}{subject}"
        else:
            yield f"  {colour.upper():<5}  none"


def _count(commits: tuple[Commit, ...], more: bool) -> str:
    words = "1 commit" if len(commits) == 1 and not more else f"{len(commits)} commits"
    return f"more than {words}" if more else words


def _number(commits: int) -> str:
    return "1 commit" if commits == 1 else f"{commits} commits"


def _summary(batch: Batch | None) -> str:
    """`: 1 migration; tests of 5 of 6 passed, 1 failed; 2 reverted`."""
    if batch is None or not batch.commits:
        return ""
    parts = [f"{number} {flag}" for flag, number in batch.flagged().items()]
    tests = batch.tested()
    unheard, _ = batch.unheard()
    if unheard == len(batch.commits):
        parts.append("tests not known")
    elif tests[CiState.UNKNOWN] < len(batch.commits):
        ill = [f"{tests[state]} {state}" for state in (CiState.FAILED, CiState.RUNNING, CiState.NONE) if tests[state]]
        ill += [f"{unheard} not known"] if unheard else []
        parts.append(", ".join([f"tests of {tests[CiState.PASSED]} of {len(batch.commits)} passed", *ill]))
    reverted = sum(bool(one.reverted_by) for one in batch.commits)
    parts += [f"{reverted} reverted"] if reverted else []
    return f": {'; '.join(parts)}" if parts else ""


def _marks(one: Marked, files: bool) -> Iterator[str]:
    """Below a commit: what it is flagged with, its tests where they have not passed, its files."""
    commit, blank = one.commit, " " * 11
    if one.flags or one.why:
        yield f"{blank}! {clipped(one.why or ', '.join(one.flags), 200)}"
    if one.untested:
        words = {CiState.FAILED: "tests failed", CiState.NONE: "no tests ran", CiState.RUNNING: "tests still run"}
        yield clipped(f"{blank}! {words[commit.ci.state]}  {commit.ci.label}  {commit.ci.link}".rstrip(), 400)
    if one.reverted_by:
        yield f"{blank}reverted by {visible(one.reverted_by[:7])}"
    for path in commit.files or () if files else ():
        yield f"{blank}{clipped(path, 300)}"


def _listed(
    commits: tuple[Commit, ...], more: bool, now: float, batch: Batch | None = None, *, files: bool = False
) -> Iterator[str]:
    marked = {one.commit.sha: one for one in batch.commits} if batch is not None else {}
    older = [one for one in commits[LISTED:] if one.sha in marked and marked[one.sha].alarming][:LISTED]
    shown = (*commits[:LISTED], *older)
    for commit in shown:
        author = clipped(commit.author, _AUTHOR)
        age = _age(commit.at, now)
        yield f"  {commit.short}  {age:>8}  {author:<{_AUTHOR}}  {clipped(commit.subject, 200)}".rstrip()
        if commit.sha in marked:
            yield from _marks(marked[commit.sha], files)
    if left := len(commits) - len(shown):
        yield f"  ... and {left:,} older ones, which were looked at as well: --json lists them"
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


def _after(marked: Shipping, now: float) -> Safety:
    """Whether one can go back after a cutover."""
    return marked.after(marked.base.other, now) if marked.base is not None else marked.safety(marked.ahead, now)


def _undoing(service: Service, marked: Shipping, batch: Batch | None, now: float) -> Safety:
    """Whether what is live can be undone, as the plan of a rollback has it."""
    if marked.base is None:
        return marked.safety(batch, now)
    if marked.both:
        return marked.after(marked.base, now)
    return safety_of(service, Action.ROLLBACK, marked, marked.base.other, now)


def _json_batch(marked: Shipping, batch: Batch | None, found: Safety) -> dict[str, Any] | None:
    if batch is None:
        return None
    return {
        "rollback_safe": asdict(found),
        "flags": batch.flagged(),
        "tests": batch.tested(),
        "merges": batch.merges,
        "marked": {
            one.commit.sha: {"flags": one.flags, "safe": one.safe, "why": one.why, "reverted_by": one.reverted_by}
            for one in batch.commits
            if one.alarming or one.reverted_by
        },
    }


def _json_list(commits: tuple[Commit, ...] | None) -> list[dict[str, Any]] | None:
    return [asdict(commit) for commit in commits] if commits is not None else None
