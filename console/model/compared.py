"""Which two versions of a service are compared: that of the live colour, and that of the other one."""

from __future__ import annotations

from dataclasses import dataclass

from console.model.colour import Colour, Role
from console.model.roles import UNKNOWN, role_words
from console.model.service import Service
from console.model.shipping import Shipping


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions to compare, None where one is unknown; `problem` says why, in a sentence.

    `base`: the colour of `live`. `both`: both colours serve, in the middle of a shift or for good; then neither is live
    alone, `live` is the version of BLUE and `idle` that of GREEN. `untold`: whose instances tell none while others
    of the same colour do, in clauses: they may run anything. `supposed`: nothing runs `idle` yet.
    """

    live: str | None = None
    idle: str | None = None
    base: Colour | None = None
    problem: str = ""
    both: bool = False
    untold: tuple[str, ...] = ()
    supposed: bool = False

    @property
    def called(self) -> tuple[str, str]:
        """How sentences name the two sides."""
        return ("BLUE", "GREEN") if self.both else ("live", "idle")


def of(service: Service) -> Versions:
    """The versions that the colours run. A colour whose instances run several has none: the fact itself is shown."""
    if any(role_words(service, each) == UNKNOWN for each in Colour):
        return Versions(problem="what is in rotation is not known, so there is nothing to compare")
    both = all(service.role(side.colour) is Role.BOTH for side in service.colours)
    base = Colour.BLUE if both else service.live
    if base is None:
        return Versions(problem="no colour is in rotation: none is live, so there is nothing to compare")
    live, live_problem = _version(service, base)
    idle, idle_problem = _version(service, base.other)
    untold = tuple(filter(None, (untold_words(service, colour) for colour in (base, base.other))))
    return Versions(live, idle, base, "; ".join(filter(None, (live_problem, idle_problem, *untold))), both, untold)


def as_if(service: Service, version: str) -> Versions:
    """What would be compared if the other colour ran this version: asked before any instance is made of it."""
    now = of(service)
    if now.both:
        return Versions(problem=f"both colours serve: which of them {version} would follow is not known")
    if now.base is None:
        return now
    _, problem = _version(service, now.base)
    untold = tuple(filter(None, (untold_words(service, now.base),)))
    words = "; ".join(filter(None, (problem, *untold)))
    return Versions(now.live, version, now.base, words, untold=untold, supposed=True)


def _version(service: Service, colour: Colour) -> tuple[str | None, str]:
    side = service.side(colour)
    if len(side.versions) == 1:
        return side.versions[0], ""
    if len(side.versions) > 1:
        return None, f"the instances of {colour.upper()} run {len(side.versions)} versions"
    return None, f"the version of {colour.upper()} is unknown" if side.instances else ""


def untold_words(service: Service, colour: Colour) -> str:
    """`1 of 3 instances of GREEN tells no version`; empty where all do, or none does, which is another fact."""
    instances = service.side(colour).instances
    silent = sum(one.version is None for one in instances)
    if not 0 < silent < len(instances):
        return ""
    return f"{silent} of {len(instances)} instances of {colour.upper()} tell{'s' if silent == 1 else ''} no version"


def of_now(service: Service) -> Shipping:
    """What separates the colours, if it is that of the versions which they run now."""
    shipping = service.shipping or Shipping()
    if shipping.base is None:
        return shipping
    now = tuple(service.side(colour).versions for colour in (shipping.base, shipping.base.other))
    if now != tuple((version,) for version in shipping.versions):
        return Shipping(problem="the commits that were compared are not those of the versions that run now")
    return shipping
