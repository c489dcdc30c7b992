"""Whether the terminal has room for what a decision needs, and what is said where it has not."""

from __future__ import annotations

from console.terminal import LEAST
from screens.view.line import Line, fit, line, width


def too_small(columns: int, rows: int, cells: int) -> Line | None:
    """A line of at most `cells` that says so; None where there is room."""
    if columns >= LEAST[0] and rows >= LEAST[1]:
        return None
    here, enough = f"{columns}x{rows}", f"{LEAST[0]}x{LEAST[1]}"
    said = [
        f"this terminal is {here}: facts may be hidden; {enough} is enough",
        f"{here} may hide facts; {enough} is enough",
        f"{here} hides facts: use {enough}",
        f"{here}: use {enough}",
    ]
    lines = [line((words, "message")) for words in said]
    return fit(next((each for each in lines if width(each) <= cells), lines[-1]), cells)
