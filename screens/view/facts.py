"""A fact as a line: what it is called, its value, and at the right end who says so and how old that is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from console.model.service import Source
from console.model.text import clipped
from screens.view.line import BLANK, Line, Span, line, spread, width, wrap
from screens.view.words import freshness

_LABEL = 12  # cells of the labels
_LONGEST = 2000  # characters of a value: more of a text from outside helps nobody


@dataclass(frozen=True, slots=True)
class Fact:
    """A label, its value as spans, and its source in words (empty: none is needed)."""

    label: str
    value: Line
    source: Line = BLANK


def fact(label: str, *value: Span | str, source: Line = BLANK) -> Fact:
    """A fact of these spans, which are safe to show already."""
    return Fact(label, line(*value), source)


def told(label: str, text: str, role: str = "", source: Line = BLANK) -> Fact:
    """A fact whose value is text from outside."""
    return Fact(label, line((clipped(text, _LONGEST), role)), source)


def by(who: str, source: Source, now: float) -> Line:
    """Who says so, and how old that is: `Nova, fresh`."""
    words = freshness(source, now)
    return line((f"{who}, ", "dim"), (words, "dim" if words == "fresh" else "stale"))


def lines(facts: Sequence[Fact], cells: int) -> list[Line]:
    """The facts at this width. A source that does not fit beside its value stands below it."""
    return [spans for each in facts for spans in _fact(each, cells)]


def _fact(each: Fact, cells: int) -> Iterator[Line]:
    label = line((f"{each.label:<{_LABEL}} ", "label"))
    value = (*label, *each.value)
    if not each.source:
        yield from wrap(value, cells)
    elif width(value) + 2 + width(each.source) <= cells:
        yield spread(value, each.source, cells)
    else:
        *above, last = wrap(value, cells)
        yield from above
        if width(last) + 2 + width(each.source) <= cells:
            yield spread(last, each.source, cells)
        else:
            yield from (last, spread(BLANK, each.source, cells))


def trouble(source: Source | None) -> list[Line]:
    """Why a source says nothing, and what to do about it; nothing where it is well."""
    if source is None or not source.problem:
        return []
    hint = [line(("  " + clipped(source.advice, _LONGEST), "warn"))] if source.advice else []
    return [line((clipped(source.problem, _LONGEST), "bad")), *hint]


def pairs(found: Mapping[str, str], heading: str, most: int = 200) -> list[Line]:
    """A heading and a line each; nothing where there are none."""
    if not found:
        return []
    shown = [line((f"  {clipped(key, 60)}  ", "label"), clipped(text, _LONGEST)) for key, text in found.items()]
    hidden = len(shown) - most
    rest = [line((f"  and {hidden} more", "dim"))] if hidden > 0 else []
    return [line((heading, "title")), *shown[:most], *rest]
