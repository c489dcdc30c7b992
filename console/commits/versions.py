"""Which two versions of a service are compared: that of the live colour, and that of the other one."""

from __future__ import annotations

from dataclasses import dataclass

from console.model.colour import Colour, Role
from console.model.roles import UNKNOWN, role_words
from console.model.service import Service


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions to compare, None where one is unknown; `problem` says why, in a sentence."""

    live: str | None = None
    idle: str | None = None
    live_colour: Colour | None = None
    problem: str = ""


def of(service: Service) -> Versions:
    """The versions that the colours run. A colour whose instances run several has none: the fact itself is shown."""
    colour = service.live
    if any(role_words(service, each) == UNKNOWN for each in Colour):
        return Versions(problem="what is in rotation is not known, so there is nothing to compare")
    if colour is None:
        both = all(service.role(side.colour) is Role.BOTH for side in service.colours)
        why = "both colours are in rotation" if both else "no colour is in rotation"
        return Versions(problem=f"{why}: none is live alone, so there is nothing to compare")
    live, live_problem = _version(service, colour)
    idle, idle_problem = _version(service, colour.other)
    return Versions(live, idle, colour, "; ".join(filter(None, (live_problem, idle_problem))))


def _version(service: Service, colour: Colour) -> tuple[str | None, str]:
    side = service.side(colour)
    if len(side.versions) == 1:
        return side.versions[0], ""
    if len(side.versions) > 1:
        return None, f"the instances of {colour.upper()} run {len(side.versions)} versions"
    return None, f"the version of {colour.upper()} is unknown" if side.instances else ""
