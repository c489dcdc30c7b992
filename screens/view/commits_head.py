"""What stands above the list of commits: both buttons, each with what it ships or undoes and whether that is safe."""

from __future__ import annotations

from console.model.colour import Colour
from console.model.commit import Behind
from console.model.service import Service
from console.model.shipping import Batch, Safe, Safety
from console.model.text import clipped
from screens.view import shipping
from screens.view.glyphs import Glyphs
from screens.view.line import Line, Span, line
from screens.view.words import age, count, long, name

_ROLES = {Safe.NO: "bad", Safe.UNKNOWN: "warn", Safe.YES: ""}
_LONGEST = 600  # characters of a sentence of the source
_FAR = 100  # commits behind the branch from which it is loud


def head_lines(service: Service, keys: tuple[str, str], now: float, glyphs: Glyphs) -> list[Line]:
    """Mixed versions loudest of all; then the two buttons, how far live is behind, what the source could not say.

    `keys`: those of cut over and roll back.
    """
    lines = [*shipping.mixed(service), *_buttons(service, keys, now, glyphs)]
    view = service.commits
    if view is None:
        return lines
    if view.behind is not None:
        both = service.shipping is not None and service.shipping.both
        lines.append(line(behind_words(view.behind, now, "BLUE" if both else "live")))
    if view.cached_at is not None:
        ago = long(now - view.cached_at)
        lines.append(line((f"remembered from {ago} ago: the server does not answer now", "stale")))
    told = ((view.problem, "warn"), (view.note, ""), (view.limits, "dim"))
    return [*lines, *(line((clipped(text, _LONGEST), role)) for text, role in told if text)]


def _buttons(service: Service, keys: tuple[str, str], now: float, glyphs: Glyphs) -> list[Line]:
    both, verdicts, colour = service.shipping, shipping.both_ways(service, now), shipping.target_of(service)
    if both is None or verdicts is None or colour is None:
        return []
    if both.both:
        return _directions(service, colour, verdicts, glyphs)
    target = name(colour)
    lines = []
    for key, what, batch, whether, found in (
        (keys[0], f"cut over to {target} ships", both.ahead, "going back afterwards is", verdicts[0]),
        (keys[1], f"roll back to {target} undoes", both.behind, "that is", verdicts[1]),
    ):
        # where both are about the same commits, once is enough
        known = batch is both.behind and found.commits and found.commits == verdicts[0].commits
        reason = "for the same reason" if known else clipped(found.reason, 300)
        verdict = f"{whether} safe: {found.verdict}, {reason}", _ROLES[found.verdict]
        lines.append(_button(line((f"{key:<3}", "label key"), (what, "strong")), batch, verdict, glyphs))
    return lines


def _directions(service: Service, target: Colour, verdicts: tuple[Safety, Safety], glyphs: Glyphs) -> list[Line]:
    """While both serve: which way traffic moves, then what ships and whether one can go back, in each direction."""
    assert service.shipping is not None
    lines = [line((shipping.direction(service), "strong"))]
    ways = zip((target, target.other), service.shipping.towards(target), verdicts, strict=True)
    for colour, batch, found in ways:
        what = line((f"{name(colour.other)} to {name(colour)} ships", "strong"))
        verdict = f"going back afterwards is safe: {found.verdict}, {clipped(found.reason, 300)}", _ROLES[found.verdict]
        lines.append(_button(what, batch, verdict, glyphs))
    return lines


def _button(what: Line, batch: Batch | None, verdict: Span, glyphs: Glyphs) -> Line:
    """`c  cut over to GREEN ships 6 commits   going back afterwards is safe: no, 5c0d77a ...   ▲ 1 migration`."""
    if batch is None:
        return shipping.joined([(*what, *line(" what is not known")), line(verdict)])
    if not batch.commits:  # and still it may undo what cannot be undone
        return shipping.joined([(*what, *line(" nothing")), line(verdict) if verdict[1] else ()])
    head = (*what, *line((f" {shipping.size(batch)}", "strong")))
    return shipping.joined([head, line(verdict), *shipping.counts(batch, glyphs), line((_authors(batch), "dim"))])


def _authors(batch: Batch) -> str:
    """`by m.lee, p.okafor and 3 others`."""
    names = [clipped(one, 30) for one in batch.authors()]
    others = f" and {count(len(names) - 2, 'other')}" if len(names) > 2 else ""
    return f"by {', '.join(names[:2])}{others}"


def behind_words(behind: Behind, now: float, who: str = "live") -> Span:
    """`live is 12 commits behind master, the oldest waits for 3d`."""
    branch = clipped(behind.branch, 60) or "its branch"
    if not behind.commits:
        return f"{who} is all that {branch} has", "dim"
    waits = behind.since is not None and behind.since > 0
    since = f", the oldest waits for {age(now - (behind.since or 0.0))}" if waits else ""
    least = "at least " if behind.at_least else ""
    words = f"{who} is {least}{count(behind.commits, 'commit')} behind {branch}{since}"
    return words, "" if behind.commits < _FAR else "warn"
