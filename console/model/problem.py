"""One problem: what is wrong, in a sentence, and what to do about it; both are made where it is found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from console.model.need import Need
from console.model.text import some


class Problem(NamedTuple):
    """A sentence, and what to do about it: empty where nobody needs to do anything, or the sentence says it.

    `sources` are the names of those whose failure it tells, or that they do not answer. `whom`: the names of the
    instances, or of the sources, that the sentence begins with; `reason` is what it says of each of them. `need`: what
    clients lose.
    """

    text: str
    hint: str = ""
    sources: tuple[str, ...] = ()
    whom: tuple[str, ...] = ()
    reason: str = ""
    need: Need = Need.REST

    def of(self, whom: str) -> Problem:
        """The same, with whom it is about in front."""
        return self._replace(text=f"{whom}: {self.text}")

    def of_all(self, names: Sequence[str]) -> Problem:
        """The same of each of these, who are in front."""
        return self.of(some(names))._replace(whom=tuple(names), reason=self.text)
