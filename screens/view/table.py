"""Rows and columns as lines: fixed widths, so that one changed cell moves nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from screens.view.line import Line, Span, fit


class Column(NamedTuple):
    """A column. Width 0 takes what the others leave, up to `most` cells; `right` aligns numbers.

    `keeps_end`: what is too long loses its middle, for names that differ at their ends. `needs`: the cells of a table
    from which it is shown.
    """

    title: str
    width: int
    right: bool = False
    most: int = 40
    keeps_end: bool = False
    needs: int = 0


Cells = tuple[Span, ...]


class Row:
    """One row: a key that survives changes, its cells, and lines in words below it. `sums`: it sums up so many rows
    that follow it.

    The cells may be given as what makes them: of a thousand rows twenty are in sight, and the others are never made.
    """

    __slots__ = ("_cells", "_make", "key", "notes", "sums", "words")
    __hash__ = None  # type: ignore[assignment]  # what is late would have to be made for it

    def __init__(
        self,
        key: str,
        cells: Cells | Callable[[], Cells],
        notes: tuple[Line, ...] = (),
        *,
        sums: int = 0,
        words: str = "",
    ) -> None:
        self.key, self.notes, self.sums = key, notes, sums
        self.words = words  # not shown, but found by a filter
        self._cells: Cells = () if callable(cells) else cells
        self._make = cells if callable(cells) else None

    @property
    def cells(self) -> Cells:
        """A span for each column."""
        if self._make is not None:
            self._cells, self._make = self._make(), None
        return self._cells

    @property
    def is_late(self) -> bool:
        """Whether nobody has looked at its cells yet."""
        return self._make is not None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Row):
            return NotImplemented
        return self.key == other.key and self.notes == other.notes and self.cells == other.cells

    def __repr__(self) -> str:
        return f"Row({self.key!r}, {self.cells!r}, {self.notes!r})"


def widths(columns: Sequence[Column], cells: int) -> list[int]:
    """The width of each column in a table of so many cells, one blank between columns."""
    shown = [column for column in columns if column.needs <= cells]
    rest = max(cells - sum(column.width for column in shown) - len(shown) + 1, 4)
    flexible = sum(not column.width for column in shown)
    return [column.width or min(rest // flexible, column.most) for column in shown]


def heading(columns: Sequence[Column], cells: int) -> Line:
    """The line of titles."""
    row = Row("", tuple((column.title, "column") for column in columns))
    return row_line(columns, row, cells, "")


def row_line(columns: Sequence[Column], row: Row, cells: int, ellipsis: str) -> Line:
    """The cells of a row, each in its column."""
    spans: list[Span] = []
    shown = [pair for pair in zip(columns, row.cells, strict=True) if pair[0].needs <= cells]
    for (column, (text, role)), size in zip(shown, widths(columns, cells), strict=True):
        if spans:
            spans.append((" ", ""))
        missing = size - cell_len(text)
        if column.right and missing > 0:
            spans.append((" " * missing, ""))
            spans.append((text, role))
        elif column.keeps_end and missing < 0:
            spans.append((_without_middle(text, size, ellipsis), role))
        else:
            spans.extend(fit(((text, role),), size, ellipsis))
    return tuple(span for span in spans if span[0])


def _without_middle(text: str, cells: int, ellipsis: str) -> str:
    head = max((cells - cell_len(ellipsis)) // 3, 0)
    start = set_cell_size(text, head)
    tail = text
    while cell_len(tail) > cells - head - cell_len(ellipsis):
        tail = tail[1:]
    return set_cell_size(f"{start}{ellipsis}{tail}", cells)
