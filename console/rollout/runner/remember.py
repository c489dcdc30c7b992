"""Write on the servers what became of their release. Nothing depends on it: what fails is said, and stops nothing."""

from __future__ import annotations

from console.errors import BluegreenError, JournalError, LeaseHeld
from console.plan.plan import Plan, Step
from console.rollout.records import EventKind
from console.rollout.runner.run import Run
from console.rollout.runner.send import send_guarded
from console.rollout.runner.writing import carry_out


def remember(run: Run, plan: Plan, step: Step) -> None:
    """Carry it out. Raises AbortAsked, LeaseLost and JournalError alone."""
    try:
        carry_out(run, plan, step, send_guarded)
    except (LeaseHeld, JournalError):
        raise
    except BluegreenError as error:
        text = f"not every server has the note, a host without this journal may not know it: {error.message}"
        run.note(EventKind.CHECKED, step.id, text)
