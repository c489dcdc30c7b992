"""The two colours, and what a colour is to the traffic."""

from __future__ import annotations

from enum import StrEnum


class Colour(StrEnum):
    """One of the two sets of instances of a service. Colours alternate; neither is "new" by name."""

    BLUE = "blue"
    GREEN = "green"

    @property
    def other(self) -> Colour:
        """The opposite colour."""
        return Colour.GREEN if self is Colour.BLUE else Colour.BLUE


class Role(StrEnum):
    """What a colour is to the traffic: derived from weights, never stored."""

    LIVE = "live"  # it alone has weight in rotation
    IDLE = "idle"  # it has instances, none in rotation
    BOTH = "both"  # it shares the rotation with the other colour
    NONE = "none"  # it has no instances
