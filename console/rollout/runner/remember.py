"""Write on the servers what became of their release. Nothing depends on it: what fails is said, and stops nothing."""

from __future__ import annotations

from dataclasses import replace

from console.errors import BluegreenError, JournalError, LeaseHeld
from console.plan.plan import Plan, Step
from console.rollout.records import EventKind
from console.rollout.runner.run import Run
from console.rollout.runner.send import send_guarded
from console.rollout.runner.writing import carry_out


def remember(run: Run, plan: Plan, step: Step) -> None:
    """Carry it out. Raises AbortAsked, LeaseLost and JournalError alone."""
    if _failed(run, plan, step) is None:
        return
    each = [_failed(run, plan, replace(step, writes=(write,))) for write in step.writes]  # one must not stop the others
    if wrong := "; ".join(error.message for error in each if error is not None):
        text = f"not every server has the note, a host without this journal may not know it: {wrong}"
        run.note(EventKind.CHECKED, step.id, text)


def _failed(run: Run, plan: Plan, step: Step) -> BluegreenError | None:
    try:
        carry_out(run, plan, step, send_guarded)
    except (LeaseHeld, JournalError):
        raise
    except BluegreenError as error:
        return error
    return None
