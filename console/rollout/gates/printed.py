"""What the gates of a rollout printed: from the record, and of a gate under way from its file on this host."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from console.plan.plan import StepKind
from console.rollout.gates.output import log_path, tail
from console.rollout.records import Event, EventKind, Rollout
from console.rollout.waiting import plan_of


def gate_output(rollout: Rollout, events: Sequence[Event]) -> Iterator[str]:
    """A heading for each gate, then its lines."""
    steps, running = {step.id: step for step in rollout.plan.steps}, ""
    for event in events:
        if event.kind is EventKind.PLANNED and (plan := plan_of(event)) is not None:
            steps = {step.id: step for step in plan.steps}
        elif event.kind is EventKind.BEGUN:
            step = steps.get(event.step)
            running = event.step if step is not None and step.kind is StepKind.GATE else ""
        elif event.kind is EventKind.GATE and "verdict" in event.data:
            running = ""
            if output := str(event.data.get("output") or ""):
                yield f"== {event.text}"
                yield from output.splitlines()
    if running and not rollout.state.ended:
        yield f"== {steps[running].title}: under way"
        yield from tail(log_path(rollout.id, running)).splitlines()
