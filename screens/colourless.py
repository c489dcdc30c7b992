"""NO_COLOR to the letter: what is drawn names no colour at all, not even the terminal's own (SGR 39 and 49)."""

from __future__ import annotations

from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter


class Colourless(LineFilter):
    """Takes the colours out of every line; bold, dim, underline and reverse stay."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments without colours."""
        return [Segment(text, _bare(style) if style else style, control) for text, style, control in segments]


@lru_cache(maxsize=256)
def _bare(style: Style) -> Style:
    return style.without_color
