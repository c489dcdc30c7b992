"""The verdict line: is it well, what serves, can I go back, how old is what I see, who may change it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from console.model.colour import Colour
from console.model.text import visible
from screens.arming import Arming
from screens.view.glyphs import Glyphs
from screens.view.line import BLANK, Line, cut, flow, line, spread, width, wrap
from screens.view.words import STEP, count, long, role_glyph

if TYPE_CHECKING:  # only named here: the first paint does not wait for their import
    from console.model.service import Service
    from console.model.verdict import Verdict
    from console.rollout.records import Rollout
    from screens.told import Told


class Head(NamedTuple):
    """What the header shows. `service` and `verdict` are None before the first answer of the cloud."""

    name: str
    environment: str
    production: bool
    arming: Arming
    service: Service | None = None
    verdict: Verdict | None = None
    waiting_for: str = "asking the cloud"
    paused: str = ""  # what stands in place of the freshness while the facts are frozen
    problems: int = 0  # as many as the screen of problems lists


def lines(head: Head, cells: int, now: float, glyphs: Glyphs, *, short: bool = False) -> list[Line]:
    """The header at this width. The mode stands at the right end of the first line; on a short screen where it fits."""
    mode = line((head.arming.words(now), "armed" if head.arming.armed(now) else "readonly"))
    parts = [badge(head), line((visible(head.name), "strong")), *_state(head, glyphs)]
    colours = _colours(head, glyphs)
    if short:
        return _compact(parts, colours, _rest(head), mode, cells)
    who = flow(parts, cells, gap=2)[0]
    together = flow([who, *colours], cells - width(mode) - 2, gap=2)
    above = together if len(together) == 1 else [who, *flow(colours, cells, gap=2)]
    first = spread(above[0], mode, cells, glyphs.ellipsis)
    below = [part for spans in flow(_rest(head), cells) for part in wrap(spans, cells)]
    return [first, *above[1:], *below]


def _compact(who: list[Line], colours: list[Line], rest: list[Line], mode: Line, cells: int) -> list[Line]:
    """As few lines as hold every word: one where that is wide enough, else the colours have the second one."""
    whole = flow([*who, *colours, *rest], cells, gap=2)
    if len(whole) == 1 and width(whole[0]) + 2 + width(mode) <= cells:
        return [spread(whole[0], mode, cells)]
    apart = [*flow([*who, *rest], cells, gap=2), *flow(colours, cells, gap=2)]
    run_on = flow([*who, *rest, *colours], cells, gap=2)
    below = run_on if len(run_on) < len(apart) else apart
    shown = [part for spans in below for part in wrap(spans, cells)]
    for index in reversed(range(len(shown))):
        if width(shown[index]) + 2 + width(mode) <= cells:
            shown[index] = spread(shown[index], mode, cells)
            return shown
    return [*shown, mode]


def badge(head: Head) -> Line:
    """The environment, as a word; blank for the list of all services."""
    if not head.environment:
        return BLANK
    return line((f" {visible(head.environment.upper())} ", "badge-production" if head.production else "badge-other"))


def _state(head: Head, glyphs: Glyphs) -> list[Line]:
    verdict = head.verdict
    if verdict is None or head.service is None:
        return [line((head.waiting_for, "dim"))]
    number, words = head.problems, count(head.problems, "problem")
    if not verdict.healthy and not verdict.asking:
        return [line((f" {glyphs.attention} {verdict.state}{f': {words}' if number else ''} ", "badge-ill"))]
    glyph, style = (glyphs.good, "badge-well") if verdict.healthy else (glyphs.unknown, "dim")
    return [line((f"{glyph} {verdict.state}", style), (f", {words}" if number else "", "warn"))]


def _colours(head: Head, glyphs: Glyphs) -> list[Line]:
    if head.verdict is None or head.service is None:
        return []
    return [_colour(head.service, head.verdict, colour, glyphs) for colour in Colour]


def _colour(service: Service, verdict: Verdict, colour: Colour, glyphs: Glyphs) -> Line:
    from console.model.verdict import role_words  # noqa: PLC0415 there are facts, so it is imported already

    role = role_words(service, colour)
    style = colour.value if role == "idle" else f"{colour.value} live"
    return line((f"{role_glyph(role, glyphs)} {visible(verdict.side(colour))}", style))


def _rest(head: Head) -> list[Line]:
    verdict = head.verdict
    if verdict is None or head.service is None:
        return []
    lease = head.service.lease
    return [
        line((f" {visible(verdict.restraint)} ", "badge-ill")) if verdict.restraint else BLANK,
        line((visible(verdict.rollback), "" if verdict.rollback_ready else "warn")),
        line((verdict.due, "")),
        line((visible(verdict.balancer), "" if verdict.balancer_ready else "warn")),
        line((head.paused or visible(verdict.freshness), "" if verdict.fresh and not head.paused else "stale")),
        line((f"lease {visible(lease.owner)}", "warn")) if lease is not None else BLANK,
    ]


def paused_for(since: float | None, now: float) -> str:
    """`PAUSED 45 s`, in steps of five: how long the facts are frozen; empty while the cloud is watched."""
    if since is None:
        return ""
    return f"PAUSED {long(now - since)}" if now - since >= STEP else "PAUSED"


def paused(since: float | None, key: str, glyphs: Glyphs) -> list[Line]:
    """That the facts are frozen, since when, and the key that goes on; nothing while the cloud is watched."""
    if since is None:
        return []
    at = time.strftime("%H:%M:%S", time.localtime(since))
    words = f" {glyphs.held} PAUSED at {at}: facts of then, the cloud is not asked; {key} goes on "
    return [line((words, "badge-ill"))]


def under_way(rollout: Rollout, *, orphan: bool, waits: bool, glyphs: Glyphs, key: str = "f") -> Line:
    """The rollout that has not ended, and the key that opens it."""
    if waits:
        return line((f" {glyphs.attention} rollout {rollout.id} waits for you: press {key} ", "badge-ill"))
    if orphan:
        state = "stopped and needs you" if rollout.state.ended else "is unfinished: its runner is gone"
        return line((f" {glyphs.attention} rollout {rollout.id} {state}: press {key} ", "badge-ill"))
    way = f"{rollout.plan.source.upper()} {glyphs.arrow} {rollout.plan.target.upper()}"
    who = visible(rollout.who.owner)
    what = f"{rollout.plan.action} {way} by {who}"
    return line((f"{glyphs.running} rollout {rollout.id} is under way: {what}: press {key} to follow it", "strong"))


def with_key(hint: str, key: str) -> str:
    """The hint, and the key that does not wait for the next try; no key where that is soon."""
    return f"{hint} ({key} asks at once)" if key else hint


class Room(NamedTuple):
    """What there is for the problems: sentences at most, cells of a line, and lines."""

    most: int
    cells: int
    lines: int


def problems(found: Sequence[Told], room: Room, glyphs: Glyphs, refresh: str = "ctrl+r", key: str = "p") -> list[Line]:
    """The first problems, the first hint below its own one, and how many more there are; cut with an ellipsis.

    `refresh` is the key that asks at once, `key` the one that lists all problems.
    """
    shown: list[Line] = []
    told = 0
    hinted = next((index for index, each in enumerate(found) if each.hint), None)
    for index, each in enumerate(found[: room.most]):
        left = room.lines - len(shown) - (index + 1 < len(found))  # the rest needs a line as well
        if left <= 0:
            break
        block = wrap(line((f"{glyphs.attention} {visible(each.text)}", "bad")), room.cells)
        if index == hinted:
            hint = with_key(each.hint, refresh if each.waits else "")
            block += wrap(line((f"  {glyphs.arrow} {visible(hint)}", "warn")), room.cells)
        shown += cut(block, left, room.cells, glyphs.ellipsis)
        told = index + 1
    if hidden := sum(each.rows for each in found[told:]):
        words = f"  and {count(hidden, 'more problem')}" if told else f"{glyphs.attention} {count(hidden, 'problem')}"
        shown.append(line((f"{words}: press {key}", "warn")))
    return shown
