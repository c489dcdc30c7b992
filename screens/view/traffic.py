"""What clients get through the VIP, as a strip of the last minute and the shares of the two colours."""

from __future__ import annotations

import math

from console.model.colour import Colour
from console.model.service import VIP, Service
from console.model.text import visible
from console.model.traffic import WINDOW, Traffic, VipAnswer
from screens.view import words
from screens.view.glyphs import Glyphs
from screens.view.line import Line, Span, line
from screens.view.words import age, name

_FILLS_BY = 5  # slices by which the strip fills: one at a time would cost bytes all through the first minute


def title(service: Service) -> Line:
    """`through the VIP 203.0.113.7, last 60 s`."""
    address = f" {visible(service.balancer.vip_address)}" if service.balancer and service.balancer.vip_address else ""
    return line((f"through the VIP{address}", "title"), (f", last {WINDOW:.0f} s", "dim"))


def title_right(service: Service, now: float) -> Line:
    """How old the last answer is, when that is old."""
    seen = service.source(VIP).seen_at
    if seen is None or service.source(VIP).fresh(now):
        return ()
    return line((f" STALE, {age(now - seen)} old ", "stale"))


def lines(service: Service, cells: int, now: float, glyphs: Glyphs) -> list[Line]:
    """Shares, strip and losses; or why there is nothing to see."""
    if not service.traffic_watched:
        return [line(("not watched: the config has no `vip` check, so a cutover is not proven from outside", "dim"))]
    traffic = service.traffic
    if traffic is None or not traffic.answers:
        problem = service.source(VIP).problem
        return [line((visible(problem), "bad") if problem else (_silence(service), "dim"))]
    traffic = traffic.lately(now)
    if not traffic.answers:
        return [line((f"no answer in the last {WINDOW:.0f} s", "warn"))]
    if _is_nameless(traffic):
        return [_accepted(traffic), _strip_line(traffic, cells, now, glyphs), summary(traffic)]
    shares = [_share(traffic, colour, cells, glyphs) for colour in Colour]
    return [*shares, _strip_line(traffic, cells, now, glyphs), summary(traffic)]


def _silence(service: Service) -> str:
    """Why there is no answer: without an address nothing was asked."""
    if service.balancer is None or not service.balancer.vip_address:
        return "not asked: the load balancer's address is not known"
    return "no answer yet"


def brief(service: Service, cells: int, now: float, glyphs: Glyphs) -> list[Line]:
    """The same in two lines for a narrow screen."""
    full = lines(service, cells, now, glyphs)
    if len(full) == 1:
        return full
    assert service.traffic is not None
    traffic = service.traffic.lately(now)
    if _is_nameless(traffic):
        return [line(*_accepted(traffic), "  ", *summary(traffic)), full[1]]
    shares = [f"{name(colour)} {_percent(traffic, colour)} %" for colour in Colour]
    return [line(("  ".join(shares), "strong"), "  ", *summary(traffic)), full[2]]


def summary(traffic: Traffic) -> Line:
    """`lost 0   longest gap under 500 ms`, and why the last one was lost."""
    longest = traffic.longest_gap_ms
    lost = [answer for answer in traffic.answers if not answer.ok]
    unknown = sum(
        answer.ok and not answer.connected and traffic.colour_of(answer) is None for answer in traffic.answers
    )
    return line(
        (f"lost {len(lost)}", "bad" if lost else ""),
        (f": {_why(lost[-1])}", "bad") if lost else "",
        f"   longest gap {words.gap(longest)}" if longest is not None else "",
        (f"   {unknown} of unknown colour", "warn") if unknown else "",
    )


def _is_nameless(traffic: Traffic) -> bool:
    """Whether the check only opens connections, so that nothing says who answered."""
    return any(answer.connected for answer in traffic.answers)


def _accepted(traffic: Traffic) -> Line:
    good = sum(answer.ok for answer in traffic.answers)
    words = f"{good} of {len(traffic.answers)} accepted"
    return line((words, "strong" if good == len(traffic.answers) else "bad"), (", colour not told", "dim"))


def strip(traffic: Traffic, cells: int, now: float, glyphs: Glyphs) -> Line:
    """The window as `cells` slices, oldest first: B, G, a sign for both, x for a loss.

    Slices begin at whole multiples of their length, so that what is unchanged does not move on the screen but once
    a slice; a minute of one colour is one picture.
    """
    length = WINDOW / cells
    last = math.floor(now / length)
    slices: list[list[VipAnswer]] = [[] for _ in range(cells)]
    for answer in traffic.answers:
        index = cells - 1 - (last - math.floor((answer.at + answer.ms / 1000) / length))
        if 0 <= index < cells:
            slices[index].append(answer)
    # the slice that has just begun may be empty; it shows what the one before it shows
    if not slices[-1] and cells > 1:
        slices[-1] = slices[-2]
    spans: list[Span] = []
    for sign in _filling([_sign(traffic, each, glyphs) for each in slices], (glyphs.quiet, "rest-bar")):
        if spans and spans[-1][1] == sign[1]:
            spans[-1] = (spans[-1][0] + sign[0], sign[1])
        else:
            spans.append(sign)
    return tuple(spans)


def _filling(signs: list[Span], quiet: Span) -> list[Span]:
    """The same, with what is not known yet at the left in whole steps, where only more of the same is hidden by it."""
    unknown = next((index for index, sign in enumerate(signs) if sign != quiet), 0)
    until = min(-(-unknown // _FILLS_BY) * _FILLS_BY, len(signs) - 1)
    if len(set(signs[unknown : until + 1])) > 1:
        return signs
    return [quiet] * until + signs[until:]


def _sign(traffic: Traffic, answers: list[VipAnswer], glyphs: Glyphs) -> Span:
    if not answers:
        return glyphs.quiet, "rest-bar"
    if any(not answer.ok for answer in answers):
        return glyphs.lost, "bad"
    if any(answer.connected for answer in answers):
        return glyphs.good, "strong"
    colours = {traffic.colour_of(answer) for answer in answers}
    if len(colours) > 1:
        return glyphs.mixed, "strong"
    colour = colours.pop()
    return (name(colour)[0], f"{colour.value}-bar") if colour is not None else (glyphs.unknown, "warn")


def _strip_line(traffic: Traffic, cells: int, now: float, glyphs: Glyphs) -> Line:
    # 60 s in 20, 30 or 60 slices: whole seconds each
    room = cells - 11
    slices = 60 if room >= 60 else 30 if room >= 30 else 20
    return (("60 s ", "dim"), *strip(traffic, slices, now, glyphs), (" now", "dim"))


def _share(traffic: Traffic, colour: Colour, cells: int, glyphs: Glyphs) -> Line:
    percent = _percent(traffic, colour)
    room = max(min(cells - 13, 60), 10)
    full = round(room * percent / 100)
    return line(
        (f"{name(colour):<6}", colour.value),
        (glyphs.bar * full, f"{colour.value}-bar"),
        (glyphs.bar_rest * (room - full), "rest-bar"),
        (f" {percent:3d} %", "strong" if percent else "dim"),
    )


def _percent(traffic: Traffic, colour: Colour) -> int:
    total = len(traffic.answers)
    return round(100 * traffic.count(colour) / total) if total else 0


def _why(answer: VipAnswer) -> str:
    return visible(answer.error) if answer.error else f"HTTP {answer.status}"
