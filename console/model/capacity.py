"""What serves, in numbers: instances in rotation, and the sum of their weights."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Capacity:
    """Healthy instances in rotation, and the sum of their weights.

    `able`, `able_weight`: these and whoever serves without being seen healthy or known to be dead. 0 as a floor asks
    for no more than for the healthy ones.
    """

    instances: int
    weight: int
    able: int = 0
    able_weight: int = 0
