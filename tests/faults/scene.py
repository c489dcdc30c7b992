"""What a scene of the fault matrix is: a world, what is to be done in it, and what is true when it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from goals import Goal, carried

from console.config.model import ServiceConfig
from console.drill.server import Drill
from console.model.service import Service
from console.plan.plan import Intent, Refusal

Asks = Callable[[Service, ServiceConfig], Intent | Refusal]


@dataclass(frozen=True)
class Scene:
    """One world and one intent. `services` of the drill are made, `service` is the one that is changed.

    `intent`: that, or how it is made of a look at the cloud. `release` is that section of the service's config;
    `prepare` arranges the world, on the drill's own event loop or by its door; `world`: more of the drill's settings.
    `goal` raises Violation unless it is reached. `keeps`: the share of the capacity that no write may go below, where
    it is not `min_ratio` of the config. `named`: instances that the operator names, without the service's name before
    theirs: where there are any, no others may be touched, and a hold of theirs may be set and ended. `deletes`: the
    instances whose servers may be deleted, beside those that the rollout has made itself.
    """

    name: str
    intent: Intent | Asks
    services: int = 1
    service: str = "nova-api"
    release: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    instances: int = 3
    power: bool = False
    prepare: Callable[[Drill], None] = lambda _drill: None
    world: Mapping[str, Any] = field(default_factory=dict)
    goal: Goal = carried
    keeps: float | None = None
    named: tuple[str, ...] = ()
    deletes: tuple[str, ...] = ()

    def asked(self, service: Service, config: ServiceConfig) -> Intent | Refusal:
        """The intent on what is seen, or why there is none."""
        return self.intent if isinstance(self.intent, Intent) else self.intent(service, config)

    @property
    def ratio(self) -> float:
        """How much of the capacity must be kept."""
        return float(self.release.get("min_ratio", 1.0)) if self.keeps is None else self.keeps

    @property
    def builds(self) -> bool:
        """Whether it makes servers."""
        return "build" in self.world

    def full(self, names: tuple[str, ...]) -> frozenset[str]:
        """These instances with the service's name in front, as the cloud has them."""
        return frozenset(f"{self.service}-{name}" for name in names)
