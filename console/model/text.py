"""Text from outside, made safe to show: every screen and every command passes untrusted text through here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_NAMES_SHOWN = 3

# Letters and marks that draw nothing and that `str.isprintable` lets through: fillers, joiners, variation selectors.
# The two selectors that choose between text and emoji style (FE0E, FE0F) are left: they are harmless and common.
# Compiled when there is a text that is not ASCII: the first paint does not wait for it.
_INVISIBLE = "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0d\uffa0\U000e0100-\U000e01ef]"


def visible(text: str) -> str:
    r"""The text on one line, with everything spelled out that a terminal would obey or hide.

    Control characters and so every escape sequence, line breaks and tabs, bidirectional overrides, zero-width and
    unassigned characters, spaces other than the plain one and lone surrogates become `\x1b`, `\n`, `\u202e` and
    the like. Doing it twice changes nothing. Square brackets stay: markup is for the caller to leave uninterpreted.
    """
    if text.isprintable() and (text.isascii() or not re.search(_INVISIBLE, text)):
        return text
    hidden = re.compile(_INVISIBLE)
    return "".join(
        char if char.isprintable() and not hidden.match(char) else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


def clipped(text: str, limit: int) -> str:
    """`visible(text)` in at most `limit` characters, with "..." where something was left out."""
    if len(text) <= limit and text.isascii() and text.isprintable():  # nearly all there is, a thousand times a look
        return text
    # a character grows to ten at most, so looking at `limit` of them is enough whatever the length of the text
    shown = visible(text[: limit + 1])
    return shown if len(shown) <= limit else shown[: max(limit - 3, 0)] + "..."[:limit]


def listed(names: Iterable[str]) -> str:
    """`a, b and c`."""
    *first, last = list(names) or ["nothing"]
    return f"{', '.join(first)} and {last}" if first else last


def some(names: Sequence[str]) -> str:
    """The first few, and how many more."""
    shown, hidden = names[:_NAMES_SHOWN], len(names) - _NAMES_SHOWN
    return ", ".join(shown) + (f" and {hidden} more" if hidden > 0 else "")
