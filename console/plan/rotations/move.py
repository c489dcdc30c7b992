"""A move: one share of the traffic, as the steps that give it to the target colour."""

from __future__ import annotations

from dataclasses import dataclass

from console.plan.basis import Basis
from console.plan.course import after
from console.plan.plan import Step

PENDING_DEADLINE = 900.0  # seconds; an amphora that does not answer keeps the lock about 10 minutes (Octavia defaults)
STUCK = "it stops and needs a human: only the cloud can break the load balancer's lock"


@dataclass(frozen=True, slots=True)
class Move:
    """`percent` of the capacity is the target's after it; `steps` write, or check what was written."""

    percent: int
    steps: tuple[Step, ...]

    def after(self, basis: Basis) -> Basis:
        """The basis that it leaves."""
        for step in self.steps:
            basis = after(step.writes, basis)
        return basis

    @property
    def writes(self) -> int:
        """How many calls it makes."""
        return sum(len(step.writes) for step in self.steps)


def count(number: int, what: str) -> str:
    """`1 instance`, `3 instances`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
