"""The line in which a filter is typed. It takes the keys from the very moment at which it is opened."""

from __future__ import annotations

from textual import events
from textual.message import Message

from screens.view.line import Line, line
from screens.widgets.line_keys import edited, pasted
from screens.widgets.sheet import Sheet

_LIMIT = 100  # characters


class FilterLine(Sheet, can_focus=True):
    """`/words`, with how many rows are left of how many. Enter keeps the filter, esc takes it away."""

    class Changed(Message):
        """Other words."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    class Left(Message):
        """Back to the rows."""

    def __init__(self) -> None:
        super().__init__(id="filter")
        self.words = ""
        self._count = ""
        self.display = False

    @property
    def is_typing(self) -> bool:
        """Whether keys are letters now."""
        return self.has_focus

    def open(self) -> None:
        """Take the keys."""
        self.display = True
        self.screen.set_focus(self)
        self._draw()

    def clear(self) -> None:
        """Without a filter."""
        self.words = ""
        self.display = False
        self.post_message(self.Changed(""))

    def say(self, shown: int, of: int, aside: str = "") -> None:
        """How many rows are left; `aside`: where there are more that are not in sight."""
        count = f"{shown} of {of} rows{f'; {aside}' if aside else ''}" if self.words else f"{of} rows"
        if count != self._count:
            self._count = count
            self._draw()

    def on_key(self, event: events.Key) -> None:
        """Edit."""
        if event.key == "enter":
            self.post_message(self.Left())
            self.display = bool(self.words)
        elif event.key == "escape":
            self.post_message(self.Left())
            self.clear()
        elif (words := edited(self.words, event)) is not None:
            self._edit(words)
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text is typed text; only its first line."""
        event.stop()
        self._edit(pasted(self.words, event))

    def on_focus(self) -> None:
        """The caret appears."""
        self.call_next(self._draw)  # it has the focus, or not, only after this

    def on_blur(self) -> None:
        """The caret vanishes."""
        self.call_next(self._draw)  # it has the focus, or not, only after this

    def _edit(self, words: str) -> None:
        self.words = words[:_LIMIT]
        self._draw()
        self.post_message(self.Changed(self.words))

    def _draw(self) -> None:
        hint = "enter keeps it, esc shows all" if self.has_focus else "esc shows all"
        caret = ((" ", "caret"),) if self.has_focus else ()
        spans: Line = (("/", "key"), (self.words, "strong"), *caret, *line(("   " + self._count, "warn")))
        self.show([(*spans, (f"   {hint}", "dim"))])
