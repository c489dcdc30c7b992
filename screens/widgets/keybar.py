"""The footer: the keys of this place with their labels; what can not be done now is dim and in brackets."""

from __future__ import annotations

from textual import events
from textual.message import Message

from screens import keys
from screens.keys import Action, Bar, Situation
from screens.look import look_of
from screens.view.line import Line, flow, line, width
from screens.widgets.sheet import Sheet

_GAP = 2
_LAST = ("help", "quit")  # where all of them would take more than half of the screen: the help has the others


class KeyBar(Sheet):
    """The keys that the registry wants in the footer."""

    class Chosen(Message):
        """A key was clicked."""

        def __init__(self, action_id: str) -> None:
            super().__init__()
            self.action_id = action_id

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._parts: list[tuple[Action, Line]] = []

    def show_keys(self, situation: Situation) -> None:
        """Show the keys as they are now."""
        plain = look_of(self.app).glyphs.ascii_only
        found = [
            (action, bool(action.reason(situation)))
            for action in keys.at(situation.place, situation.keymap)
            if situation.place not in action.quiet
        ]
        shown = [(a, off) for a, off in found if a.bar is Bar.ALWAYS or (a.bar is Bar.OPEN and not off)]
        armed = situation.arming.armed(situation.now)
        self._parts = [(action, _part(action, off, armed=armed, plain=plain)) for action, off in shown]
        columns, rows = self.app.size
        if len(flow([part for _, part in self._parts], max(columns - 2, 1), _GAP)) > rows // 2:
            self._parts = [(action, part) for action, part in self._parts if action.id in _LAST]
        self.show([part for _, part in self._parts])

    def _wrapped(self, width: int) -> list[Line]:
        return flow(self.lines, max(width, 1), _GAP)

    def on_click(self, event: events.Click) -> None:
        """Clicking a label is pressing its key."""
        x = y = 0
        for action, part in self._parts:
            cells = width(part)
            if x and x + cells > self.size.width:
                x, y = 0, y + 1
            if y == event.y and x <= event.x < x + cells:
                self.post_message(self.Chosen(action.id))
            x += cells + _GAP


def _part(action: Action, off: bool, *, armed: bool, plain: bool) -> Line:
    label = action.armed if armed and action.armed else action.label
    label = label.replace("…", "..") if plain else label
    if off:
        return line((f"({action.key} {label})", "key-off"))
    return line((action.key, "key"), (f" {label}", "key-label"))
