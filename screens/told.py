"""What the header says of the problems: everything that the list of problems has, in the verdict's sentences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from console.model.text import listed
from screens.trouble import CONSOLE, ROLLOUT, Trouble

if TYPE_CHECKING:  # only named here: the first paint does not wait for their import
    from console.model.verdict import Verdict


class Told(NamedTuple):
    """A sentence, what to do about it, and how many rows of the list it tells.

    `waits`: what it is about is tried again later than usual, so that a key may ask before.
    """

    text: str
    hint: str = ""
    waits: bool = False
    rows: int = 1


def told(rows: Iterable[Trouble], found: Verdict | None) -> list[Told]:
    """The sentences for these rows of one service: of this console and of rollouts, the verdict's, what else fails.

    The verdict names together the sources that fail for one cause.
    """
    rows = list(rows)
    lines = [Told(row.text, row.hint) for row in rows if row.about in {CONSOLE, ROLLOUT}]
    left = [row for row in rows if row.sources]
    for problem in found.found if found is not None else ():
        if not problem.sources:
            lines.append(Told(problem.text))
            continue
        mine = [row for row in left if not set(problem.sources).isdisjoint(row.sources)]
        left = [row for row in left if row not in mine]
        hinted = next((row for row in mine if row.hint), None)
        hint, waits = (hinted.hint, hinted.waits) if hinted is not None else ("", False)
        lines.append(Told(problem.text, hint, waits, len(mine)))
    return lines + [Told(f"{listed(row.sources)}: {row.text}", row.hint, row.waits) for row in left]
