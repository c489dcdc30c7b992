"""Which rows of a table are shown, and in what order: the words that they must hold, and the column they go by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, Self

from screens.view.line import plain
from screens.view.table import Column, Row

JUST_NOW = "just now"
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "ms": 0.001}
_PIECE = r"(\d+(?:\.\d+)?)\s?(ms|[smhd])?(?![a-z])|([^\d]+|\d+)"  # compiled when a table is sorted first


class Order(NamedTuple):
    """The column that rows go by, by its title; an empty one leaves them in the order in which they are given."""

    column: str = ""
    backwards: bool = False

    def after(self, columns: Sequence[Column]) -> Self:
        """The next order: forwards, backwards, then the next column; as given after the last one."""
        titles = ["", *(column.title for column in columns if column.title)]
        if self.column in titles[1:] and not self.backwards:
            return self._replace(backwards=True)
        index = titles.index(self.column) if self.column in titles else 0
        return self._replace(column=titles[(index + 1) % len(titles)], backwards=False)

    @property
    def words(self) -> str:
        """What is said of it."""
        if not self.column:
            return "by need"
        return f"by {self.column}{', backwards' if self.backwards else ''}"


def sifted(rows: Sequence[Row], words: str) -> tuple[Row, ...]:
    """The rows that hold every word, whatever the case; `!word` must not be there. Notes below a row belong to it.

    A row that sums up others goes with them, and what it says is said of each.
    """
    wanted = [word.casefold() for word in words.split()]
    if not wanted:
        return tuple(rows)
    kept: list[Row] = []
    above, left = "", 0  # what sums up the next rows, and how many they are
    for row in rows:
        if row.sums:
            kept.append(row)
            above, left = _text(row), row.sums
            continue
        if _holds(f"{_text(row)} {above if left else ''}", wanted):
            kept.append(row)
        left -= 1
        if not left and kept and kept[-1].sums:
            kept.pop()  # none of its rows is left
    return tuple(kept)


def ordered(rows: Sequence[Row], columns: Sequence[Column], order: Order) -> tuple[Row, ...]:
    """The rows by a column: numbers and durations by size, text by its letters; those without anything come last."""
    index = next((i for i, column in enumerate(columns) if order.column and column.title == order.column), None)
    if index is None:
        return tuple(rows)
    filled = [row for row in rows if row.cells[index][0].strip()]
    empty = [row for row in rows if not row.cells[index][0].strip()]
    filled.sort(key=lambda row: _size(row.cells[index][0]), reverse=order.backwards)
    return (*filled, *empty)


def _text(row: Row) -> str:
    cells = " ".join(text for text, _ in row.cells)
    return f"{cells} {' '.join(plain(note) for note in row.notes)} {row.words}".casefold()


def _holds(text: str, wanted: Sequence[str]) -> bool:
    return all((word[1:] not in text) if len(word) > 1 and word[0] == "!" else word in text for word in wanted)


def _size(text: str) -> list[tuple[int, float, str]]:
    """`api-2` before `api-10`, `40s` before `3d`."""
    pieces: list[tuple[int, float, str]] = []
    text = "0" if text == JUST_NOW else text.removeprefix("over ")
    for number, unit, word in re.findall(_PIECE, text.casefold()):
        pieces.append((0, float(number) * _SECONDS.get(unit, 1), "") if number else (1, 0.0, word))
    return pieces
