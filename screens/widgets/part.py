"""A panel that the arrows scroll, one of several on a page."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from screens.look import look_of
from screens.view.line import Line, line
from screens.widgets.panel import Panel


class Part(Panel, can_focus=True):
    """Lines that scroll. `follows`: it shows its end, and stays there while more lines come, until it is scrolled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll(-1)", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown,space", "page(1)", show=False),
        Binding("home,g", "end(-1)", show=False),
        Binding("end,G", "end(1)", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None, follows: bool = False) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._at_end = follows

    @property
    def shown_title(self) -> Line:
        """Marked where the arrows go to it."""
        return line((f"{look_of(self.app).glyphs.selected} ", "strong"), *self.title) if self.has_focus else self.title

    def window(self, width: int, height: int) -> tuple[list[Line], int]:
        """The end of the lines while it is followed."""
        body = self.body(width)
        last = max(len(body) - height, 0)
        self.top = last if self._at_end else min(self.top, last)
        return body[self.top : self.top + height], len(body)

    def action_scroll(self, by: int) -> None:
        """A line up or down."""
        self.scroll_lines(by)

    def action_page(self, by: int) -> None:
        """As many lines as are in sight."""
        self.scroll_lines(by * max(self.size.height - 3, 1))

    def action_end(self, way: int) -> None:
        """The first or the last line."""
        self._at_end = way > 0
        self.top = 0
        self.redraw()

    def scroll_lines(self, by: int) -> None:
        """Show what is further down (or up, when negative); the end is followed no more."""
        self._at_end = False
        super().scroll_lines(by)

    def on_focus(self) -> None:
        """The arrows go here."""
        self.call_next(self.redraw)  # it has the focus, or not, only after this

    def on_blur(self) -> None:
        """They go elsewhere."""
        self.call_next(self.redraw)  # it has the focus, or not, only after this
