"""Standard output for verbs whose exit code is an answer: a reader that leaves (`| head`) must not change it."""

from __future__ import annotations

import contextlib
import os
import sys

from rich.console import Console

from console.terminal import wants_no_colour

_PIPED_WIDTH = 120  # columns where no terminal says how many it has


class Printer(Console):
    """Rich's console, which falls silent when nobody reads any more; rich's own ends the program with 1."""

    def on_broken_pipe(self) -> None:
        """Send the rest to /dev/null, which rich has arranged by the time it wants to exit."""
        with contextlib.suppress(SystemExit):
            super().on_broken_pipe()


def printer() -> Printer:
    """The printer on standard output. Nothing is coloured because of what it says."""
    width = None if sys.stdout.isatty() else _PIPED_WIDTH
    return Printer(width=width, highlight=False, no_color=True if wants_no_colour(os.environ) else None)
