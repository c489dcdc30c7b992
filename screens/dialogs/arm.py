"""Arming: by typing the service's name and a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.model.text import visible
from screens.dialogs.typed import TypedDialog
from screens.view.line import line

if TYPE_CHECKING:
    from screens.program import BluegreenApp


def ask_to_arm(app: BluegreenApp, service: str) -> None:
    """Open the dialog; armed when it is confirmed."""

    def answered(reason: str | None) -> None:
        if reason is not None:
            app.arm(reason)

    lines = [
        line("An armed console can ask for changes; each is still confirmed by itself."),
        line("It is read-only again after 30 minutes, or when o is pressed."),
    ]
    title = f"Arm this console for {visible(service)}" if service else "Arm this console"
    app.push_screen(TypedDialog(title, lines, word=service or "arm", go="Arm", needs_reason=True), answered)
