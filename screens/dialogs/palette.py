"""Do anything by its name: typed after `:`, or found in the list.

The screen itself takes the keys, from the moment at which it is opened: letters typed in a burst over a slow line must
not reach what lies below.
"""

from __future__ import annotations

from collections.abc import Iterable

from textual import events
from textual.widget import Widget

from screens.commands import Command, commands, matching, typed_commands
from screens.dialogs.dialog import Dialog
from screens.facts_screen import FactsScreen
from screens.view.line import line
from screens.view.table import Column, Row
from screens.widgets.line_keys import edited, pasted
from screens.widgets.panel import Panel
from screens.widgets.sheet import Sheet
from screens.widgets.table import Table

_LIMIT = 200  # characters


class Palette(Dialog[Command]):
    """Type a name or a part of it; enter does what is under the cursor, tab completes it."""

    AUTO_FOCUS = ""

    def __init__(self, screen: FactsScreen) -> None:
        super().__init__("command", ())
        self._facts = screen
        self._listed = tuple(commands(screen))
        self._further: tuple[Command, ...] | None = None  # made when something is typed: opening waits for nothing
        self._shown: tuple[Command, ...] = ()
        self.typed = ""
        self._chosen = False  # whether the cursor was moved on purpose

    def controls(self) -> Iterable[Widget]:
        """What is typed, and what matches."""
        yield Sheet(id="word")
        yield Table(id="choices", heading=False, always_cursor=True, marked=True)

    def on_mount(self) -> None:
        """Everything, before anything is typed."""
        super().on_mount()
        self.query_one("#text", Panel).display = False
        table = self.query_one("#choices", Table)
        table.entitle(line(("enter does it, tab completes it, esc leaves", "dim")))
        self._match()

    def on_key(self, event: events.Key) -> None:
        """Edit, move, do."""
        if event.key == "enter":
            self._do()
        elif event.key == "tab":
            self._complete()
        elif event.key in ("down", "up", "ctrl+n", "ctrl+p"):
            self._chosen = True
            self.query_one("#choices", Table).action_move(1 if event.key in ("down", "ctrl+n") else -1)
        elif (typed := edited(self.typed, event)) is not None:
            self._edit(typed)
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text is typed text; only its first line, and it is not done."""
        event.stop()
        self._edit(pasted(self.typed, event))

    def _edit(self, typed: str) -> None:
        # a second `:` is a habit, not a part of any name
        self.typed = typed[:_LIMIT].lstrip(": ")
        self._chosen = False
        self._match()

    def _complete(self) -> None:
        command = self._command
        if command is not None:
            self._edit(command.name)

    def _do(self) -> None:
        """Do what is under the cursor once the dialog is gone; nothing where nothing was asked for."""
        command = self._command if self.typed or self._chosen else None
        if self.typed and command is None:
            return
        self.dismiss(None)
        if command is not None:
            self.app.call_later(command.run)

    @property
    def _command(self) -> Command | None:
        key = self.query_one("#choices", Table).cursor_key
        return next((each for each in self._shown if each.name == key), None)

    def _match(self) -> None:
        self._shown = self._matching() if self.typed.strip() else self._listed
        self.query_one("#word", Sheet).show([line((":", "key"), (self.typed, "strong"), (" ", "caret"))])
        table = self.query_one("#choices", Table)
        every = (*self._listed, *self._shown)
        longest = max((len(each.name) for each in every), default=0)
        columns = (Column("", min(max(longest, 20), 44), keeps_end=True), Column("", 0, most=90))
        table.fill(columns, [_row(each) for each in self._shown], [line(("nothing has such a name", "warn"))])
        table.action_end(-1)

    def _matching(self) -> tuple[Command, ...]:
        if self._further is None:
            self._further = typed_commands(self._facts)
        return matching(self._facts, (*self._listed, *self._further), self.typed)


def _row(command: Command) -> Row:
    if command.closed:
        return Row(command.name, ((command.name, "key-off"), (f"not now: {command.closed}", "dim")))
    return Row(command.name, ((command.name, "strong"), (command.explanation, "")))
