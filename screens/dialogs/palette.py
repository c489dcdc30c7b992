"""Find an action, a service or a theme by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from console.model.text import visible
from screens import keys, themes
from screens.dialogs.dialog import Dialog
from screens.facts_screen import FactsScreen
from screens.keys import Place
from screens.navigate import Spot
from screens.view.line import line
from screens.view.table import Column, Row
from screens.widgets.panel import Panel
from screens.widgets.table import Table

_COLUMNS = (Column("", 24), Column("", 0, most=90))


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the palette. `closed` is why it can not be done now."""

    name: str
    explanation: str
    run: Callable[[], None]
    closed: str = ""


class Palette(Dialog[Command]):
    """Type a part of the name, enter does it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
    ]

    def __init__(self, screen: FactsScreen) -> None:
        super().__init__("find an action, a service, a theme", ())
        self._commands = tuple(commands(screen))
        self._shown: tuple[Command, ...] = ()

    def controls(self) -> Iterable[Widget]:
        """What is typed, and what matches."""
        yield Input(id="word", compact=True)
        yield Table(id="choices", heading=False)

    def on_mount(self) -> None:
        """Everything, before anything is typed."""
        super().on_mount()
        self.query_one("#text", Panel).display = False
        self.query_one("#choices", Table).entitle(line((self._heading, "title")))
        self._match("")
        self.query_one("#word").focus()

    @on(Input.Changed)
    def changed(self, event: Input.Changed) -> None:
        """Show what matches."""
        self._match(event.value)

    @on(Input.Submitted)
    def chosen(self) -> None:
        """Do what is under the cursor, once the dialog is gone."""
        table = self.query_one("#choices", Table)
        command = next((each for each in self._shown if each.name == table.cursor_key), None)
        self.dismiss(None)
        if command is not None:
            self.app.call_later(command.run)

    def action_move(self, by: int) -> None:
        """Move the cursor while typing."""
        self.query_one("#choices", Table).action_move(by)

    def _match(self, typed: str) -> None:
        words = typed.lower().split()
        self._shown = tuple(each for each in self._commands if all(word in each.name.lower() for word in words))
        table = self.query_one("#choices", Table)
        table.fill(_COLUMNS, [_row(each) for each in self._shown], [line(("nothing has such a name", "dim"))])
        table.action_end(-1)


def _row(command: Command) -> Row:
    if command.closed:
        return Row(command.name, ((command.name, "key-off"), (f"not now: {command.closed}", "dim")))
    return Row(command.name, ((command.name, "strong"), (command.explanation, "")))


def commands(screen: FactsScreen) -> Iterator[Command]:
    """All that can be asked for here."""
    app, situation = screen.console_app, screen.situation()
    for action in keys.at(screen.place):
        if action.id != "palette":
            run = partial(screen.action_act, action.id)
            yield Command(action.label.rstrip("…"), action.help, run, action.reason(situation))
    for name in app.config.services:
        yield Command(
            f"service {visible(name)}", "Open this service.", partial(app.trail.go, Spot(Place.SERVICE, name))
        )
    for name in themes.names():
        yield Command(f"theme {name}", "Change the colours.", partial(app.choose_theme, name))
