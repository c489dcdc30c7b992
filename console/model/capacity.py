"""What serves, in numbers: healthy instances in rotation, and the sum of their weights."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Capacity:
    """Healthy instances in rotation, and the sum of their weights."""

    instances: int
    weight: int
