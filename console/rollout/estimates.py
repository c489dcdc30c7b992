"""How long things usually take, by what the journal has of earlier rollouts of the same service. No guesses."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

from console.rollout.journal import Journal
from console.rollout.records import EventKind

_ROLLOUTS = 20  # of the newest ones, so many are looked at


def usual_build(journal: Journal, service: str) -> float:
    """Seconds from a request until a server was ACTIVE, the median of what is recorded; 0: nothing is."""
    found = [
        float(event.data["seconds"])
        for rollout in journal.rollouts(service, limit=_ROLLOUTS)
        if rollout.plan.action in ("launch", "scale")
        for event in journal.events(rollout.id)
        if event.kind is EventKind.VERIFIED and event.step == "launch" and "seconds" in event.data
    ]
    return median(found) if found else 0.0


def usual_shift(journal: Journal, service: str) -> float:
    """Seconds that a step took that moved traffic, there or back, the median of what is recorded; 0: nothing is.

    A way back is the same calls, so this is what it takes until they are verified. Steps under way do not count.
    """
    found = [
        float(event.data["seconds"])
        for rollout in journal.rollouts(service, limit=_ROLLOUTS)
        if rollout.plan.action.moves_traffic
        for event in journal.events(rollout.id)
        if event.kind is EventKind.PASSED and event.step.startswith("shift") and "seconds" in event.data
    ]
    return median(found) if found else 0.0


def usual_steps(journal: Journal, service: str, action: str) -> Mapping[str, float]:
    """Seconds that each step took, by its id: the median of what rollouts of the same kind recorded."""
    found: dict[str, list[float]] = {}
    for rollout in journal.rollouts(service, limit=_ROLLOUTS):
        if rollout.plan.action != action:
            continue
        for event in journal.events(rollout.id):
            if event.kind is EventKind.PASSED and "seconds" in event.data:
                found.setdefault(event.step, []).append(float(event.data["seconds"]))
    return {step: median(seconds) for step, seconds in found.items()}
