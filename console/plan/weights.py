"""Rotation by weights, all at once: both colours in one pool, one additive batch moves the traffic."""

from __future__ import annotations

from dataclasses import dataclass

from console.config.model import ServiceConfig
from console.model.balancer import Member
from console.model.colour import Colour
from console.model.service import Service
from console.plan import capacity
from console.plan.batch import apply, batch
from console.plan.candidates import Candidates
from console.plan.notes import distinct_versions
from console.plan.plan import Action, Intent, MemberChange, Proof, Step, StepKind

PENDING_DEADLINE = 900.0  # seconds; an amphora that does not answer keeps the lock about 10 minutes (Octavia defaults)
PROOF_DEADLINE = 30.0  # seconds
RECONCILE_DEADLINE = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Shift:
    """The members that one batch changes: as they are, and as they will be."""

    before: tuple[Member, ...]
    after: tuple[Member, ...]
    changes: tuple[MemberChange, ...]


def shift(service: Service, intent: Intent, found: Candidates) -> Shift:
    """Bring the target's candidates in and take the other colour out, in one write; empty when all is so already."""
    target = _target(intent)
    moves = [(member, target, weight) for _, member, weight in found.enter if member.weight != weight]
    moves += [
        (instance.member, target.other, 0)
        for instance in service.side(target.other).instances
        if instance.member is not None and instance.member.in_rotation
    ]
    moves.sort(key=lambda move: (move[1] is not target, move[0].name, move[0].id))
    before = tuple(member for member, _, _ in moves)
    changes = tuple(MemberChange(m.id, m.name or m.address, colour, m.weight, weight) for m, colour, weight in moves)
    return Shift(before, apply(before, changes), changes)


def summary(service: Service, intent: Intent, moved: Shift) -> str:
    """The plan in one sentence."""
    target = _target(intent)
    source, side = target.other.upper(), service.side(target)
    if not moved.changes:
        return f"{target.upper()} {side.version} carries all traffic already; it will be proven, nothing is written."
    verb = "goes back" if intent.action is Action.ROLLBACK else "moves"
    entering = sum(change.weight_after > 0 for change in moved.changes)
    return (
        f"All traffic {verb} from {source} {service.side(target.other).version} to {target.upper()} {side.version} "
        f"in 1 load balancer write: {_count(entering)} in, {_count(len(moved.changes) - entering)} out."
    )


def steps(service: Service, config: ServiceConfig, intent: Intent, moved: Shift, now: float) -> tuple[Step, ...]:
    """Reconcile, shift (if there is anything to shift), prove."""
    result = [_reconcile(service)]
    if moved.changes:
        result.append(_shift_step(service, intent, moved, now))
    result.append(_prove(service, config, _target(intent)))
    return tuple(result)


def _target(intent: Intent) -> Colour:
    assert intent.target is not None  # the planner resolves it before it comes here
    return intent.target


def _reconcile(service: Service) -> Step:
    return Step(
        id="reconcile",
        kind=StepKind.RECONCILE,
        title="look again",
        words=f"Everything that the plan relies on is read again, and the lease on {service.name} is taken. "
        "If anything was changed since you looked, nothing is written.",
        deadline=RECONCILE_DEADLINE,
        outcome="nothing has been written; the rollout is refused",
        checks=(
            "members, servers and load balancer are as planned",
            "each instance that enters is healthy where it stands",
        ),
    )


def _shift_step(service: Service, intent: Intent, moved: Shift, now: float) -> Step:
    target = _target(intent)
    assert service.pool is not None
    predicted = {change.member_id: change.weight_after for change in moved.changes}
    after = capacity.shares(service, predicted, now)
    enter = capacity.share_of(after, target)
    source = target.other.upper()
    parked = [change for change in moved.changes if change.weight_after == 0]
    stays = f"{source} stays warm at weight 0: the way back is one call. " if parked else ""
    return Step(
        id="shift",
        kind=StepKind.SHIFT,
        title=f"{'back ' if intent.action is Action.ROLLBACK else ''}to {target.upper()}",
        words=f"One write sets the weights of {len(moved.changes)} members. New connections go to {target.upper()} "
        f"({enter.healthy} healthy in rotation); requests under way finish where they are. {stays}"
        "The load balancer is busy for some seconds, and closes idle keep-alive connections once.",
        deadline=PENDING_DEADLINE,
        outcome="it stops and needs a human: only the cloud can break the load balancer's lock",
        call=batch(service.pool.id, moved.after),
        undo=batch(service.pool.id, moved.before),
        changes=moved.changes,
        before=capacity.shares(service, {}, now),
        after=after,
        checks=(
            "load balancer ACTIVE",
            f"{len(moved.changes)} members ACTIVE at the weights written, every other field unchanged",
        ),
    )


def _prove(service: Service, config: ServiceConfig, target: Colour) -> Step:
    proof = _proof(service, config, target)
    what = f"{proof.count} new connections over {proof.over:g} s through the VIP" if proof is not None else ""
    return Step(
        id="prove",
        kind=StepKind.PROVE,
        title="prove it from outside" if proof is not None else "not proven from outside",
        words=f"{what} must all be answered by {target.upper()}."
        if proof is not None
        else "Nothing asks through the VIP which colour answers, so the load balancer's word is all there is.",
        deadline=PROOF_DEADLINE,
        outcome="failing answers take it back if the old colour is healthy; anything else needs a human",
        checks=(f"{what}, all by {_either(proof.versions)}",) if proof is not None else (),
        proof=proof,
    )


def _proof(service: Service, config: ServiceConfig, target: Colour) -> Proof | None:
    assert service.balancer is not None
    versions = distinct_versions(service, target)
    check = config.vip
    url = check.at(service.balancer.vip_address) if check is not None and check.tells_version else ""
    return Proof(url, versions) if url and versions else None


def _either(versions: tuple[str, ...]) -> str:
    return " or ".join(versions)


def _count(number: int) -> str:
    return f"{number} instance" if number == 1 else f"{number} instances"
