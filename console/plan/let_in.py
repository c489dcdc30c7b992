"""Whom an intent lets serve although nobody has seen it healthy: because somebody has said so, or it served unseen."""

from __future__ import annotations

from console.model.health import Health, Judgement
from console.model.instance import Instance
from console.model.service import WEIGHTS, Service
from console.plan.orders import SingleOrder
from console.plan.plan import Intent


def is_let_in(service: Service, intent: Intent, one: Instance, found: Judgement) -> bool:
    """Whether it may get traffic, `found` being what is judged of it: healthy, or unseen where that is enough.

    What is known to be dead is let in by no word. Of single instances those are let in again that were taken out
    unseen, when that is undone, and any where the operator has said so. Where a colour is to serve it is only what
    nothing checks: a pool that no policy attaches, workers without a probe.
    """
    if found.healthy or not found.unseen:
        return found.healthy
    if isinstance(intent.order, SingleOrder):
        return intent.unchecked or one.key in intent.order.unseen
    nothing_checks = not service.probed and service.rotation != WEIGHTS and found.health is Health.UNKNOWN
    return intent.unchecked and intent.action.moves_traffic and nothing_checks and one.colour is intent.target
