"""Wait until instances are healthy where they stand: seen so twice in a row, or until the deadline, with names."""

from __future__ import annotations

import time

from console.errors import NeedsHuman
from console.model.health import judge
from console.plan.plan import Plan, Step
from console.plan.rotations.move import PENDING_DEADLINE
from console.rollout.records import EventKind
from console.rollout.runner import boot_clock
from console.rollout.runner.run import Run

_LOOK = 2.0  # seconds between two looks: monitors themselves check every few seconds
_TOLD_EVERY = 15.0  # seconds between two notes while nothing changes


def await_health(run: Run, plan: Plan, step: Step) -> None:
    """Return when every instance of the step is healthy. Raises NeedsHuman at the deadline, AbortAsked."""
    end = boot_clock.now() + step.deadline
    told, said, seen = boot_clock.now(), "", 0
    while True:
        ill = _ill(run, plan, step)
        seen = seen + 1 if not ill else 0
        if seen >= 2:
            run.note(EventKind.CHECKED, step.id, f"{len(step.names)} healthy, seen twice", healthy=len(step.names))
            return
        now = boot_clock.now()
        if now > end:
            raise NeedsHuman(
                f"not healthy after {step.deadline:.0f} s: {'; '.join(f'{name}: {why}' for name, why in ill.items())}",
                "look at their console and log; `bluegreen resume` waits again, or takes the launch back",
            )
        text = f"{len(step.names) - len(ill)} of {len(step.names)} healthy"
        if ill:
            text += f"; {'; '.join(f'{name}: {why}' for name, why in ill.items())}"
        if text != said or now - told > _TOLD_EVERY:
            told, said = now, text
            run.note(EventKind.WAIT, step.id, text, healthy=len(step.names) - len(ill), of=len(step.names))
        run.wait(min(_LOOK, run.timing.poll * 2), step.id)


def await_built(run: Run, plan: Plan, step: Step) -> None:
    """Return when every server of the step is ACTIVE: also those that an earlier runner has asked for."""
    end = boot_clock.now() + step.deadline
    while True:
        servers = {one.name: one for one in run.look(run.servers, step.id, PENDING_DEADLINE)}
        missing = [name for name in step.names if name not in servers or servers[name].status != "ACTIVE"]
        if not missing:
            return
        broken = [name for name in missing if name in servers and servers[name].status == "ERROR"]
        if broken or boot_clock.now() > end:
            first = (broken or missing)[0]
            server = servers.get(first)
            why = (server.fault or server.status) if server is not None else "it is not there"
            raise NeedsHuman(
                f"{first} is not built: {why}", "`bluegreen resume` deletes what failed and goes on, or takes it back"
            )
        run.wait(run.timing.poll, step.id)


def drain(run: Run, plan: Plan, step: Step) -> None:
    """Let what is under way finish: a time, because nobody can tell (facts: Octavia 1.4)."""
    run.note(EventKind.WAIT, step.id, f"{step.deadline:.0f} s for what is under way to finish")
    run.wait(step.deadline, step.id)


def _ill(run: Run, plan: Plan, step: Step) -> dict[str, str]:
    """Who is not healthy, and why."""
    service = run.look(run.observe, step.id, PENDING_DEADLINE)
    now = time.time()
    there = {one.name: one for one in service.side(plan.target).instances}
    found: dict[str, str] = {}
    for name in step.names:
        if (instance := there.get(name)) is None:
            found[name] = "not seen"
        elif not (health := judge(service, instance, now)).healthy:
            found[name] = health.reason
    return found
