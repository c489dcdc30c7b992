"""A titled panel: framed on a wide screen, under a rule on a narrow one. It scrolls without a scrollbar.

What does not fit is counted in the frame ("3 more below"): on a slow line a scrollbar costs more than it says.
"""

from __future__ import annotations

from textual import events
from textual.geometry import Size

from screens.look import look_of
from screens.view.line import BLANK, Line, fit, fit_parts, line, plain, spread, width
from screens.widgets.sheet import Sheet

WIDE, TALL = 110, 30  # cells from which there are frames, and two panels side by side


class Panel(Sheet):
    """Lines under a title. `rule` draws only a rule with the title, as on narrow screens."""

    wraps = True

    def __init__(self, *, id: str | None = None, classes: str | None = None, wraps: bool | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes, wraps=wraps)
        self.title: Line = BLANK
        self.title_right: Line = BLANK
        self.frame_role = "frame"
        self.top = 0  # the first line of the body that is shown

    def entitle(self, title: Line, right: Line = BLANK, frame_role: str = "frame") -> None:
        """Set what stands in the upper frame."""
        if (title, right, frame_role) != (self.title, self.title_right, self.frame_role):
            self.title, self.title_right, self.frame_role = title, right, frame_role
            self.redraw()

    @property
    def rule(self) -> bool:
        """Whether the screen is too small for a frame."""
        width, height = self.app.size
        return width < WIDE or height < TALL

    # -- drawing

    @property
    def shown_title(self) -> Line:
        """The title as it is drawn."""
        return self.title

    def wanted_height(self, width: int) -> int:
        """Title, body, and the lower frame where there is one."""
        inner = width if self.rule else width - 4
        return len(self.body(inner)) + len(self.head(inner)) + (1 if self.rule else 2)

    def head(self, width: int) -> list[Line]:
        """Lines above the body that do not scroll."""
        return []

    def body(self, width: int) -> list[Line]:
        """All lines of the body at this width."""
        return self._wrapped(width)

    def window(self, width: int, height: int) -> tuple[list[Line], int]:
        """The lines of the body that are shown, and how many there are in all."""
        body = self.body(width)
        self.top = max(0, min(self.top, len(body) - height))
        return body[self.top : self.top + height], len(body)

    def draw(self, size: Size) -> list[Line]:
        """Frame and content."""
        inner = size.width if self.rule else size.width - 4
        head = self.head(inner)
        room = max(size.height - len(head) - (1 if self.rule else 2), 0)
        shown, total = self.window(inner, room)
        above, below = self.top, total - self.top - len(shown)
        if self.rule:
            return [self._rule(size.width, _more(above, below)), *head, *shown]
        rows = [*head, *shown, *[BLANK] * (room - len(shown))]
        return [
            self._upper(size.width),
            *(self._row(row, inner) for row in rows),
            self._lower(size.width, above, below),
        ]

    def _row(self, row: Line, inner: int) -> Line:
        glyphs = look_of(self.app).glyphs
        side = (glyphs.vertical, self.frame_role)
        return (side, (" ", ""), *fit(row, inner, glyphs.ellipsis), (" ", ""), side)

    def _upper(self, cells: int) -> Line:
        glyphs = look_of(self.app).glyphs
        left, right = glyphs.corners[0], glyphs.corners[1]
        room = cells - 4 - (width(self.title_right) + 2 if self.title_right else 0)
        title = fit_parts(self.shown_title, max(room - 2, 0), glyphs.ellipsis)
        title = (*line(" "), *title, *line(" ")) if title else BLANK
        tail = (*line(" "), *self.title_right, *line(" ")) if self.title_right else BLANK
        fill = glyphs.horizontal * max(cells - 4 - width(title) - width(tail), 0)
        frame = self.frame_role
        return (
            (left + glyphs.horizontal, frame),
            *title,
            *line((fill, frame)),
            *tail,
            (glyphs.horizontal + right, frame),
        )

    def _lower(self, cells: int, above: int, below: int) -> Line:
        glyphs = look_of(self.app).glyphs
        right, left = glyphs.corners[2], glyphs.corners[3]
        more = _more(above, below)
        note = line((f" {more} ", "dim")) if more else BLANK
        fill = glyphs.horizontal * max(cells - 3 - width(note), 0)
        return ((left + fill, self.frame_role), *note, (glyphs.horizontal + right, self.frame_role))

    def _rule(self, cells: int, more: str) -> Line:
        glyphs = look_of(self.app).glyphs
        tail = line(f" {plain(self.title_right)}" if self.title_right else "", (f" ({more})", "dim") if more else "")
        shown = fit_parts(self.shown_title, max(cells - width(tail) - 4, 0), glyphs.ellipsis)
        named = (*line(" "), *shown, *line(" ")) if shown else BLANK
        title = (*line((glyphs.horizontal * 2, self.frame_role)), *named)
        fill = max(cells - width(title) - width(tail), 0)
        return spread((*title, *line((glyphs.horizontal * fill, self.frame_role))), tail, cells, glyphs.ellipsis)

    # -- moving

    def scroll_lines(self, by: int) -> None:
        """Show what is further down (or up, when negative)."""
        self.top = max(self.top + by, 0)
        self.redraw()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel."""
        event.stop()
        self.scroll_lines(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel."""
        event.stop()
        self.scroll_lines(-3)


def _more(above: int, below: int) -> str:
    parts = [f"{above} more above" if above else "", f"{below} more below" if below else ""]
    return ", ".join(part for part in parts if part)
