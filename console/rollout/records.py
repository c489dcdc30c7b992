"""The rows of the journal, typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from console.plan.plan import Plan
from console.rollout.who import Who


class RolloutState(StrEnum):
    """Where a rollout is. `running` with a dead runner is unfinished: see `liveness`."""

    WAITING = "waiting"  # confirmed, its runner has not begun
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
    ROLLED_BACK = "rolled back"
    STOPPED = "stopped"  # needs a human
    LEFT = "left as it was"  # a human has closed the record: what was written stays, and nobody goes on with it

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self not in (RolloutState.WAITING, RolloutState.RUNNING)


class DecisionKind(StrEnum):
    """What an operator may decide."""

    CONFIRM = "confirm"
    ABORT = "abort"
    FINISH = "finish"
    GO_BACK = "go back"
    LEAVE = "leave"
    CONTINUE = "continue"  # take up a wait where it was; the decision's `step` is "ID SECONDS"
    PAUSE = "pause"  # no further step until somebody goes on
    GO_ON = "go on"
    KEEP = "keep"  # the second confirmation of a cutover, or the early end of its bake
    EXTEND = "extend"  # the decision's `step` is "ID SECONDS"
    SIGN = "sign"  # somebody signs at a gate, and says to have seen everything on its checklist
    OVERRIDE = "override"  # of what the plan warns of; the decision's `step` says which: "rollback-safety"


TAKES_UP = "takes_up"  # in the data of a STARTED: the id of the step, a wait, at which it goes on in the same plan


class EventKind(StrEnum):
    """What the runner records."""

    STARTED = "started"
    AUTHENTICATED = "authenticated"
    LEASE = "lease"
    BEGUN = "begun"  # a step has begun
    PASSED = "passed"  # a step is over, and well
    CHECKED = "checked"
    INTENT = "intent"  # before a call: what will be sent
    OUTCOME = "outcome"  # after it: what was answered
    WAIT = "wait"
    SETTLED = "settled"
    VERIFIED = "verified"
    PROOF = "proof"
    GATE = "gate"  # what a gate came to, or who signed
    PLANNED = "planned"  # a plan made on the way takes over: to go back, or to finish
    DECISION = "decision"
    NOTICE = "notice"  # whether a webhook was told
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Event:
    """One row. `text` is a sentence for people, `data` the same for programs. `at`: Unix seconds."""

    seq: int
    at: float
    kind: EventKind
    step: str
    text: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided. It names the plan by digest, and for finish and go back carries the plan itself."""

    seq: int
    at: float
    kind: DecisionKind
    step: str
    digest: str
    who: Who
    reason: str
    plan: Plan | None = None
    take_over: str = ""  # the owner typed to take an expired lease over


@dataclass(frozen=True, slots=True)
class Rollout:
    """One execution of a plan. `runner` identifies its process; empty while it has not begun."""

    id: str
    service: str
    plan: Plan
    who: Who
    reason: str
    created_at: float
    state: RolloutState
    sentence: str = ""
    exit_code: int | None = None
    ended_at: float | None = None
    runner: str = ""
    waiting_since: float = 0.0  # when a runner was last asked for, Unix seconds
