"""One problem: what is wrong, in a sentence, and what to do about it; both are made where it is found."""

from __future__ import annotations

from typing import NamedTuple

from console.model.need import Need


class Problem(NamedTuple):
    """A sentence, and what to do about it: empty where nobody needs to do anything, or the sentence says it.

    `sources` are the names of those whose failure it tells, or that they do not answer. `need`: what clients lose.
    """

    text: str
    hint: str = ""
    sources: tuple[str, ...] = ()
    need: Need = Need.REST

    def of(self, whom: str) -> Problem:
        """The same, with whom it is about in front."""
        return self._replace(text=f"{whom}: {self.text}")
