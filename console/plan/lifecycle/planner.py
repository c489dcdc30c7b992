"""The plan of an action that does not decide who serves, or why there is none."""

from __future__ import annotations

from dataclasses import replace

from console.config.model import ServiceConfig
from console.model.service import Service
from console.plan.asked import Asked
from console.plan.basis import Basis, basis_of
from console.plan.lifecycle import adopt, launch, retire, scale
from console.plan.lifecycle.seen import not_seen, not_writable
from console.plan.orders import AdoptOrder, LaunchOrder, RetireOrder, TakeBackOrder
from console.plan.plan import Action, Intent, Plan, Refusal


def plan(service: Service, config: ServiceConfig, intent: Intent, now: float) -> Plan | Refusal:
    """Plan from what is observed; the intent has an order and a colour."""
    refusal = not_seen(service, now) or not_writable(service)
    if refusal is not None:
        return refusal
    assert intent.target is not None
    asked = Asked(service, config, intent, basis_for(service, config, intent), now)
    match intent.order:
        case LaunchOrder() as order if intent.action is Action.SCALE:
            return scale.add(asked, order)
        case LaunchOrder() as order:
            return launch.plan(asked, order)
        case RetireOrder() as order if intent.action is Action.SCALE:
            return scale.remove(asked, order)
        case RetireOrder() as order:
            return retire.plan(asked, order)
        case TakeBackOrder() as order:
            return retire.take_back(asked, order)
        case AdoptOrder() as order:
            return adopt.plan(asked, order)
        case _:
            return Refusal("order", f"a {intent.action} needs more than a colour", "this is a fault of the program", 0)


def basis_for(service: Service, config: ServiceConfig, intent: Intent) -> Basis:
    """What this action is planned on: an adoption looks at members that are of no colour.

    What a launch has made is taken back while it is still being built: that a build goes on is nobody's change.
    """
    basis = basis_of(service, config, strangers=intent.action is Action.ADOPT)
    if not isinstance(intent.order, TakeBackOrder):
        return basis
    instances = [one for side in service.colours for one in side.instances]
    made = {
        one.server.id for one in instances if one.server is not None and set(one.server.tags) & {*intent.order.tags}
    }
    servers = (replace(one, task_state=None) if one.id in made else one for one in basis.servers)
    return replace(basis, servers=tuple(servers))
