"""Wait until instances are seen healthy where they stand: what was started counts only then (DESIGN §6, rules 1, 2)."""

from __future__ import annotations

import time
from collections.abc import Sequence

from console.model.health import Judgement, judge
from console.model.instance import Instance
from console.model.service import Service
from console.plan.plan import Plan, Step
from console.rollout.records import EventKind
from console.rollout.runner import boot_clock
from console.rollout.runner.endings import NotConfirmed
from console.rollout.runner.run import Run

HOLDS = 2  # looks in a row: one good answer of something that is just starting is none


def check(run: Run, plan: Plan, step: Step) -> bool:
    """True when every instance of the step was healthy in two looks in a row. Raises NotConfirmed at the deadline."""
    end = boot_clock.now() + step.deadline
    good, told = 0, ""
    while True:
        service = run.look(run.observe, step.id, step.deadline)
        ill = _ill(service, step.healthy, unchecked=plan.intent.unchecked)
        good = 0 if ill else good + 1
        if good == HOLDS:
            text = f"{len(step.healthy)} of {len(step.healthy)} are seen to work"
            run.note(EventKind.CHECKED, step.id, text)
            return True
        if ill and ill != told:
            told = ill
            run.note(EventKind.WAIT, step.id, ill)
        if boot_clock.now() > end:
            raise NotConfirmed(f"not seen to work within {step.deadline:.0f} s: {ill or 'once only'}")
        run.wait(run.timing.poll, step.id)


def _ill(service: Service, wanted: Sequence[str], *, unchecked: bool) -> str:
    """Who is not healthy, and why, in clauses."""
    instances = {one.key: one for side in service.colours for one in side.instances}
    missing = [f"{key} is gone" for key in wanted if key not in instances]
    there = [instances[key] for key in wanted if key in instances]
    found = ((one, _judged(service, one)) for one in there if not (unchecked and _runs_unprobed(service, one)))
    return "; ".join([*missing, *(f"{one.name}: {health.reason}" for one, health in found if not health.healthy)])


def _judged(service: Service, instance: Instance) -> Judgement:
    return judge(service, instance, time.time())


def _runs_unprobed(service: Service, instance: Instance) -> bool:
    """Nova's word is all there is, and the operator has said that it is enough."""
    return not service.probed and instance.server is not None and instance.server.running
