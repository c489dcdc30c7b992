"""Lines of text that repaint only the cells that changed.

Textual's own widgets repaint themselves whole: one changed cell of a table costs kilobytes over a slow line. A sheet
draws itself as lines, compares them with those on the screen, and refreshes the span of each line that differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widget import Widget

from screens.look import look_of
from screens.view.glyphs import in_ascii
from screens.view.line import BLANK, Line, cut, fit, wrap


class Sheet(Widget):
    """Some lines of text, cut at the right edge or wrapped (`wraps`); as high as they are with `height: auto`.

    What is too high for it ends with an ellipsis.
    """

    ALLOW_SELECT = False
    wraps = False

    # Textual lays everything out and paints it once more whenever this changes, that is after every change of size
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False, repaint=False)

    def __init__(self, *, id: str | None = None, classes: str | None = None, wraps: bool | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.lines: tuple[Line, ...] = ()
        self._make: Callable[[int], Sequence[Line]] | None = None
        self._drawn: list[Line] = []
        self._drawn_size = Size(0, 0)
        self._asked_height = -1
        self._ground: Style | None = None  # of all lines, while they are painted
        if wraps is not None:
            self.wraps = wraps

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines; costs nothing where they are the ones shown."""
        shown = tuple(lines)
        if shown != self.lines or self._make is not None:
            self.lines, self._make = shown, None
            self.redraw()

    def show_made(self, make: Callable[[int], Sequence[Line]]) -> None:
        """Show lines that are made for the width they get."""
        self._make = make
        self.redraw()

    def draw(self, size: Size) -> list[Line]:
        """The whole content at this size, a line each; fewer than the height leaves blank lines."""
        return cut(self._wrapped(size.width), size.height, size.width, look_of(self.app).glyphs.ellipsis)

    def wanted_height(self, width: int) -> int:
        """Lines that the content takes at this width, for `height: auto`."""
        return len(self._wrapped(width))

    def redraw(self) -> None:
        """Draw again, and refresh the spans that differ from what is on the screen."""
        size = self.size
        if not size.area or self._drawn_size != size:
            self.repaint()
            return
        # what it wants and what it gets may differ for good, so only a change of the wish asks for a new layout
        if self._is_auto and self.wanted_height(size.width) != self._asked_height:
            self.repaint()
            return
        before, self._drawn = self._drawn, self.draw(size)
        pairs = enumerate(zip_longest(before, self._drawn, fillvalue=BLANK))
        regions = [Region(x, y, cells, 1) for y, (was, now) in pairs for x, cells in _difference(was, now, size.width)]
        if regions:
            self.refresh(*regions)

    def repaint(self) -> None:
        """Draw everything again, as after a change of theme."""
        self._drawn_size = Size(0, 0)
        self.refresh(layout=self._is_auto)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines that Textual paints. Their common style is looked up once: it asks every widget around this one."""
        self._ground = self.rich_style
        try:
            return super().render_lines(crop)
        finally:
            self._ground = None

    def render_line(self, y: int) -> Strip:
        """One line for Textual."""
        if self._drawn_size != self.size:
            self._drawn_size, self._drawn = self.size, self.draw(self.size)
        spans = fit(self._drawn[y] if y < len(self._drawn) else BLANK, self.size.width)
        look, base = look_of(self.app), self._ground or self.rich_style
        if look.glyphs.ascii_only:
            spans = tuple((in_ascii(text), role) for text, role in spans)
        return Strip([Segment(text, base + style) for text, style in _styled(spans, look.style)], self.size.width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Textual asks this for `height: auto`."""
        self._asked_height = self.wanted_height(width) if width else 0
        return self._asked_height

    @property
    def _is_auto(self) -> bool:
        return bool(self.styles.height is not None and self.styles.height.is_auto)

    def _wrapped(self, width: int) -> list[Line]:
        lines = self.lines if self._make is None else self._make(max(width, 20))
        if not self.wraps:
            return list(lines)
        return [part for spans in lines for part in wrap(spans, max(width, 1))]


def _styled(spans: Line, style_of: Callable[[str], Style]) -> Iterator[tuple[str, Style]]:
    """The line in as few pieces as it takes: each costs two escape sequences. A blank has only its ground's colour."""
    held, held_style = "", Style()
    for text, role in spans:
        style = style_of(role)
        if held and (style == held_style or (text.isspace() and _ground(style) == _ground(held_style))):
            held += text
        elif held.isspace() and _ground(style) == _ground(held_style):
            held, held_style = held + text, style
        else:
            if held:
                yield held, held_style
            held, held_style = text, style
    if held:
        yield held, held_style


def _ground(style: Style) -> tuple[object, ...]:
    return style.bgcolor, bool(style.reverse), bool(style.underline)


def _difference(was: Line, now: Line, width: int) -> list[tuple[int, int]]:
    """The spans (x, cells) in which two lines differ; close ones are one span, for each costs a cursor movement."""
    if was == now:
        return []
    before, after = _cells(was, width), _cells(now, width)
    spans: list[tuple[int, int]] = []
    for x in range(width):
        if before[x] != after[x]:
            if spans and x - (spans[-1][0] + spans[-1][1]) < 8:
                spans[-1] = (spans[-1][0], x + 1 - spans[-1][0])
            else:
                spans.append((x, 1))
    return spans


def _cells(spans: Line, width: int) -> list[tuple[str, str]]:
    cells: list[tuple[str, str]] = []
    for text, role in fit(spans, width):
        for char in text:
            size = cell_len(char)
            if size:
                # both halves of a wide character differ when it does
                cells += [(char, role)] * size
            elif cells:
                cells[-1] = (cells[-1][0] + char, role)
    blank = (" ", "")
    return (cells + [blank] * width)[:width]
