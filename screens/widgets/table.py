"""A panel of rows with a cursor. The cursor stays on its row, by key, whatever comes and goes around it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from screens.filtering import Order, ordered, sifted
from screens.look import look_of
from screens.view.line import Line, line, styled, wrap
from screens.view.table import Column, Row, heading, row_line
from screens.widgets.panel import Panel


class Table(Panel, can_focus=True):
    """Rows under a heading; only the rows in sight are drawn, so a thousand cost what twenty do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home,g", "end(-1)", show=False),
        Binding("end,G", "end(1)", show=False),
    ]

    class Moved(Message):
        """The cursor is on another row."""

        def __init__(self, table: Table, key: str) -> None:
            super().__init__()
            self.table = table
            self.key = key

        @property
        def control(self) -> Table:
            """The table."""
            return self.table

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
        heading: bool = True,
        always_cursor: bool = False,
        marked: bool = False,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.columns: tuple[Column, ...] = ()
        self.rows: tuple[Row, ...] = ()
        self.cursor = 0
        self._has_heading = heading
        self._always_cursor = always_cursor
        self._is_marked = marked  # a sign stands before the row under the cursor: something is chosen by it
        self._given: tuple[Row, ...] = ()
        self._empty: tuple[Line, ...] = ()
        self._words = ""
        self._order = Order()

    @property
    def cursor_key(self) -> str:
        """The key of the row under the cursor; empty where there are no rows."""
        return self.rows[self.cursor].key if self.rows else ""

    @property
    def is_list(self) -> bool:
        """Whether its rows may be sifted and sorted."""
        return self._has_heading

    @property
    def counts(self) -> tuple[int, int]:
        """Rows that are shown, and rows that there are, but for those that sum up others."""
        return sum(not row.sums for row in self.rows), sum(not row.sums for row in self._given)

    @property
    def columns_in_sight(self) -> tuple[Column, ...]:
        """The columns for which there is room."""
        inner = self.size.width - (0 if self.rule else 4)
        return tuple(column for column in self.columns if column.needs <= inner)

    def sift(self, words: str, order: Order) -> None:
        """Show only the rows that hold these words, in this order, from now on."""
        if (words, order) != (self._words, self._order):
            self._words, self._order = words, order
            self._sift()

    def fill(self, columns: Sequence[Column], rows: Sequence[Row], empty: Sequence[Line] = ()) -> None:
        """Show these rows, or the lines `empty` where there are none."""
        state = (tuple(columns), tuple(rows), tuple(empty))
        # to compare rows that nobody has looked at would be to make them all; drawing compares what is in sight
        if not any(row.is_late for row in state[1]) and state == (self.columns, self._given, self._empty):
            return
        self.columns, self._given, self._empty = state
        self._sift()

    def _sift(self) -> None:
        key = self.cursor_key
        self.rows = ordered(sifted(self._given, self._words), self.columns, self._order)
        index = next((i for i, row in enumerate(self.rows) if row.key == key), self.cursor)
        self.cursor = max(0, min(index, len(self.rows) - 1))
        self.redraw()

    def select(self, key: str) -> None:
        """Put the cursor on the row of this key, if there is one."""
        index = next((i for i, row in enumerate(self.rows) if row.key == key), None)
        if index is not None:
            self._go(index)

    # -- drawing

    def head(self, width: int) -> list[Line]:
        """The titles of the columns."""
        return [heading(self.columns, width)] if self._has_heading and self.rows else []

    def body(self, width: int) -> list[Line]:
        """Every row; used for the height only while they are few."""
        if not self.rows:
            none_left = (line(("no row holds these words", "dim")),) if self._given else self._empty
            return [part for spans in none_left for part in wrap(spans, width)]
        return [spans for index in range(len(self.rows)) for spans in self._row_lines(index, width)]

    def wanted_height(self, width: int) -> int:
        """Counted without drawing the rows."""
        inner = width if self.rule else width - 4
        frame = 1 if self.rule else 2
        if not self.rows:
            return len(self.body(inner)) + frame
        return sum(self._heights(inner)) + len(self.head(inner)) + frame

    def window(self, width: int, height: int) -> tuple[list[Line], int]:
        """The rows in sight, the one under the cursor among them."""
        if not self.rows:
            return super().window(width, height)
        heights = self._heights(width)
        ends = list(accumulate(heights))
        first, last = ends[self.cursor] - heights[self.cursor], ends[self.cursor]
        if self._follow:
            self.top = min(max(self.top, last - height), first)
        self.top = max(0, min(self.top, ends[-1] - height))
        shown: list[Line] = []
        for index, end in enumerate(ends):
            if end <= self.top:
                continue
            skip = max(self.top - (end - heights[index]), 0)
            shown += self._row_lines(index, width)[skip:]
            if len(shown) >= height:
                break
        return shown[:height], ends[-1]

    _follow = True  # whether the window goes with the cursor; the wheel looks elsewhere

    def _heights(self, width: int) -> list[int]:
        return [1 + sum(len(wrap(note, width - 2)) for note in row.notes) if row.notes else 1 for row in self.rows]

    def _row_lines(self, index: int, width: int) -> list[Line]:
        row = self.rows[index]
        glyphs = look_of(self.app).glyphs
        spans = row_line(self.columns, row, width - 2 * self._is_marked, glyphs.ellipsis)
        under_cursor = index == self.cursor and (self.has_focus or self._always_cursor)
        if self._is_marked:
            spans = ((f"{glyphs.selected if under_cursor else ' '} ", "strong"), *spans)
        if under_cursor:
            missing = width - sum(len(text) for text, _ in spans)
            spans = styled((*spans, (" " * missing, "")) if missing > 0 else spans, "cursor")
        notes = [part for note in row.notes for part in wrap(note, width - 2)]
        return [spans, *((("  ", ""), *note) for note in notes)]

    # -- moving

    def action_move(self, by: int) -> None:
        """One row up or down."""
        self._go(self.cursor + by)

    def action_page(self, by: int) -> None:
        """As many rows as are in sight."""
        self._go(self.cursor + by * max(self.size.height - 4, 1))

    def action_end(self, way: int) -> None:
        """The first or the last row."""
        self._go(len(self.rows) - 1 if way > 0 else 0)

    def scroll_lines(self, by: int) -> None:
        """The wheel looks around without moving the cursor."""
        self._follow = False
        super().scroll_lines(by)

    def on_focus(self) -> None:
        """The cursor appears."""
        self.call_next(self.redraw)  # it has the focus, or not, only after this

    def on_blur(self) -> None:
        """The cursor vanishes."""
        self.call_next(self.redraw)  # it has the focus, or not, only after this

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor on the row."""
        inner = self.size.width - (0 if self.rule else 4)
        target = event.y - 1 - len(self.head(inner)) + self.top
        for index, end in enumerate(accumulate(self._heights(inner))):
            if 0 <= target < end:
                self._go(index)
                return

    def _go(self, index: int) -> None:
        self._follow = True
        index = max(0, min(index, len(self.rows) - 1))
        if self.rows and index != self.cursor:
            self.cursor = index
            self.post_message(self.Moved(self, self.cursor_key))
        self.redraw()
