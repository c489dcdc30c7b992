"""The signs that stand beside the words of a state. Every sign has a word next to it: none says anything alone."""

from __future__ import annotations

from typing import NamedTuple


class Glyphs(NamedTuple):
    """One table of signs, each of one cell but the arrow."""

    ascii_only: bool
    live: str
    idle: str
    both: str
    none: str
    good: str
    attention: str
    unknown: str
    held: str
    flag: str
    pending: str
    running: str
    failed: str
    selected: str
    arrow: str
    ellipsis: str
    bar: str
    bar_rest: str
    lost: str
    quiet: str
    mixed: str
    # corners clockwise from the top left, then horizontal and vertical
    corners: tuple[str, str, str, str]
    horizontal: str
    vertical: str


UNICODE = Glyphs(
    ascii_only=False,
    live="●",
    idle="○",
    both="◐",
    none="·",
    good="✓",
    attention="!",
    unknown="?",
    held="‖",
    flag="▲",
    pending="·",
    running="▶",
    failed="✗",
    selected="▸",
    arrow="→",
    ellipsis="…",
    bar="━",
    bar_rest="·",
    lost="x",
    quiet="·",
    mixed="±",
    corners=("╭", "╮", "╯", "╰"),
    horizontal="─",
    vertical="│",
)

ASCII = Glyphs(
    ascii_only=True,
    live="*",
    idle="o",
    both="%",
    none=".",
    good="+",
    attention="!",
    unknown="?",
    held="=",
    flag="^",
    pending=".",
    running=">",
    failed="x",
    selected=">",
    arrow="->",
    ellipsis="~",
    bar="=",
    bar_rest=".",
    lost="x",
    quiet=".",
    mixed="&",
    corners=("+", "+", "+", "+"),
    horizontal="-",
    vertical="|",
)


def in_ascii(text: str) -> str:
    """The text with a question mark for every character that an ASCII terminal has not."""
    return text if text.isascii() else text.encode("ascii", "replace").decode("ascii")
