"""What the engine needs to know of one write under way, whatever it changes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from console.errors import ApiError, NeedsHuman
from console.model.call import Call
from console.plan.basis import Basis
from console.plan.course import after, basis_before
from console.plan.plan import Plan, Step, Write
from console.rollout.runner.readback import Readback
from console.rollout.runner.run import Run


class UnderWay(ABC):
    """One write of a step. `before` and `expected` are the planned facts right before it, and those that it leaves.

    `desired` is the write's, of the subclass's own type.
    """

    busy: ClassVar[tuple[int, ...]] = (409, 429, 503)  # answers by which nothing was applied: wait, and send again

    def __init__(self, run: Run, plan: Plan, step: Step, write: Write) -> None:
        self.run, self.plan, self.step, self.write = run, plan, step, write
        self.desired: Any = write.desired
        self.before: Basis = basis_before(plan, step, write)
        self.failed_looks = 0  # last looks that the cloud did not answer: nothing was sent after them
        self.expected: Basis = after((write,), self.before)

    def make_ready(self) -> bool:
        """What has to be done before the write, and changes nothing in the cloud. Raises NeedsHuman, AbortAsked.

        Returns whether it was waited for, so that what was looked at before it is old.
        """
        return False

    @abstractmethod
    def last_look(self) -> Call:
        """The call, made from what is there right now, right before it is sent.

        Raises Drift where that is not as planned, Refused where what is to get traffic is not well. Once a write of
        this rollout may have reached the cloud, what it was to bring about is as good as what was before it.
        """

    @abstractmethod
    def settle(self) -> None:
        """Wait until what the write locks is free again. Raises NeedsHuman at the step's deadline, AbortAsked."""

    @abstractmethod
    def read_back(self) -> Readback:
        """Look at what the write has left."""

    @abstractmethod
    def still_fit(self) -> None:
        """Before the same write is sent again: whoever is to get traffic is healthy. Raises NeedsHuman."""

    @abstractmethod
    def done(self) -> tuple[str, dict[str, Any]]:
        """The VERIFIED row: a sentence, and the same for programs."""

    def already(self) -> bool:
        """Whether what it is to bring about is there, made by an earlier runner: then nothing is sent."""
        return False

    @property
    def attempts(self) -> int:
        """How often it may be sent, where the cloud took it and did not apply it."""
        return 2

    def failure(self, found: Readback) -> NeedsHuman:
        """What is said when the last attempt was not applied either."""
        return NeedsHuman(
            f"the write was answered, but it was not applied: {words(found)}",
            "what is shown is not what serves; see `bluegreen status`, then finish or go back with `resume`",
        )

    def answered(self, error: ApiError) -> bool:
        """Whether an error answer means that the goal is there already (a 404 to a DELETE, 409 to a start)."""
        return False

    def final(self, error: ApiError) -> bool:
        """Whether an answer that looks like `busy` is not: waiting would not help."""
        return False

    def blocked(self, error: ApiError) -> None:
        """After an answer of `busy`: raise NeedsHuman where it will be the same for ever."""
        return


def words(found: Readback) -> str:
    """What is not as it was written, in clauses."""
    return "; ".join(
        (*found.wrong, *_status(found.failed, "in provisioning ERROR"), *_status(found.pending, "still pending"))
    )


def _status(names: Sequence[str], status: str) -> tuple[str, ...]:
    return (f"{', '.join(names)} {status}",) if names else ()
