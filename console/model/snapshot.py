"""All facts of all watched services at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from console.model.service import Service


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Immutable. `generation` grows by one per cycle, so that a late one is recognised and dropped."""

    taken_at: float  # Unix seconds
    generation: int
    services: Mapping[str, Service] = field(default_factory=dict)
