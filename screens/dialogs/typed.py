"""A confirmation that is typed: the focus starts on Cancel, and nothing can be confirmed until the word is right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual import events, on
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Button, Input

from screens.dialogs.dialog import Dialog
from screens.view.line import Line, line
from screens.widgets.sheet import Sheet


class TypedDialog(Dialog[str]):
    """Asks for a word and a reason; dismissed with the reason, which may be empty unless `needs_reason`.

    `reason` is offered in its field. `danger` is what production looks like.
    """

    def __init__(
        self,
        title: str,
        lines: Sequence[Line],
        *,
        word: str,
        go: str,
        reason: str = "",
        needs_reason: bool = False,
        danger: bool = False,
    ) -> None:
        super().__init__(title, lines, frame_role="frame-danger" if danger else "frame")
        self._word = word
        self._go = go
        self._needs_reason = needs_reason
        self._offered = reason
        self._forwarded = 0

    def controls(self) -> Iterable[Widget]:
        """The word, the reason, Cancel and the deed."""
        yield Sheet(id="ask")
        yield Input(id="word", compact=True, select_on_focus=False)
        yield Sheet(id="ask-reason")
        yield Input(self._offered, id="reason", compact=True, select_on_focus=False)
        yield Horizontal(
            Button("Cancel", id="cancel", compact=True),
            Button(self._go, id="go", compact=True, disabled=True),
            id="buttons",
        )
        yield Sheet(id="hint", wraps=True)

    def on_mount(self) -> None:
        """Cancel has the focus; typing goes to the word all the same."""
        super().on_mount()
        self.query_one("#ask", Sheet).show([line("Type ", (self._word, "strong"), f" to {self._go.lower()}:")])
        self.query_one("#ask-reason", Sheet).show([line("Reason:" if self._needs_reason else "Reason (optional):")])
        self._hint("enter cancels until the word is typed; tab moves; esc cancels")
        self.query_one("#cancel").focus()

    def on_key(self, event: events.Key) -> None:
        """Letters typed at Cancel go to the word; arrows move between the fields."""
        if event.key in ("up", "down"):
            event.stop()
            (self.focus_previous if event.key == "up" else self.focus_next)()
        elif event.is_printable and event.character:
            # only what a button did not want comes here; letters typed in a row may still come from the button when
            # the field has the focus already, and belong before those that went to the field
            event.stop()
            word, at = self.query_one("#word", Input), self._forwarded
            word.value = word.value[:at] + event.character + word.value[at:]
            word.cursor_position = len(word.value)
            self._forwarded += 1
            self.set_focus(word)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Back at a button, letters go to the end of the word again."""
        if isinstance(event.widget, Button):
            self._forwarded = len(self.query_one("#word", Input).value)

    @on(Input.Changed, "#word")
    def word_changed(self) -> None:
        """The deed opens when the word is right."""
        self.query_one("#go", Button).disabled = not self._matches

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Enter in a field: on, when everything is there; else it says what is missing."""
        if not self._matches:
            self.query_one("#word").focus()
            self._hint(f"that is not {self._word}: nothing was done")
        elif self._needs_reason and not self._reason:
            self.query_one("#reason").focus()
            self._hint("a reason is asked for: others will read it")
        else:
            self.dismiss(self._reason)

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        """Cancel, or the deed."""
        if event.button.id == "go":
            self.submitted()
        else:
            self.dismiss(None)

    @property
    def _matches(self) -> bool:
        return self.query_one("#word", Input).value.strip() == self._word

    @property
    def _reason(self) -> str:
        return self.query_one("#reason", Input).value.strip()

    def _hint(self, text: str) -> None:
        self.query_one("#hint", Sheet).show([line((text, "dim"))])
