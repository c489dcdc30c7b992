"""After a reboot: which rollouts of this host go on without a person, and which need one (DESIGN §6, rules 7 and 9).

Only what was waiting, or baking, and is still within its time goes on: nothing was on its way to the cloud then, and
the word that it waits for can still be said. A deadline that has passed is never acted on afterwards: somebody decides.
"""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass, replace

from console.config.model import Config
from console.errors import UsageError
from console.plan.plan import Plan, Step, StepKind
from console.rollout import request
from console.rollout.journal import Journal
from console.rollout.launch import start_runner
from console.rollout.liveness import runner_host, unfinished
from console.rollout.records import DecisionKind, Event, Rollout
from console.rollout.waiting import under_way, waiting
from console.rollout.who import Who

_AHEAD = 2.0  # seconds that a record may be of the future before the clock on the wall is not believed
_ENOUGH = 15.0  # seconds that must be left: the runner needs some to begin, and a person to say a word
_WAITS = (StepKind.PAUSE, StepKind.CONFIRM, StepKind.BAKE, StepKind.GATE)


@dataclass(frozen=True, slots=True)
class Due:
    """A rollout that nobody walks. It goes on at `step` of `plan` for `left` seconds; or `why` says what keeps it."""

    rollout: Rollout
    why: str = ""
    plan: Plan | None = None
    step: Step | None = None
    left: float = 0.0


def due(journal: Journal, now: float | None = None) -> list[Due]:
    """Rollouts of this host that nobody will end by themselves, newest first. Raises JournalError."""
    at = time.time() if now is None else now
    host = socket.gethostname()
    mine = (one for one in request.to_resume(journal) if (runner_host(one) or one.who.host) == host)
    return [_judged(one, journal.events(one.id), at) for one in mine]


def go_on(config: Config, journal: Journal, found: Due, who: Who) -> None:
    """Start a runner that takes up the wait where it was. Raises Refused, JournalError, UsageError."""
    request.may_write(config)
    assert found.step is not None
    assert found.plan is not None
    step = f"{found.step.id} {found.left:.0f}"
    why = "taken up after its runner was gone, within its time"
    if not journal.reopen(found.rollout, DecisionKind.CONTINUE, found.plan, who, step=step, reason=why):
        raise UsageError(f"rollout {found.rollout.id} is not as it was: somebody else has decided on it", "look again")
    start_runner(config, found.rollout.id)


def _judged(rollout: Rollout, events: list[Event], now: float) -> Due:
    if not unfinished(rollout):
        return Due(rollout, rollout.sentence)
    if not events:
        return Due(rollout, "it was confirmed, and never begun")
    found = waiting(rollout, events)
    if found is None or found.step.kind not in _WAITS or found.step.writes:
        at = next((event.step for event in reversed(events) if event.step), "")
        return Due(rollout, f"its runner was gone in the middle of {at or 'its beginning'}")
    if now < events[-1].at - _AHEAD:
        return Due(rollout, "the clock was set back, so nobody can say how long it has waited")
    left = found.until - now
    if left < _ENOUGH:
        late = f"{-left:.0f} s ago" if left < 0 else f"in {left:.0f} s"
        return Due(rollout, f"its time to {found.step.title} ends {late}, unwatched: it does not go back by itself now")
    return Due(rollout, plan=under_way(rollout, events), step=found.step, left=left)


def where(order_step: str) -> tuple[str, float]:
    """The step and the seconds that a decision to continue names."""
    step, _, seconds = order_step.rpartition(" ")
    return step, float(seconds)


def still_to_walk(plan: Plan, step_id: str, left: float) -> tuple[Step, ...]:
    """The plan's steps from this one on, which has only so many seconds left."""
    index = [step.id for step in plan.steps].index(step_id)
    return (replace(plan.steps[index], deadline=left), *plan.steps[index + 1 :])


def was_proven(plan: Plan, step_id: str) -> bool:
    """Whether the last proof before this step was one: it has passed, or the step would not have been reached."""
    before = plan.steps[: [step.id for step in plan.steps].index(step_id)]
    if plan.basis.workers:
        return any(step.id == "prove" for step in before) and not plan.intent.unchecked
    proofs = (step for step in reversed(before) if step.kind is StepKind.PROVE)
    return next((step.proof is not None for step in proofs), False)
