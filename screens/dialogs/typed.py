"""A confirmation that is typed: the focus starts on Cancel, and nothing can be confirmed until the word is right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.widget import Widget

from screens.dialogs.dialog import Dialog
from screens.view.line import Line
from screens.widgets.form import Form


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
        self._form = Form(word=word, go=go, reason=reason, needs_reason=needs_reason)

    def controls(self) -> Iterable[Widget]:
        """The form."""
        yield self._form

    def on_mount(self) -> None:
        """The form takes the keys."""
        super().on_mount()
        self._form.focus()

    def on_form_confirmed(self, message: Form.Confirmed) -> None:
        """Go."""
        self.dismiss(message.reason)

    def on_form_cancelled(self) -> None:
        """Do not."""
        self.dismiss(None)
