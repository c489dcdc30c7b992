"""The help page: every key of the place with what it does, and what the signs mean. Made from the registry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType

from screens import keys
from screens.dialogs.dialog import Dialog
from screens.keys import Situation
from screens.view.glyphs import Glyphs
from screens.view.line import BLANK, Line, line

_MOVES = (
    ("up down j k", "Move the cursor; g and G go to the first and the last row, page up and page down by pages."),
    ("shift + mouse", "Select text, as the terminal does it."),
)


class Reading(Dialog[None]):
    """Text to read, as high as the screen allows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,question_mark,enter,p", "leave", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("space", "scroll(10)", show=False),
        Binding("home,g", "scroll(-100000)", show=False),
        Binding("end,G", "scroll(100000)", show=False),
    ]


def help_page(situation: Situation, glyphs: Glyphs) -> Reading:
    """The help page of a place."""
    return Reading(f"keys on the {situation.place} screen (esc leaves)", list(_lines(situation, glyphs)))


def _lines(situation: Situation, glyphs: Glyphs) -> Iterable[Line]:
    for action in keys.at(situation.place, situation.keymap):
        reason = action.reason(situation)
        shown = " ".join(keys.shown(key) for key in action.keys)
        yield line(
            (f"{shown:<14}", "label key"), action.help, (" Changes the cloud." if action.mutates else "", "warn")
        )
        if reason:
            yield line((" " * 14, "label"), (f"not now: {reason}", "dim"))
    for key, words in _MOVES:
        yield line((f"{key:<14}", "label key"), words)
    yield BLANK
    yield line(("signs", "title"))
    signs = (
        (f"{glyphs.live} {glyphs.idle} {glyphs.both}", "live: all traffic; idle: none; both colours share it"),
        (glyphs.attention, "not healthy, or two sources contradict each other: the line below says which"),
        (glyphs.unknown, "not known to be healthy, which is never taken for healthy"),
        (glyphs.held, "held: taken out by hand, no cutover puts it in rotation"),
        (
            "B G",
            f"in the strip of the last minute: who answered; {glyphs.mixed} both, x lost, {glyphs.quiet} nobody asked",
        ),
    )
    for sign, words in signs:
        yield line((f"{sign:<14}", "label strong"), words)
