"""Orders and plans of a service's life, on the worlds of the planner's tests."""

from __future__ import annotations

from dataclasses import replace

from plan_worlds import NOW, config, instance

from console.config.model import ImageChoice, Launch, ServiceConfig
from console.model.colour import Colour
from console.model.service import Service
from console.model.stock import Flavor, Image, Limit, Network, Stock
from console.plan.lifecycle.ordering import Wish, order
from console.plan.orders import LaunchOrder
from console.plan.plan import Action, Intent, Plan, Refusal
from console.plan.planner import plan

NEW = "c" * 40
BLUE = [instance(Colour.BLUE, n, 100) for n in (1, 2, 3)]


def settings(**launch: object) -> ServiceConfig:
    given = {"flavor": "m1.small", "networks": ("ops-net",), "image": ImageChoice(name="api-3"), **launch}
    return config(launch=Launch(**given))  # type: ignore[arg-type]


def stock(**changes: object) -> Stock:
    there = Stock(
        images=(
            Image("image-3", "api-3", "active", created_at="2026-03", properties={"git_commit": NEW}),
            Image("image-2", "api-2", "active", created_at="2026-02", properties={"git_commit": "b" * 40}),
            Image("image-q", "api-q", "queued", created_at="2026-01"),
        ),
        flavors=(Flavor("flavor-1", "m1.small", 2, 2048, 20),),
        networks=(Network("net-1", "ops-net", ("subnet-1",)), Network("net-2", "other", ("subnet-2",))),
        zones=("az1", "az2"),
        limits={"instances": Limit(10, 3), "cores": Limit(20, 6), "members of a server group": Limit(10, 0)},
    )
    return replace(there, **changes)  # type: ignore[arg-type]


def ordered(there: Service, wish: Wish, with_: ServiceConfig | None = None, **changes: object) -> LaunchOrder:
    made = order(there, with_ or settings(), stock(**changes), wish)
    assert isinstance(made, LaunchOrder), made
    return made


def refused(there: Service, wish: Wish, with_: ServiceConfig | None = None, **changes: object) -> Refusal:
    made = order(there, with_ or settings(), stock(**changes), wish)
    assert isinstance(made, Refusal), made
    return made


def planned(there: Service, intent: Intent, with_: ServiceConfig | None = None) -> Plan:
    made = plan(there, with_ or settings(), intent, NOW)
    assert isinstance(made, Plan), made
    return made


def not_planned(there: Service, intent: Intent) -> Refusal:
    made = plan(there, settings(), intent, NOW)
    assert isinstance(made, Refusal), made
    return made


def launch(there: Service) -> Plan:
    wish = Wish(Colour.GREEN)
    return planned(there, Intent(Action.LAUNCH, Colour.GREEN, order=ordered(there, wish)))
