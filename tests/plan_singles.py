"""Changes of single instances to plan: what is asked, and what is made of it."""

from __future__ import annotations

from plan_rotations import done, several_service
from plan_worlds import NOW, config, instance

from console.config.model import ServiceConfig
from console.model.colour import Colour
from console.model.instance import Instance
from console.model.service import Service
from console.plan.orders import SingleOrder
from console.plan.plan import Action, Intent, Plan, Refusal
from console.plan.planner import plan


def asked(action: Action, *names: str, min_ratio: float | None = None, target: Colour | None = None) -> Intent:
    """What alice asks for these instances."""
    return Intent(action, target, order=SingleOrder(names, "alice@jump1", min_ratio))


def made(service: Service, intent: Intent, settings: ServiceConfig | None = None) -> Plan:
    """The plan; it is one."""
    found = plan(service, settings or config(), intent, NOW)
    assert isinstance(found, Plan), found
    return found


def refused(service: Service, intent: Intent, settings: ServiceConfig | None = None) -> Refusal:
    """The refusal; it is one."""
    found = plan(service, settings or config(), intent, NOW)
    assert isinstance(found, Refusal), found
    return found


def after(service: Service, found: Plan) -> Service:
    """The service once every write of the plan is made."""
    for step in found.steps:
        for write in step.writes:
            service = done(service, write.call)
    return service


def one(service: Service, name: str) -> Instance:
    """The instance of this name."""
    return next(each for side in service.colours for each in side.instances if each.name == name)


def blues() -> list[Instance]:
    """Three that serve."""
    return [instance(Colour.BLUE, n, 100) for n in (1, 2, 3)]


def greens(weight: int = 0) -> list[Instance]:
    """Three of the other colour."""
    return [instance(Colour.GREEN, n, weight) for n in (1, 2, 3)]


def world() -> Service:
    """In pools, so that a call can be carried out on it."""
    return several_service(blues(), greens())
