"""What the plans of this package have in common."""

from __future__ import annotations

from collections.abc import Sequence

from console.config.model import Kind
from console.model.colour import Colour
from console.plan.asked import Asked
from console.plan.digest import digest
from console.plan.plan import Plan, Step, StepKind

RECONCILE_DEADLINE = 60.0  # seconds
PENDING_DEADLINE = 900.0  # seconds; an amphora that does not answer keeps the lock about 10 minutes (Octavia defaults)


def reconcile(asked: Asked, checks: Sequence[str]) -> Step:
    """The first step of every plan."""
    return Step(
        id="reconcile",
        kind=StepKind.RECONCILE,
        title="look again",
        words=f"Everything that the plan relies on is read again, and the lease on {asked.service.name} is taken. "
        "If anything was changed since you looked, nothing is written.",
        deadline=RECONCILE_DEADLINE,
        outcome="nothing has been written; the rollout is refused",
        checks=("members, servers and load balancer are as planned", *checks),
    )


def made_plan(
    asked: Asked,
    steps: Sequence[Step],
    *,
    summary: str,
    goal: str,
    notes: Sequence[str] = (),
    target_version: str | None = None,
) -> Plan:
    """The plan of these steps. Its target is the colour that something is done to."""
    service, target = asked.service, asked.target
    return Plan(
        service=service.name,
        environment=service.environment,
        action=asked.intent.action,
        source=target.other,
        target=target,
        source_version=service.side(target.other).version,
        target_version=service.side(target).version if target_version is None else target_version,
        summary=summary,
        intent=asked.intent,
        basis=asked.basis,
        steps=tuple(steps),
        notes=tuple(notes),
        digest=digest(asked.config, asked.intent, asked.basis, [one.desired for step in steps for one in step.writes]),
        goal=goal,
    )


def counted(number: int, what: str = "instance") -> str:
    """`1 instance`, `3 instances`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def pool_ids(asked: Asked, colour: Colour) -> tuple[str, ...]:
    """The pools that an instance of this colour is to be in: all of them, or with a pool for each colour its own."""
    service = asked.service
    if asked.config.rotation.kind != Kind.POOLS:
        return tuple(pool.id for pool in asked.basis.pools)
    own = [part.pool(colour) for part in service.balanced]
    return tuple(pool.id for pool in own if pool is not None)
