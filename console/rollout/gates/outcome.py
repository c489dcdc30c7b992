"""What a gate came to. Only FAILED is evidence against the new colour: what could not be judged says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Verdict(StrEnum):
    """What a gate says."""

    PASSED = "passed"
    FAILED = "failed"
    UNJUDGED = "not judged"  # it could not be run, or nothing answered, or there is no data


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict, a sentence with what was found against what was wanted, and the end of what the gate printed."""

    verdict: Verdict
    sentence: str
    output: str = ""


class Attempt(Protocol):
    """A gate under way. Nothing here raises for what the tested side does."""

    def poll(self) -> Outcome | None:
        """The outcome; None while there is none. May take some seconds, where something is asked over the network."""

    @property
    def last(self) -> Outcome:
        """Where it is now: what it comes to if nothing more is heard before its deadline."""

    def stop(self) -> None:
        """End it, with every process of it. May be called again."""
