"""Commits as rows: what would be undone, what would ship, and what is live; each with its tests and its marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from console.commits.marks import flags_of
from console.commits.source import LISTED
from console.config.model import CommitSource
from console.model.colour import Colour
from console.model.commit import CiState
from console.model.heading import heading
from console.model.service import COMMITS, Service
from console.model.shipping import Batch, Marked, Safe, Safety
from console.model.text import clipped, visible
from screens.view import shipping
from screens.view.glyphs import Glyphs
from screens.view.line import Line, Span, line
from screens.view.table import Column, Row
from screens.view.words import age, count, name

_LONGEST = 300  # characters of a subject or a path that are worth looking at
_MOST = 1000  # the same where one commit is shown whole
_MARKS = 110  # cells from which marks have a column of their own
COLUMNS = (
    Column("what", 7),
    Column("commit", 7),
    Column("subject", 0, most=70),
    Column("marks", 22, needs=_MARKS),
    Column("tests", 16, needs=100),
    Column("author", 14),
    Column("age", 4, right=True),
)
LIST_COLUMNS = tuple(
    # there the marks stand below the commit, in full
    column._replace(needs=10_000) if column.title == "marks" else column
    for column in COLUMNS
)
FILE_COLUMNS = (
    Column("file", 0, most=110, keeps_end=True),
    Column("commits", 7, right=True),
    Column("marks", 24, needs=70),
    Column("newest", 7),
)


def title(service: Service, glyphs: Glyphs) -> Line:
    """`commits: 14 would ship with GREEN, 0 would be undone   ▲ 1 migration   tests: 13 of 14 passed, 1 failed`."""
    view = service.commits
    if view is None:
        return line(("commits", "title"))
    target = shipping.target_of(service)
    if view.would_ship is None:
        return line(("commits", "title"), (": what would ship is not known", "dim"))
    ways = _ways(service)
    ships = ways[-1].batch
    parts = shipping.counts(ships, glyphs) if ships is not None else ()
    if target is not None and service.shipping is not None and service.shipping.both:
        return shipping.joined([_title_of_both(target, ways, under_way=heading(service) is not None), *parts])
    with_whom = f" with {name(target)}" if target is not None else ""
    undone = f", {_number(ways[0])} would be undone" if ways[0].commits else ""
    head = line(
        ("commits", "title"),
        (f": {_number(ways[-1])} would ship{with_whom}", "strong" if view.would_ship else "dim"),
        (undone, "bad"),
    )
    return shipping.joined([head, *parts])


def _title_of_both(target: Colour, ways: Sequence[_Way], *, under_way: bool) -> Line:
    """`commits: BLUE to GREEN ships 6, undoes none`; with no rollout `6 only in GREEN, 0 only in BLUE`."""
    undone, ships = ways
    if not under_way:
        words = f": {_number(ships)} only in {name(target)}, {_number(undone)} only in {name(target.other)}"
        return line(("commits", "title"), (words, "strong"))
    words = f": {name(target.other)} to {name(target)} ships {_number(ships)}"
    undoes = f", undoes {_number(undone)}" if undone.commits else ", undoes none"
    return line(("commits", "title"), (words, "strong"), (undoes, "bad" if undone.commits else ""))


def _number(way: _Way) -> str:
    """`14`, `over 5,000`."""
    more = way.batch is not None and way.batch.more
    return f"{'over ' if more else ''}{way.total:,}"


def list_title(service: Service) -> Line:
    """`commits, 2 merges folded away, 400 of 5,000 listed: those that are newest or flagged`."""
    both = service.shipping
    total, listed = sum(len(way.commits) for way in _ways(service)), sum(len(way.listed) for way in _ways(service))
    some = f", {listed} of {total:,} listed: the newest, and what is flagged" if listed < total else ""
    merges = sum(batch.merges for batch in (both.ahead, both.behind) if batch is not None) if both is not None else 0
    folded = f", {count(merges, 'merge')} folded away" if merges else ""
    return line(("commits", "title"), (f"{folded}{some}", "dim"))


def title_right(service: Service, now: float) -> Line:
    """What stands beside the two buttons: is there a way back, can what is live be undone."""
    both, target = shipping.both_ways(service, now), shipping.target_of(service)
    if both is None:
        return ()
    after, now_back = both
    if after.verdict is now_back.verdict is Safe.YES:
        return line(("rollback-safe: yes", "dim"))
    if target is not None and service.shipping is not None and service.shipping.both:
        on, home = _beside(f"to {name(target)}", after), _beside(f"to {name(target.other)}", now_back)
        # where both are the same, once is enough: the title beside it has little room
        return line(on) if heading(service) is not None and after.verdict is now_back.verdict else line(on, "  ", home)
    undone = service.shipping.behind if service.shipping is not None else None
    nothing = undone is not None and not undone.commits
    return line(_beside("cut over", after), *(() if nothing else ("  ", _beside("roll back", now_back))))


def _beside(verb: str, found: Safety) -> Span:
    return f"{verb}: safe {found.verdict}", {Safe.NO: "bad", Safe.UNKNOWN: "warn"}.get(found.verdict, "dim")


def rows(service: Service, now: float, glyphs: Glyphs, *, everything: bool = False) -> tuple[Row, ...]:
    """What would be undone first, for it is the surprise; then what would ship; else the newest ones of live.

    `everything`: those of live as well, and below each commit what there is no column for.
    """
    view = service.commits
    if view is None:
        return ()
    listed = [(way.what, one, way.role) for way in _ways(service) for one in way.listed]
    if everything or not listed:
        whose = "live" if service.shipping is None or not service.shipping.both else "has"
        listed += [(whose, Marked(one), "dim") for one in view.recent]
    return tuple(_row(what, one, role, now, glyphs, notes=everything) for what, one, role in listed)


@dataclass(frozen=True, slots=True)
class _Way:
    """Commits that go one way. `what`: the word in front of each. `batch`: None where nobody has marked them."""

    what: str
    role: str
    commits: Sequence[Marked]
    batch: Batch | None = None

    @property
    def total(self) -> int:
        """How many there are, merges with them."""
        return len(self.commits) + (self.batch.merges if self.batch is not None else 0)

    @property
    def listed(self) -> Sequence[Marked]:
        """The newest, and of the older ones those that somebody who decides must have seen."""
        older = [one for one in self.commits[LISTED:] if one.alarming]
        return [*self.commits[:LISTED], *older[:LISTED]]


def _ways(service: Service) -> tuple[_Way, _Way]:
    """What is undone, then what ships; while both serve and nobody moves traffic, what only one of them has."""
    view, both, target = service.commits, service.shipping, shipping.target_of(service)
    assert view is not None
    if both is None or target is None:
        undone, ships = ([Marked(one) for one in some or ()] for some in (view.would_undo, view.would_ship))
        return _Way("undone", "bad", undone), _Way("ships", "", ships)
    ahead, behind = both.towards(target)
    words = ("undone", "bad"), ("ships", "")
    if both.both and heading(service) is None:
        words = (name(target.other), ""), (name(target), "")
    return (
        _Way(*words[0], behind.commits if behind is not None else (), behind),
        _Way(*words[1], ahead.commits if ahead is not None else (), ahead),
    )


def _row(what: str, one: Marked, role: str, now: float, glyphs: Glyphs, *, notes: bool) -> Row:
    commit = one.commit
    told = shipping.joined(shipping.marks(one, glyphs))
    ci = shipping.tests(commit.ci, glyphs) if commit.ci.state is not CiState.UNKNOWN else ("", "")
    cells = (
        (what, role or "dim"),
        (visible(commit.short), "code"),
        (clipped(commit.subject, _LONGEST), ""),
        _short_marks(one, glyphs),
        ci,
        (clipped(commit.author, _LONGEST), "dim"),
        (age(now - commit.at) if commit.at > 0 else "", "dim"),
    )
    below = (line((" " * 16, "label"), *told),) if told and notes else ()
    words = " ".join((*(commit.files or ()), *(value for pair in commit.trailers or () for value in pair), commit.sha))
    return Row(f"{what} {commit.sha}", cells, below, words=words)


def _short_marks(one: Marked, glyphs: Glyphs) -> Span:
    """`▲ migration, not safe`."""
    words = [*one.flags]
    if one.safe is not Safe.YES:
        words.append("rollback-safe: no" if one.safe is Safe.NO else "safe?")
    if one.reverted_by:
        words.append("reverted")
    role = "bad" if one.safe is Safe.NO else "warn" if one.alarming else ""
    return (f"{glyphs.flag} {visible(', '.join(words))}" if words else ""), role


def empty(service: Service) -> Line:
    """What stands where there are no commits to show."""
    view = service.commits
    if view is None and COMMITS in service.sources:
        return line(("being read", "dim"))
    if view is None:
        return line(("not shown: the config names no repository for this service (`commits`)", "dim"))
    if view.problem:
        return line((clipped(view.problem, 2 * _LONGEST), "warn"))
    if view.would_ship is None:
        return line(("what would ship is not known: there are not two versions to compare", "dim"))
    if view.would_ship or view.would_undo:
        return line(("of no commit is it known that it changes files", "dim"))
    return line(("both colours run the same commit: nothing would ship", "dim"))


# -- by path


def file_rows(service: Service, source: CommitSource, glyphs: Glyphs) -> tuple[Row, ...]:
    """Every file that differs, in the order of its path, with the commits that change it and the flags it gives."""
    both, view = service.shipping, service.commits
    if both is None or view is None:
        return ()
    touched: dict[str, list[Marked]] = {path: [] for path in (*(view.undo_files or ()), *(view.ship_files or ()))}
    for batch in (both.behind, both.ahead):
        for one in batch.commits if batch is not None else ():
            for path in one.commit.files or ():
                touched.setdefault(path, []).append(one)
    return tuple(_file_row(path, touched[path], flags_of((path,), source), glyphs) for path in sorted(touched))


def _file_row(path: str, commits: Sequence[Marked], flags: Sequence[str], glyphs: Glyphs) -> Row:
    newest = max(commits, key=lambda one: one.commit.at, default=None)
    return Row(
        path,
        (
            (clipped(path, _LONGEST), ""),
            (str(len(commits)) if commits else "", ""),
            (f"{glyphs.flag} {visible(', '.join(flags))}" if flags else "", "warn"),
            (visible(newest.commit.short) if newest is not None else "", "code"),
        ),
    )


# -- one commit, whole


def whole(one: Marked, now: float, glyphs: Glyphs) -> Iterator[Line]:
    """Everything that is known of a commit."""
    commit = one.commit
    for label, text in _facts(one, now):
        if text:
            yield line((f"{label:<12}", "label"), clipped(text, _MOST))
    yield line((f"{'tests':<12}", "label"), shipping.tests(commit.ci, glyphs))
    for text in (commit.ci.label, commit.ci.link, commit.ci.why):
        if text:
            yield line((" " * 12, "label"), clipped(text, _MOST))
    if one.flags or one.why:
        yield line((f"{'marks':<12}", "label"), *shipping.joined(shipping.marks(one, glyphs)))
    for key, value in commit.trailers or ():
        yield line((f"{'trailer':<12}", "label"), f"{clipped(key, _LONGEST)}: {clipped(value, _MOST)}")
    if commit.files is None:
        yield line((f"{'files':<12}", "label"), ("not known", "dim"))
        return
    yield line((f"{'files':<12}", "label"), str(len(commit.files)))
    for path in commit.files[:500]:
        yield line((" " * 12, "label"), (clipped(path, _MOST), "code"))
    if len(commit.files) > 500:
        yield line((" " * 12, "label"), f"and {len(commit.files) - 500} more")


def _facts(one: Marked, now: float) -> Iterator[tuple[str, str]]:
    commit = one.commit
    yield "commit", commit.sha
    yield "subject", commit.subject
    yield "author", commit.author
    yield "committed", f"{age(now - commit.at)} ago" if commit.at > 0 else ""
    yield "written", f"{age(now - commit.authored)} ago" if commit.authored > 0 else ""
    yield "review", commit.change
    yield "link", commit.link
    yield "parents", " ".join(sha[:12] for sha in commit.parents or ())
    yield "reverts", " ".join(one.reverts)
    yield "reverted by", one.reverted_by


def found(service: Service, key: str) -> Marked | None:
    """The commit of a row's key."""
    what, _, sha = key.partition(" ")
    if service.commits is None:
        return None
    way = next((one for one in _ways(service) if one.what == what), None)
    listed = way.listed if way is not None else [Marked(one) for one in service.commits.recent]
    return next((one for one in listed if one.commit.sha == sha), None)
