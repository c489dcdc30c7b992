"""Rotation by weights: both colours in one pool; one additive batch for each share of the traffic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from console.config.model import ServiceConfig
from console.model.balancer import Member
from console.model.colour import Colour
from console.model.health import judge
from console.model.service import Service
from console.plan.candidates import Candidates
from console.plan.desired import MemberChange
from console.plan.kinds.weights import apply
from console.plan.plan import Action, Intent
from console.plan.staging import Part, weights_at


@dataclass(frozen=True, slots=True)
class Shift:
    """The members that one batch changes: as they are right before it, and as they will be."""

    percent: int
    before: tuple[Member, ...]
    after: tuple[Member, ...]
    changes: tuple[MemberChange, ...]


def shifts(service: Service, config: ServiceConfig, intent: Intent, found: Candidates, now: float) -> tuple[Shift, ...]:
    """Bring the target's candidates in and take the other colour out, a write for each share that changes anything.

    Only a cutover goes by shares: a way back is one write.
    """
    target = target_of(intent)
    entering = [Part(member, weight) for _, member, weight in found.enter]
    leaving = [
        Part(member, member.intended_weight or member.weight, judge(service, instance, now).healthy)
        for instance in service.side(target.other).instances
        if (member := instance.member) is not None and member.in_rotation
    ]
    # what fails for clients is left at once: a share would send most of them there
    by_shares = intent.action is Action.CUTOVER and not intent.source_fails
    percents = config.release.shift if by_shares else (100,)
    current = {part.member.id: part.member for part in (*entering, *leaving)}
    colours = {part.member.id: target for part in entering} | {part.member.id: target.other for part in leaving}
    wholes = {part.member.id: part.whole for part in (*entering, *leaving)}
    result = []
    for percent in percents:
        weights = weights_at(percent, entering, leaving)
        moved = _moved(current, colours, wholes, weights, target)
        if not moved:
            continue
        before = tuple(current[change.member_id] for change in moved)
        after = apply(before, moved)
        result.append(Shift(percent, before, after, moved))
        current |= {member.id: replace(member, provisioning_status="ACTIVE") for member in after}
    return tuple(result)


def _moved(
    current: dict[str, Member],
    colours: dict[str, Colour],
    wholes: dict[str, int],
    weights: dict[str, int],
    target: Colour,
) -> tuple[MemberChange, ...]:
    changes = [
        MemberChange(
            member.id, member.name or member.address, colours[key], member.weight, weights[key], wholes.get(key)
        )
        for key, member in current.items()
        if member.weight != weights[key] or member.provisioning_status == "ERROR"  # what is shown may not be applied
    ]
    return tuple(sorted(changes, key=lambda change: (change.colour is not target, change.name, change.member_id)))


def summary(service: Service, intent: Intent, moves: Sequence[Shift]) -> str:
    """The plan in one sentence."""
    target = target_of(intent)
    source, side = target.other.upper(), service.side(target)
    if not moves:
        return f"{target.upper()} {side.version} carries all traffic already; it will be proven, nothing is written."
    verb = "goes back" if intent.action is Action.ROLLBACK else "moves"
    after = {change.member_id: change for moved in moves for change in moved.changes}
    entering = sum(change.colour is target for change in after.values())
    how = "in 1 load balancer write"
    if len(moves) > 1:
        how = f"in {len(moves)} load balancer writes ({', '.join(f'{moved.percent} %' for moved in moves)})"
    return (
        f"All traffic {verb} from {source} {service.side(target.other).version} to {target.upper()} {side.version} "
        f"{how}: {_count(entering)} in, {_count(len(after) - entering)} out."
    )


def target_of(intent: Intent) -> Colour:
    """The colour that is to carry the traffic."""
    assert intent.target is not None  # the planner resolves it before it comes here
    return intent.target


def _count(number: int) -> str:
    return f"{number} instance" if number == 1 else f"{number} instances"
