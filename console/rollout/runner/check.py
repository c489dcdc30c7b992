"""Wait until instances are seen healthy where they stand: what was started counts only then (DESIGN §6, rules 1, 2)."""

from __future__ import annotations

import time
from collections.abc import Sequence

from console.model.health import Judgement, judge
from console.model.instance import Instance
from console.model.service import Service
from console.plan.let_in import is_let_in
from console.plan.orders import SingleOrder
from console.plan.plan import Plan, Step
from console.rollout.records import EventKind
from console.rollout.runner import boot_clock
from console.rollout.runner.endings import NotConfirmed
from console.rollout.runner.run import Run

HOLDS = 2  # looks in a row: one good answer of something that is just starting is none


def check(run: Run, plan: Plan, step: Step) -> bool:
    """Every instance of the step was as it should be in two looks in a row: True where that is seen to work.

    Raises NotConfirmed at the deadline.
    """
    end = boot_clock.now() + step.deadline
    good, told = 0, ""
    while True:
        service = run.look(run.observe, step.id, step.deadline)
        ill = _ill(service, plan, step.healthy)
        good = 0 if ill else good + 1
        if good == HOLDS:
            seen = service.probed or not plan.basis.workers
            said = "are seen to work" if seen else "run, by Nova's word: no probe checks what they do"
            run.note(EventKind.CHECKED, step.id, f"{len(step.healthy)} of {len(step.healthy)} {said}")
            return seen
        if ill and ill != told:
            told = ill
            run.note(EventKind.WAIT, step.id, ill)
        if boot_clock.now() > end:
            raise NotConfirmed(f"not seen to work within {step.deadline:.0f} s: {ill or 'once only'}")
        run.wait(run.timing.poll, step.id)


def _ill(service: Service, plan: Plan, wanted: Sequence[str]) -> str:
    """Who is not healthy, and why, in clauses."""
    instances = {one.key: one for side in service.colours for one in side.instances}
    missing = [f"{key} is gone" for key in wanted if key not in instances]
    there = [instances[key] for key in wanted if key in instances]
    found = ((one, _judged(service, one)) for one in there if not _by_novas_word(service, plan, one))
    ill = ((one, health) for one, health in found if not _enough(service, plan, one, health))
    return "; ".join([*missing, *(f"{one.name}: {health.reason}" for one, health in ill)])


def _enough(service: Service, plan: Plan, one: Instance, found: Judgement) -> bool:
    """Healthy; of single instances that come back unseen, by a word or as they went, not known to be dead."""
    single = isinstance(plan.intent.order, SingleOrder)
    return found.healthy or (single and is_let_in(service, plan.intent, one, found))


def _judged(service: Service, instance: Instance) -> Judgement:
    return judge(service, instance, time.time())


def _by_novas_word(service: Service, plan: Plan, instance: Instance) -> bool:
    """Whether Nova's word is all there is, and is enough: the operator has said so, or it worked unseen before."""
    order, running = plan.intent.order, instance.server is not None and instance.server.running
    unseen = isinstance(order, SingleOrder) and instance.key in order.unseen
    return (plan.intent.unchecked or unseen) and not service.probed and running
