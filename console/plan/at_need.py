"""Workers that did not run when a rollout began: off on its way back, unless too few would work without them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from console.model.service import POWER, Service
from console.plan.asked import Asked
from console.plan.candidates import Candidates, is_named
from console.plan.plan import Intent


def intents(service: Service, intent: Intent) -> Iterator[Intent]:
    """The intent, and, of a way back of workers, the same with ever more taken in of those that it leaves out."""
    yield intent
    out = intent.leave_out if service.rotation == POWER and intent.undoes else ()
    for number in range(1, len(out) + 1):
        yield replace(intent, take_in=(*intent.take_in, *out[:number]), leave_out=out[number:])


def notes(asked: Asked, found: Candidates) -> Iterator[str]:
    """Who is started although it was off before."""
    if asked.service.rotation != POWER or not asked.intent.undoes:
        return
    for one, _ in found.enter:
        if is_named(one, asked.intent.take_in) and not one.runs:
            yield f"{one.name} did not run when the rollout began, and is started: without it too few would work"
