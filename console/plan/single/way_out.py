"""The way out: while what serves is not well, nobody takes away those to whom its traffic could go (rule 6)."""

from __future__ import annotations

import math
from collections.abc import Sequence

from console.model.colour import Role
from console.model.health import Health, judge
from console.model.instance import Instance
from console.model.service import POWER
from console.plan.asked import Asked
from console.plan.plan import Refusal


def taken(asked: Asked, leaving: Sequence[Instance], verb: str) -> Refusal | None:
    """Refuse to hold or disable instances of the idle colour that are missing as soon as the other one is left.

    Those that stay are enough where they are as many as must be healthy.
    """
    service, colour, other = asked.service, asked.target, asked.target.other
    if service.role(colour) is not Role.IDLE:
        return None  # what serves is kept by the floor
    serving = [one for one in service.side(other).instances if service.in_rotation(one)]
    well = sum(judge(service, one, asked.now).healthy for one in serving)
    least = max(1, math.ceil(len(serving) * asked.config.release.min_ratio))
    able = [one for one in service.side(colour).instances if _may_serve(asked, one)]
    gone = [one for one in leaving if one in able]
    left = len(able) - len(gone)
    if well >= least or not gone or left >= least:
        return None
    seen = f"{other.upper()}, which serves, has {well} of {len(serving)} healthy and must have {least}"
    return Refusal(
        "way out",
        f"{seen if serving else f'nothing of {other.upper()} serves'}: {colour.upper()} is the way out, and to {verb} "
        f"{', '.join(one.name for one in gone)} would leave {left} of it for that",
        f"go to {colour.upper()} first (`bluegreen rollback {service.name} --to {colour}`), or mend {other.upper()}",
        6,
        tuple(one.name for one in gone),
    )


def _may_serve(asked: Asked, one: Instance) -> bool:
    """Whether traffic could go to it: of an instance that nothing has checked nobody knows that it could not."""
    known_bad = judge(asked.service, one, asked.now).health is Health.UNHEALTHY
    placed = bool(one.members) or asked.service.rotation == POWER
    return placed and one.held_by is None and not known_bad
