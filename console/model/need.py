"""How much a problem takes from those who use a service: the order in which a human is needed."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Protocol


class Need(IntEnum):
    """What clients lose, the worst first."""

    NOTHING_SERVES = 0  # nobody answers, or nobody gets there
    VIP_FAILS = 1  # whoever asks through the VIP gets no good answer now
    NONE_HEALTHY = 2  # of what serves
    WRONG_COLOUR = 3  # answers come from the colour that should not give any
    REQUESTS_LOST = 4  # some, of late
    BELOW_QUORUM = 5  # fewer are healthy than must be
    REST = 6  # what may cost clients something later, or nothing


Rank = tuple[bool, bool, Need]


class _Needy(Protocol):
    @property
    def need(self) -> Need: ...


def worst(problems: Iterable[_Needy]) -> Need:
    """The need of all of them together."""
    return min((problem.need for problem in problems), default=Need.REST)


def rank(need: Need, *, needs_you: bool, production: bool) -> Rank:
    """The place of a service, or of a problem, in a list that a human reads from its top."""
    return not needs_you, not production, need
