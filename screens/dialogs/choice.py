"""A choice of a few ways, each with its explanation. The cursor starts on the one that does nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textual import events
from textual.widget import Widget

from screens.dialogs.dialog import Dialog
from screens.view.line import Line, line
from screens.view.table import Column, Row
from screens.widgets.sheet import Sheet
from screens.widgets.table import Table

_COLUMNS = (Column("", 2), Column("", 0, most=60))


@dataclass(frozen=True, slots=True)
class Choice:
    """One way: the key that moves to it, its name, what it does, and why it is not open (empty when it is)."""

    id: str
    key: str
    label: str
    explanation: str
    closed: str = ""


class ChoiceDialog(Dialog[str]):
    """Dismissed with the id of the way; None for leaving things alone, which is always the last row."""

    def __init__(self, title: str, lines: Sequence[Line], choices: Sequence[Choice], *, nothing: str) -> None:
        super().__init__(title, lines)
        self._choices = (*choices, Choice("", "n", nothing, "nothing is changed"))

    def controls(self) -> Iterable[Widget]:
        """The rows."""
        yield Table(id="choices", heading=False, marked=True)
        yield Sheet(id="hint", wraps=True)

    def on_mount(self) -> None:
        """The cursor is on the last row."""
        super().on_mount()
        table = self.query_one("#choices", Table)
        table.fill(_COLUMNS, [_row(choice) for choice in self._choices])
        table.select(self._choices[-1].label)
        table.focus()
        self.query_one("#hint", Sheet).show([line(("letters and arrows move, enter chooses, esc leaves", "dim"))])

    def on_key(self, event: events.Key) -> None:
        """A letter moves to its way; enter takes the one under the cursor."""
        table = self.query_one("#choices", Table)
        choice = next((each for each in self._choices if each.key == event.character), None)
        if choice is not None:
            event.stop()
            table.select(choice.label)
        elif event.key == "enter":
            event.stop()
            self._take(next(each for each in self._choices if each.label == table.cursor_key))

    def _take(self, choice: Choice) -> None:
        if choice.closed:
            self.query_one("#hint", Sheet).show([line((f"not open: {choice.closed}", "warn"))])
        else:
            self.dismiss(choice.id or None)


def _row(choice: Choice) -> Row:
    role = "key-off" if choice.closed else ""
    notes = (line((choice.explanation, "dim")), line((f"not open: {choice.closed}" if choice.closed else "", "warn")))
    return Row(
        choice.label, ((choice.key, "key"), (choice.label, role or "strong")), tuple(note for note in notes if note)
    )
