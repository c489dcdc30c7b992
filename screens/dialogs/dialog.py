"""The frame of every dialog: a title, lines that scroll, and what is below them. `esc` leaves and does nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget

from screens import themes
from screens.view.line import Line, line
from screens.widgets.panel import Panel

Result = TypeVar("Result")


class Dialog(ModalScreen[Result | None], Generic[Result]):
    """A dialog over the screen that opened it; dismissed with None when it is left."""

    CSS_PATH = themes.sheet("dialogs")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("pagedown", "scroll(5)", show=False),
        Binding("pageup", "scroll(-5)", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[Line], frame_role: str = "frame") -> None:
        super().__init__()
        self._frame_role = frame_role
        self._heading = title
        self._lines = tuple(lines)

    def compose(self) -> ComposeResult:
        """The text, then what the dialog is for."""
        with Vertical(id="dialog"):
            yield Panel(id="text")
            yield from self.controls()

    def controls(self) -> Iterable[Widget]:
        """What is below the text."""
        return ()

    def on_mount(self) -> None:
        """Show the text."""
        panel = self.query_one("#text", Panel)
        panel.entitle(line((self._heading, "title")), frame_role=self._frame_role)
        panel.show(self._lines)

    def action_leave(self) -> None:
        """Do nothing."""
        self.dismiss(None)

    def action_scroll(self, by: int) -> None:
        """Look at the rest of the text."""
        self.query_one("#text", Panel).scroll_lines(by)
