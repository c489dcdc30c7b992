"""What a plan is asked for: the facts, the config, the goal, and the moment, in one place for those who plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from console.config.model import ServiceConfig
from console.model.colour import Colour
from console.model.service import Service
from console.plan.basis import Basis
from console.plan.plan import Intent


@dataclass(frozen=True, slots=True)
class Asked:
    """`basis` is the service's. `now` (Unix seconds) only judges how fresh the facts are.

    `stood`: as `Intent.stood`, with what the journal says of it: an observation, so it is no part of the intent.
    """

    service: Service
    config: ServiceConfig
    intent: Intent
    basis: Basis
    now: float
    stood: Mapping[str, int] = field(default_factory=dict)

    @property
    def target(self) -> Colour:
        """The colour that is to serve."""
        assert self.intent.target is not None  # the planner resolves it before it asks anyone
        return self.intent.target
