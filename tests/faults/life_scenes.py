"""Scenes in which servers are made and deleted: a launch, more and fewer of what serves, and a retirement."""

from __future__ import annotations

from goals import counted
from scene import Scene

from console.config.model import ServiceConfig
from console.model.colour import Colour
from console.model.service import Service
from console.plan.lifecycle.ordering import Wish
from console.plan.plan import Intent, Refusal
from console.rollout import asking

QUICK = {"build": 0.3, "boot": 0.1}  # seconds of ours


def _launch(service: Service, config: ServiceConfig) -> Intent | Refusal:
    return asking.to_launch(service, config, Wish(Colour.GREEN))


def _more(service: Service, config: ServiceConfig) -> Intent | Refusal:
    return asking.to_launch(service, config, Wish(Colour.BLUE, adding=1), scale=True)


def _fewer(service: Service, config: ServiceConfig) -> Intent | Refusal:
    return asking.to_take_away(service, config, ("nova-api-blue-3",))


def _retire(service: Service, config: ServiceConfig) -> Intent | Refusal:
    return asking.to_retire(service, config, Colour.GREEN)


SERVING = {"blue": 100, "green": 0}

LIVES = (
    Scene(
        "launch",
        _launch,
        instances=2,
        world={**QUICK, "idle": False},
        goal=counted(2, 2, weights=SERVING),
    ),
    Scene("more", _more, instances=2, world=QUICK, goal=counted(3, 2, weights=SERVING)),
    Scene(
        "fewer",
        _fewer,
        release={"min_ratio": 0.6},
        deletes=("blue-3",),
        goal=counted(2, 3, weights=SERVING),
    ),
    Scene(
        "retire",
        _retire,
        instances=2,
        deletes=("green-1", "green-2"),
        goal=counted(2, 0, weights=SERVING),
    ),
)
