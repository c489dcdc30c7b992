"""What clients get through the VIP."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from console.model.colour import Colour

WINDOW = 60.0  # seconds of answers that are kept, and told of


@dataclass(frozen=True, slots=True)
class VipAnswer:
    """One request through the VIP on a new connection. `version` is what answered, None where it did not say.

    `status` is None where no HTTP answer came; `error` then says why. `connected`: a check that only opens a TCP
    connection got it.
    """

    at: float
    ms: float
    status: int | None = None
    version: str | None = None
    error: str = ""
    connected: bool = False
    expected: bool | None = None  # whether the config names this status; None: it names none

    @property
    def ok(self) -> bool:
        """An answer as the config expects it, 2xx where it says nothing; or a connection where no more was asked."""
        if self.expected is not None:
            return self.expected
        return self.connected or (self.status is not None and 200 <= self.status < 300)


@dataclass(frozen=True)
class Traffic:
    """A window of answers, oldest first, and which versions belong to which colour.

    A version that both colours run tells nothing: it is in neither set.
    """

    url: str
    answers: tuple[VipAnswer, ...]
    versions: dict[Colour, frozenset[str]]

    def lately(self, now: float) -> Traffic:
        """The answers of the window that ends at `now` (Unix seconds): what was kept may be older by then."""
        kept = tuple(answer for answer in self.answers if now - answer.at <= WINDOW)
        return self if len(kept) == len(self.answers) else replace(self, answers=kept)

    def colour_of(self, answer: VipAnswer) -> Colour | None:
        """The colour that gave the answer; None where it cannot be told."""
        if not answer.ok or answer.version is None:
            return None
        for colour, known in self.versions.items():
            if answer.version in known:
                return colour
        return None

    def count(self, colour: Colour) -> int:
        """Answers by this colour."""
        return self._counts[colour]

    @cached_property
    def _counts(self) -> Counter[Colour | None]:
        return Counter(map(self.colour_of, self.answers))

    @cached_property
    def lost(self) -> int:
        """Requests without a good answer."""
        return sum(not answer.ok for answer in self.answers)

    @property
    def failure(self) -> str:
        """Why the last request without a good answer has none; empty where all have one."""
        last = next((answer for answer in reversed(self.answers) if not answer.ok), None)
        return "" if last is None else last.error or f"status {last.status}"

    @cached_property
    def longest_gap_ms(self) -> float | None:
        """Longest time between two good answers; None with fewer than two."""
        ends = sorted(answer.at + answer.ms / 1000 for answer in self.answers if answer.ok)
        gaps = [(later - earlier) * 1000 for earlier, later in pairwise(ends)]
        return max(gaps, default=None)
