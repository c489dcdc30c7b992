"""What the gates of a rollout printed: from the record, and of a gate under way from its file on this host."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from console.plan.plan import Step, StepKind
from console.rollout.gates.output import log_path, tail
from console.rollout.records import Event, EventKind, Rollout
from console.rollout.waiting import new_plan


def gate_output(rollout: Rollout, events: Sequence[Event]) -> Iterator[str]:
    """A heading for each gate, then its lines."""
    plan = rollout.plan
    steps: dict[str, Step] = {step.id: step for step in plan.steps}
    running: Step | None = None
    for event in events:
        if (other := new_plan(event, plan)) is not None:
            plan, steps, running = other, {step.id: step for step in other.steps}, None
        elif event.kind is EventKind.BEGUN:
            step = steps.get(event.step)
            running = step if step is not None and step.kind is StepKind.GATE else None
        elif event.kind is EventKind.GATE and "verdict" in event.data:
            running = None
            if output := str(event.data.get("output") or ""):
                yield f"== {event.text}"
                yield from output.splitlines()
    if running is not None and not rollout.state.ended:
        yield f"== {running.title}: under way"
        yield from tail(log_path(rollout.id, running.id)).splitlines()
