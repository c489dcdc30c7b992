"""All facts of all watched services at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from console.model.closeup import BalancerCloseup, InstanceCloseup
from console.model.service import Service


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Immutable. `generation` grows by one per cycle, so that a late one is recognised and dropped."""

    taken_at: float  # Unix seconds
    generation: int
    services: Mapping[str, Service] = field(default_factory=dict)
    instance: InstanceCloseup | None = None  # of the instance that is looked at
    load_balancers: tuple[BalancerCloseup, ...] = ()  # of the service that is looked at
    remembered: bool = False  # read from the disk: what an earlier console saw last
