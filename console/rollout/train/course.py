"""What a train does next: a pure function of its rollouts as the journal tells them, so that any conductor can go on.

Forward: all rollouts begin, so that all leases are held and all gates have passed before anything is written. Then each
is shifted and proven in its turn, the next one only when the one before is. Then all of them are let go to be confirmed
and to bake. Backward: one after the other in reverse order, whatever each has got to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from console.plan.waits import BARRIER_KEEP, BARRIER_SHIFT
from console.rollout.records import TAKES_UP, Event, EventKind, Rollout, RolloutState
from console.rollout.waiting import plan_of


@dataclass(frozen=True, slots=True)
class Part:
    """A service of the train. `passed`: ids of steps of the way there that are over; `at`: the one that waits for a
    word. `orphan`: nobody walks it any more. `asked`: it was asked to go back already; `settled`: that was tried after
    its runner had died, or it had stopped. `back`: its way back, if one was begun after the way there had ended well.
    `wrote`: whether any call may have reached the cloud.
    """

    rollout: Rollout
    passed: frozenset[str] = frozenset()
    at: str = ""
    orphan: bool = False
    asked: bool = False
    settled: bool = False
    back: Rollout | None = None
    back_orphan: bool = False
    wrote: bool = False

    @property
    def service(self) -> str:
        """Its name."""
        return self.rollout.service

    def beyond(self, barrier: str) -> bool:
        """Whether it has passed the barrier, or has none."""
        return self.rollout.state is RolloutState.DONE or barrier in self.passed


class Do(StrEnum):
    """What is to be done."""

    WAIT = "wait"
    START = "start"  # start the runner of a rollout that waits for one
    GO_ON = "go on"  # say the word at a barrier
    ABORT = "abort"  # ask a rollout under way to go back
    SETTLE = "settle"  # go back with a rollout that nobody walks, or that stopped
    TAKE_BACK = "take back"  # begin the way back of one that had ended well
    END = "end"


@dataclass(frozen=True, slots=True)
class Move:
    """The next thing to do, with whom; at the end, how it ended. `why` all go back, where they do."""

    do: Do
    part: Part | None = None
    step: str = ""
    state: RolloutState = RolloutState.RUNNING
    sentence: str = ""
    exit_code: int = 0
    why: str = ""


def passed(rollout: Rollout, events: Sequence[Event]) -> frozenset[str]:
    """The steps that are over, in the plan under way; they stay so where one of its waits is taken up."""
    plan, found, before = rollout.plan, set[str](), set[str]()
    for event in events:
        if event.kind is EventKind.STARTED:
            before, found = found, found if TAKES_UP in event.data else set()
        elif event.kind is EventKind.PLANNED:
            other = plan_of(event)
            # earlier versions told so as well that a wait was taken up, after the STARTED
            found = before if other == plan else set()
            plan = other or plan
        elif event.kind is EventKind.PASSED:
            found.add(event.step)
    return frozenset(found)


def next_move(parts: Sequence[Part], aborted: str) -> Move:
    """`aborted`: who asked for all to go back, and why; empty where nobody did. Who stops says where all stand."""
    move = _next(parts, aborted)
    return replace(move, sentence=f"{move.sentence}; {where(parts)}") if move.state is RolloutState.STOPPED else move


def where(parts: Sequence[Part]) -> str:
    """Which services are on their new colour, and which are not: `conductor is on GREEN; as before: api`."""
    moved = [f"{part.service} is on {part.rollout.plan.target.upper()}" for part in parts if _is_moved(part)]
    before = [part.service for part in parts if not _is_moved(part) and _is_as_before(part)]
    between = [part.service for part in parts if not _is_moved(part) and not _is_as_before(part)]
    words = [*moved, *([f"as before: {', '.join(before)}"] if before else [])]
    return "; ".join([*words, *([f"somewhere between, look at it: {', '.join(between)}"] if between else [])])


def _is_moved(part: Part) -> bool:
    """Proven on its new colour, and on no way back."""
    if part.back is not None or part.rollout.state is RolloutState.ROLLED_BACK:
        return False
    proven = part.at == BARRIER_KEEP or BARRIER_KEEP in part.passed
    return part.rollout.state is RolloutState.DONE or (proven and not part.asked)


def _is_as_before(part: Part) -> bool:
    """Nothing of it was written, or all of that is taken back."""
    if part.back is not None:
        return part.back.state is RolloutState.DONE
    if part.orphan or part.rollout.state in (RolloutState.STOPPED, RolloutState.LEFT):
        return not part.wrote
    back = part.rollout.state in (RolloutState.ROLLED_BACK, RolloutState.REFUSED, RolloutState.FAILED)
    return back or not part.beyond(BARRIER_SHIFT)


def _next(parts: Sequence[Part], aborted: str) -> Move:
    ended = [part for part in parts if part.rollout.state.ended and not _well(part)]
    # those that were asked to go back are not why
    failed = next((part for part in ended if not part.asked), ended[0] if ended else None)
    if aborted:
        return _backward(parts, aborted, asked=True)
    if failed is not None and failed.rollout.state is not RolloutState.STOPPED and not _is_left_between(failed):
        return _backward(parts, f"{failed.service}: {failed.rollout.sentence}", asked=False)
    stuck = failed or next((part for part in parts if part.orphan), None)
    if stuck is not None:
        why = stuck.rollout.sentence or "its runner is gone"
        return _stop(f"{stuck.service} needs a human: {why}; who waits at a barrier does so for two hours at most")
    return _forward(parts)


def _well(part: Part) -> bool:
    return part.rollout.state is RolloutState.DONE


def _is_left_between(part: Part) -> bool:
    """A person has closed its record, and what was written stays."""
    return part.rollout.state is RolloutState.LEFT and part.wrote


def _forward(parts: Sequence[Part]) -> Move:
    for part in parts:
        if part.rollout.state is RolloutState.WAITING:
            return Move(Do.START, part)
    if all(part.rollout.state is RolloutState.DONE for part in parts):
        names = ", ".join(part.service for part in parts)
        return Move(Do.END, state=RolloutState.DONE, sentence=f"all have arrived: {names}", exit_code=0)
    if not all(part.at == BARRIER_SHIFT or part.beyond(BARRIER_SHIFT) for part in parts):
        return Move(Do.WAIT, sentence="gates: nothing is written before all have passed")
    for part in parts:
        if part.at == BARRIER_SHIFT:
            return Move(Do.GO_ON, part, BARRIER_SHIFT)
        if not (part.at == BARRIER_KEEP or part.beyond(BARRIER_KEEP)):
            return Move(Do.WAIT, part, sentence=f"{part.service} is shifted and proven; the next one waits for it")
    for part in parts:
        if part.at == BARRIER_KEEP:
            return Move(Do.GO_ON, part, BARRIER_KEEP)
    return Move(Do.WAIT, sentence="all are shifted and proven; they are confirmed, and bake")


def _backward(parts: Sequence[Part], why: str, *, asked: bool) -> Move:
    for part in reversed(parts):
        move = _back(part, asked=asked)
        if move is not None:
            return replace(move, why=why)
    names = ", ".join(part.service for part in reversed(parts))
    return Move(Do.END, state=RolloutState.ROLLED_BACK, sentence=f"{why}; all are back: {names}", exit_code=6)


def _back(part: Part, *, asked: bool) -> Move | None:
    """What brings this service back; None where it is, or never left."""
    rollout = part.rollout
    if rollout.state is RolloutState.WAITING:
        return Move(Do.START, part)  # then it hears that it is to go back, before it writes anything
    if part.orphan or rollout.state is RolloutState.STOPPED:
        if asked and not part.settled:
            return Move(Do.SETTLE, part)
        return _stop(f"{part.service} needs a human: {rollout.sentence or 'its runner is gone'}")
    if _is_left_between(part):
        return _stop(f"{part.service} needs a human: {rollout.sentence}")
    if not rollout.state.ended:
        return Move(Do.WAIT if part.asked else Do.ABORT, part, sentence=f"{part.service} goes back")
    if rollout.state is not RolloutState.DONE or not rollout.plan.writes:
        return None
    if part.back is None:
        return Move(Do.TAKE_BACK, part)
    if part.back.state is RolloutState.WAITING:
        return Move(Do.START, part)
    if part.back_orphan or (part.back.state.ended and part.back.state is not RolloutState.DONE):
        return _stop(f"{part.service} is not back: {part.back.sentence or 'the runner of its way back is gone'}")
    return None if part.back.state.ended else Move(Do.WAIT, part, sentence=f"{part.service} goes back")


def _stop(sentence: str) -> Move:
    return Move(Do.END, state=RolloutState.STOPPED, sentence=sentence, exit_code=7)
