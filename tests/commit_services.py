"""Services made by hand, as an observer would see them."""

from __future__ import annotations

from console.model.balancer import Member
from console.model.colour import Colour
from console.model.instance import Instance, Version
from console.model.service import BALANCER, SERVERS, ColourSet, Service, Source


def side(colour: Colour, weight: int, *versions: str | None) -> ColourSet:
    """One instance for each version."""
    return ColourSet(
        colour,
        tuple(
            Instance(
                f"api-{colour}-{i}",
                colour,
                member=Member(f"m{i}", f"m{i}", "192.0.2.1", 80, weight),
                version=Version(version, "metadata.git_commit") if version is not None else None,
            )
            for i, version in enumerate(versions)
        ),
    )


def service(blue: ColourSet, green: ColourSet, *, seen: bool = True) -> Service:
    """A service whose sources have answered, or never have."""
    problem = "" if seen else "no route to host"
    sources = {n: Source(n, 1.0 if seen else None, problem=problem, hint="look") for n in (SERVERS, BALANCER)}
    return Service("api", "staging", "c", blue=blue, green=green, sources=sources)
