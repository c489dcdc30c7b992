"""What ships and what is undone, before anybody decides: counts, flags, tests, and whether there is a way back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from console.model.colour import Colour
from console.model.commit import Ci, CiState
from console.model.compared import untold_words
from console.model.heading import heading
from console.model.service import Service
from console.model.shipping import Batch, Marked, Safe, Safety, Shipping, safety
from console.model.text import clipped, visible
from console.plan.plan import Action, Plan
from console.plan.shipment import safety_of
from screens.view.glyphs import Glyphs
from screens.view.line import GAP, Line, Span, fit, line, spread, width
from screens.view.words import count, name

_LONGEST = 300  # characters of a subject or a reason that are worth looking at
_SAFE_ROLES = {Safe.YES: "", Safe.UNKNOWN: "warn", Safe.NO: "bad"}
_CI_ROLES = {CiState.FAILED: "bad", CiState.NONE: "warn", CiState.RUNNING: "warn"}


def verdict(found: Safety) -> Span:
    """`rollback-safe: no`."""
    return f"rollback-safe: {found.verdict}", _SAFE_ROLES[found.verdict]


def counts(batch: Batch, glyphs: Glyphs) -> Iterator[Line]:
    """`▲ 1 migration`, `tests 13/14 passed, 1 failed`, `2 merges`: each a part of a line."""
    for flag, number in batch.flagged().items():
        yield line((f"{glyphs.flag} {number} {visible(flag)}", "warn"))
    for flag in batch.elsewhere:
        yield line((f"{glyphs.flag} {visible(flag)}, in no commit that is listed", "warn"))
    if tests := tests_words(batch):
        yield line(tests)
    reverted = sum(bool(one.reverted_by) for one in batch.commits)
    if reverted:
        yield line(f"{reverted} reverted")


def tests_words(batch: Batch) -> Span | None:
    """`tests: 13 of 14 passed, 1 failed`; None where nobody was asked for any test."""
    found, total, (unheard, _) = batch.tested(), len(batch.commits), batch.unheard()
    if not total or (found[CiState.UNKNOWN] == total and not unheard):
        return None
    if found[CiState.UNKNOWN] == total:
        return f"tests: not known of {count(total, 'commit')}", "warn"
    words = {CiState.FAILED: "failed", CiState.NONE: "without tests", CiState.RUNNING: "running",
             CiState.UNKNOWN: "not known"}  # fmt: skip
    others = [f"{found[state]} {word}" for state, word in words.items() if found[state]]
    ill = found[CiState.FAILED] or found[CiState.NONE] or found[CiState.RUNNING]
    role = "bad" if found[CiState.FAILED] else "warn" if ill or unheard else ""
    return ", ".join([f"tests: {found[CiState.PASSED]} of {total} passed", *others]), role


def title(plan: Plan, shipping: Shipping | None) -> Line:
    """`ships 14 commits, undoes 0`."""
    ships, undoes = shipping.towards(plan.target) if shipping is not None else (None, None)
    if ships is None or undoes is None:
        return line(("what ships", "title"), (" is not known", "warn"))
    if plan.action is Action.ROLLBACK:
        back = f", brings in {size(ships)}" if ships.commits else ""
        return line((f"undoes {size(undoes)}", "title"), back)
    undone = (f", undoes {size(undoes)}", "bad") if undoes.commits else ", undoes none"
    return line((f"ships {size(ships)}", "title"), undone)


def title_right(plan: Plan) -> Line:
    """Whether there is a way back from what the plan does."""
    found = plan.shipment.safety
    what = "safe to undo" if plan.action is Action.ROLLBACK else "safe to go back after"
    return line((f"{what}: {found.verdict}", _SAFE_ROLES[found.verdict]))


def size(batch: Batch) -> str:
    """`14 commits`, `over 200 commits`."""
    return f"{'over ' if batch.more else ''}{count(len(batch.commits), 'commit')}"


def block(plan: Plan, shipping: Shipping | None, cells: int, most: int, glyphs: Glyphs) -> list[Line]:
    """What somebody who confirms must have seen, in at most so many lines: the reason, the counts, the alarms."""
    ships, undoes = shipping.towards(plan.target) if shipping is not None else (None, None)
    batch = undoes if plan.action is Action.ROLLBACK and undoes is not None and undoes.commits else ships
    found = plan.shipment.safety
    if batch is None or shipping is None:
        return [line((clipped(found.reason, _LONGEST), "warn"))]
    lines: list[Line] = []
    summary = [part for part in counts(batch, glyphs) if part]
    if summary:
        lines.append(joined(summary))
    alarms = batch.alarming
    if plan.action is Action.CUTOVER and undoes is not None:
        undone = tuple(one for one in undoes.commits if one.safe is not Safe.YES)
        alarms = (*undone[:1], *alarms, *undone[1:])  # the first of each kind has its line, however many there are
    room = max(most - len(lines), 1)
    shown = alarms if len(alarms) <= room else alarms[: max(room - 1, 1)]
    lines += [alarm(one, cells, glyphs) for one in shown]
    if len(alarms) > len(shown):
        lines.append(line((f"and {len(alarms) - len(shown)} more to look at: press m", "warn")))
    if not lines and not batch.commits and undoes is not None and undoes.commits:
        return [line((f"it ships nothing, and undoes {size(undoes)}: press m to see them", "warn"))]
    return lines or [line((_quiet(batch), "dim"))]


def _quiet(batch: Batch) -> str:
    """What is said where there is nothing to say."""
    if not batch.commits:
        return "no commit differs"
    tested = tests_words(batch) is not None
    return f"nothing in it is flagged{'' if tested else '; whether its tests passed is not known'}"


def alarm(one: Marked, cells: int, glyphs: Glyphs) -> Line:
    """`5c0d77a Drop columns     ▲ migration, Rollback-Safe: no   ✗ tests failed`: the marks never give way."""
    right = joined(marks(one, glyphs))
    right = right if width(right) <= cells - 17 else fit(right, max(cells - 17, 1), glyphs.ellipsis)
    left = line((visible(one.commit.short), "code"), " ", clipped(one.commit.subject, _LONGEST))
    return spread(left, (*line(" "), *right), cells, glyphs.ellipsis)


def marks(one: Marked, glyphs: Glyphs) -> Iterator[Line]:
    """Tests, flags and rollback safety, which may be long, and whether it is reverted."""
    if one.untested:
        yield line(tests(one.commit.ci, glyphs))
    if one.safe is not Safe.YES:
        yield line((f"{glyphs.flag} {clipped(one.why, _LONGEST)}", _SAFE_ROLES[one.safe]))
    elif one.flags:
        yield line((f"{glyphs.flag} {visible(', '.join(one.flags))}", "warn"))
    if one.reverted_by:
        yield line((f"reverted by {visible(one.reverted_by[:7])}", ""))


def tests(ci: Ci, glyphs: Glyphs) -> Span:
    """`✓ zuul check`, `✗ tests failed`: what the tests of one commit came to."""
    label = clipped(ci.label, 40)
    return {
        CiState.PASSED: (f"{glyphs.good} {label or 'passed'}", ""),
        CiState.FAILED: (f"{glyphs.failed} tests failed{f': {label}' if label else ''}", "bad"),
        CiState.RUNNING: (f"{glyphs.running} tests run", "warn"),
        CiState.NONE: (f"{glyphs.failed} no tests", "warn"),
        CiState.UNKNOWN: (f"{glyphs.unknown} tests", "dim"),
    }[ci.state]


def both_ways(service: Service, now: float) -> tuple[Safety, Safety] | None:
    """For the two buttons: is there a way back after a cutover, and can what is live be undone? None: not known yet.

    While both colours serve: once all traffic is where it goes to (`target_of`), and once it is on the other one.
    """
    shipping, target = service.shipping, target_of(service)
    if shipping is None:
        return None
    if target is None:
        return safety(shipping.ahead, shipping.problem), safety(shipping.behind, shipping.problem)
    if shipping.both:
        return shipping.after(target, now), shipping.after(target.other, now)
    return shipping.after(target, now), safety_of(service, Action.ROLLBACK, shipping, target, now)


def target_of(service: Service) -> Colour | None:
    """Whose commits would ship: those of the idle colour; while both serve, of the one to which traffic is moved.

    GREEN's, where nobody knows of a rollout. None where the colours are not compared.
    """
    shipping = service.shipping
    if shipping is None or shipping.base is None:
        return None
    return (heading(service) if shipping.both else None) or shipping.base.other


def direction(service: Service) -> str:
    """While both serve: which way, in words; empty otherwise."""
    if service.shipping is None or not service.shipping.both:
        return ""
    target = heading(service)
    if target is None:
        return "both serve, and no rollout is known to move traffic: what each has and the other lacks"
    return f"both serve: traffic moves from {name(target.other)} to {name(target)}"


def mixed(service: Service) -> list[Line]:
    """A colour whose instances run several versions, or do not all tell one: no list of commits is true of it."""
    several = [
        line((f" {name(side.colour)} RUNS {len(side.versions)} VERSIONS ", "badge-ill"), " ",
             ", ".join(_counted(service, side.colour)))
        for side in service.colours
        if len(side.versions) > 1
    ]  # fmt: skip
    untold = filter(None, (untold_words(service, side.colour) for side in service.colours))
    return [*several, *(line((f" {words} ", "badge-ill")) for words in untold)]


def _counted(service: Service, colour: Colour) -> Iterator[str]:
    versions = [one.version.value for one in service.side(colour).instances if one.version is not None]
    for version in service.side(colour).versions:
        yield f"{clipped(version, 12)} on {versions.count(version)}"


def joined(parts: Iterable[Line]) -> Line:
    """The parts with some blanks between them; empty ones vanish."""
    found: Line = ()
    for part in parts:
        found = (*found, GAP, *part) if found and part else (found or part)
    return found
