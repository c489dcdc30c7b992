"""The refusal of a plan after which too few would serve, with what helps: DESIGN §6, rule 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from console.model.capacity import Capacity
from console.model.colour import Role
from console.model.health import judge
from console.model.instance import Instance
from console.model.service import POWER
from console.plan import capacity, course
from console.plan.asked import Asked
from console.plan.candidates import Candidates
from console.plan.disabled import enabled_again
from console.plan.least import start_of
from console.plan.plan import Action, Refusal, Step


def too_few(asked: Asked, found: Candidates, steps: Sequence[Step], least: Mapping[str, Capacity]) -> Refusal | None:
    """Refuse if the state after any of the writes is below `least`, in any way by which clients come."""
    ratio = asked.config.release.min_ratio
    now = capacity.floors(asked.service, asked.basis, ratio, asked.now)
    if asked.intent.source_fails:
        least = now = capacity.floors(asked.service, asked.basis, ratio, asked.now, asked.target.other)
    broken = capacity.first_below(asked, steps, least)
    if not broken:
        return None
    start = start_of(asked)
    since = f"what serves now, times {ratio:g}"
    if start is not None and least != now:
        since = f"as when {start.words} began"
    held = _only_held(asked, found)
    return Refusal(
        code="floor",
        reason=f"with all traffic on {asked.target.upper()}, {broken} ({since})",
        hint=_hint(asked, held, found.out, enough=_short(asked, steps, least) <= len(held)),
        rule=1,
        names=held,
    )


def _only_held(asked: Asked, found: Candidates) -> tuple[str, ...]:
    """Who is well, and missing only because somebody holds it. Of a disabled member nobody knows how it is."""
    return tuple(
        one.name
        for one, _ in found.out
        if one.held_by is not None and all(member.admin_state_up for member in one.members)
        if judge(asked.service, one, asked.now).healthy and not asked.service.in_rotation(one)
    )


def _short(asked: Asked, steps: Sequence[Step], least: Mapping[str, Capacity]) -> int:
    """How many instances are missing, in the way in which most are."""
    left = course.after([write for step in steps for write in step.writes], asked.basis)
    trusted = capacity.trusted_of(asked.service, asked.intent)
    serve = ((capacity.serving(capacity.shares(asked.service, left, asked.now, way), trusted), way) for way in least)
    return max(max(least[way].instances - one.instances, least[way].able - one.able) for one, way in serve)


def _hint(asked: Asked, held: Sequence[str], out: Sequence[tuple[Instance, str]], *, enough: bool) -> str:
    service, colour, other = asked.service, asked.target.upper(), asked.target.other.upper()
    back = asked.intent.action is Action.ROLLBACK
    mend = f"mend instances of {colour}" if back else f"add or mend instances of {colour}"
    first = _released(asked, held) if held else mend
    if held and not enough:
        first = f"{mend}; {first}"
    if enable := enabled_again(asked.service, asked.target, out):
        first = f"{enable}; {first}"
    if back:
        return (
            f"{first}; or, if {other} fails for clients although its checks pass, say so: "
            f"bluegreen rollback {service.name} --to {asked.target} --live-fails"
        )
    return f"{first}; or lower release.min_ratio in the config on purpose"


def _released(asked: Asked, held: Sequence[str]) -> str:
    """What brings in who is only held: where its colour serves behind a load balancer, `restore` alone."""
    service = asked.service
    serves = service.role(asked.target) is not Role.IDLE and service.rotation != POWER
    are = "are well and only held" if len(held) > 1 else "is well and only held"
    return f"{', '.join(held)} {are}: bluegreen {'restore' if serves else 'unhold'} {service.name} {' '.join(held)}"
