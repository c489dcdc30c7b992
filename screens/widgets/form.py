"""Two fields and two buttons in one widget: keys typed in a burst, or pasted, are taken in the order they came.

With a widget for each, what is typed while the focus moves goes to whichever is quicker.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from textual import events
from textual.geometry import Size
from textual.message import Message

from screens.look import look_of
from screens.view.line import BLANK, Line, fit, line
from screens.widgets.sheet import Sheet

_LIMIT = 200  # characters of a field


class Stop(StrEnum):
    """Where the focus is within the form. It starts on Cancel."""

    WORD = "word"
    REASON = "reason"
    CANCEL = "cancel"
    GO = "go"


_ORDER = tuple(Stop)
_FIELDS = (Stop.WORD, Stop.REASON)


class Form(Sheet, can_focus=True):
    """Asks for `word`, and for a reason. Letters typed at Cancel go to the word.

    Enter at Cancel cancels; Enter in the word goes on to a reason that is wanted and missing, else it confirms.
    """

    class Confirmed(Message):
        """The word is right, and the reason there if it is wanted."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    class Cancelled(Message):
        """Nothing is to be done."""

    def __init__(self, *, word: str, go: str, reason: str = "", needs_reason: bool = False) -> None:
        super().__init__(id="form")
        self.stop = Stop.CANCEL
        self.typed = {Stop.WORD: "", Stop.REASON: reason}
        self._word = word
        self._go = go
        self._needs_reason = needs_reason
        self._hint = "enter cancels until the word is typed; tab and arrows move; esc cancels"

    @property
    def is_right(self) -> bool:
        """Whether the word is the one that was asked for."""
        return self.typed[Stop.WORD].strip() == self._word

    # -- drawing

    def wanted_height(self, width: int) -> int:
        """Nine lines, and what the hint takes."""
        return 9

    def draw(self, size: Size) -> list[Line]:
        """The fields, the buttons, the hint."""
        asked = "Reason (needed):" if self._needs_reason else "Reason (optional):"
        return [
            line("Type ", (self._word, "strong"), f" to {self._go.lower()}:"),
            self._field(Stop.WORD, size.width),
            BLANK,
            line(asked),
            self._field(Stop.REASON, size.width),
            BLANK,
            self._buttons(),
            BLANK,
            line((self._hint, "dim")),
        ]

    def _field(self, stop: Stop, width: int) -> Line:
        room = max(width - 3, 1)
        text = self.typed[stop][-room:]
        caret = ((" ", "caret"),) if self.stop is stop else ()
        return fit(((" ", "field"), (text, "field"), *caret, (" " * room, "field")), max(width, 1))

    def _buttons(self) -> Line:
        shown = ((Stop.CANCEL, "Cancel", True), (Stop.GO, self._go, self.is_right))
        parts: list[tuple[str, str]] = []
        mark = look_of(self.app).glyphs.selected
        for stop, label, is_open in shown:
            role = "button-focus" if self.stop is stop else "button" if is_open else "button-off"
            # which one has the focus is said by a sign as well
            parts += [(f" {mark if self.stop is stop else ' '} {label}   ", role), ("  ", "")]
        return line(*parts)

    # -- keys

    def on_key(self, event: events.Key) -> None:
        """Edit, move, confirm or cancel."""
        moves: dict[str, Callable[[], None]] = {
            "tab": lambda: self._move(1),
            "down": lambda: self._move(1),
            "right": lambda: self._move(1),
            "shift+tab": lambda: self._move(-1),
            "up": lambda: self._move(-1),
            "left": lambda: self._move(-1),
            "enter": self._enter,
            "backspace": lambda: self._edit(self._field_text[:-1]),
            "ctrl+u": lambda: self._edit(""),
        }
        action = moves.get(event.key)
        if action is None and event.is_printable and event.character:
            self._type(event.character)
        elif action is not None:
            action()
        else:
            return
        event.stop()
        event.prevent_default()
        self.redraw()

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text is typed text; only its first line."""
        event.stop()
        self._type(event.text.split("\n")[0])
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        """A click on a field or a button goes there; on a button it presses it."""
        rows = {1: Stop.WORD, 4: Stop.REASON}
        cancel_cells = len("Cancel") + 6
        if event.y == 6:
            self.stop = Stop.CANCEL if event.x < cancel_cells + 1 else Stop.GO
            self._enter()
        else:
            self.stop = rows.get(event.y, self.stop)
        self.redraw()

    @property
    def _field_text(self) -> str:
        return self.typed.get(self.stop, "")

    def _edit(self, text: str) -> None:
        if self.stop in _FIELDS:
            self.typed[self.stop] = text[:_LIMIT]

    def _type(self, text: str) -> None:
        if self.stop not in _FIELDS:
            self.stop = Stop.WORD
        self._edit(self._field_text + "".join(char for char in text if char.isprintable()))

    def _move(self, by: int) -> None:
        self.stop = _ORDER[(_ORDER.index(self.stop) + by) % len(_ORDER)]

    def _enter(self) -> None:
        if self.stop is Stop.CANCEL:
            self.post_message(self.Cancelled())
        elif not self.is_right:
            self.stop = Stop.WORD
            self._hint = f"that is not {self._word}: nothing was done"
        elif self._needs_reason and not self.typed[Stop.REASON].strip():
            self.stop = Stop.REASON
            self._hint = "a reason is asked for: others will read it"
        else:
            self.post_message(self.Confirmed(self.typed[Stop.REASON].strip()))
