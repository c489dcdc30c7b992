"""Single instances behind a load balancer: what becomes of their members, as additive batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from console.model.balancer import Member
from console.model.colour import Role
from console.model.health import judge
from console.model.instance import Instance
from console.plan import capacity, course, waits
from console.plan.asked import Asked
from console.plan.basis import Basis
from console.plan.candidates import usual_weight
from console.plan.desired import MemberState, Standing, StandingChange
from console.plan.kinds.member_state import standing
from console.plan.orders import SingleOrder
from console.plan.plan import Action, Refusal, Step, StepKind, Write
from console.plan.rotations.move import PENDING_DEADLINE, STUCK
from console.plan.single import words

Change = Callable[[Instance, Member], Standing]


def steps(asked: Asked, named: Sequence[Instance]) -> tuple[Step, ...] | Refusal:
    """The batches, and the waits for health between them."""
    if refusal := _not_now(asked, named):
        return refusal
    action = asked.intent.action
    if action in (Action.RESTORE, Action.ADMIT):
        return _back_in(asked, named)
    changes: dict[Action, Change] = {
        Action.DRAIN: lambda one, member: _out(asked, member),
        Action.HOLD: lambda one, member: replace(standing(member), held_by=_who(asked)),
        Action.UNHOLD: lambda one, member: replace(standing(member), held_by=None),
        Action.EVICT: lambda one, member: replace(standing(member), admin_state_up=False),
        Action.REPLACE: lambda one, member: _replaced(asked, named, one, member),
    }
    step = _step(asked, asked.basis, named, changes[action], "change")
    return (step,) if step is not None else ()


def _order(asked: Asked) -> SingleOrder:
    assert isinstance(asked.intent.order, SingleOrder)
    return asked.intent.order


def _who(asked: Asked) -> str:
    return _order(asked).who


def _out(asked: Asked, member: Member) -> Standing:
    return replace(standing(member), weight=0, held_by=member.held_by or _who(asked))


def _replaced(asked: Asked, named: Sequence[Instance], one: Instance, member: Member) -> Standing:
    """The first name goes out, the second comes in, with the weight that the first one had in that pool."""
    old, new = named_in_order(asked, named)
    if one is old:
        return _out(asked, member)
    pools = asked.basis.pools
    weight = next(
        (m.weight for pool in pools if member.id in {p.id for p in pool.members} for m in pool.members
         if m.id in {mine.id for mine in old.members}), 0
    )  # fmt: skip
    assert one is new
    return replace(standing(member), weight=weight or member.weight, held_by=None)


def named_in_order(asked: Asked, named: Sequence[Instance]) -> tuple[Instance, ...]:
    """The instances in the order in which they were named."""
    names = _order(asked).names
    return tuple(sorted(named, key=lambda one: next(n for n, name in enumerate(names) if name in (one.name, one.key))))


def _back_in(asked: Asked, named: Sequence[Instance]) -> tuple[Step, ...]:
    """A disabled member is not checked: it is enabled at weight 0 first, and seen healthy there, before it serves."""
    basis, result = asked.basis, list[Step]()
    disabled = [one for one in named if not all(member.admin_state_up for member in one.members)]
    if disabled:
        enabled = _step(
            asked,
            basis,
            disabled,
            _enabled,
            "enable",
        )
        if enabled is not None:
            result.append(enabled)
            basis = course.after(enabled.writes, basis)
        result.append(waits.check("check", asked.target, [(one.key, one.name) for one in disabled]))
    if asked.intent.action is Action.RESTORE:
        usual = usual_weight(asked.service, asked.config, asked.target)
        step = _step(
            asked, basis, named, lambda one, m: Standing(m.intended_weight or m.weight or usual, True, None), "change"
        )
        result += [step] if step is not None else []
    return tuple(result)


def _enabled(_: Instance, member: Member) -> Standing:
    return Standing(0, admin_state_up=True, held_by=member.held_by)


def _in(member: Member, usual: int) -> Standing:
    return Standing(member.intended_weight or member.weight or usual, admin_state_up=True)


def _step(asked: Asked, basis: Basis, named: Sequence[Instance], change: Change, ident: str) -> Step | None:
    """One batch for each pool in which something changes; None where nothing does."""
    before, writes = basis, list[Write]()
    for pool in asked.basis.pools:
        found = {member.id: member for member in basis.pool(pool.id).members}
        changes = [
            StandingChange(member.id, one.name, asked.target, standing(member), wanted)
            for one in named
            for member in (found[mine.id] for mine in one.members if mine.id in found)
            if (wanted := change(one, member)) != standing(member)
        ]
        if changes:
            key = pool.id if len(asked.basis.pools) > 1 else ""
            writes.append(course.write(MemberState(pool.id, tuple(changes)), basis, key))
            basis = course.after(writes[-1:], basis)
    if not writes:
        return None
    way = next(iter(capacity.ways(basis)), "")
    return Step(
        id=ident,
        kind=StepKind.SHIFT,
        title=words.title(asked.intent.action, ident),
        words=words.explained(asked, named, ident),
        deadline=PENDING_DEADLINE,
        outcome=STUCK,
        writes=tuple(writes),
        before=capacity.shares(asked.service, before, asked.now, way),
        after=capacity.shares(asked.service, basis, asked.now, way),
        checks=("load balancer ACTIVE", "the members ACTIVE as written, every other field unchanged"),
    )


def _not_now(asked: Asked, named: Sequence[Instance]) -> Refusal | None:
    """What stands against this change of these instances."""
    action, service = asked.intent.action, asked.service
    if alone := [one.name for one in named if not one.members]:
        return Refusal("none", f"{', '.join(alone)} is in no pool: there is no member to change", "", 0, tuple(alone))
    if action in (Action.EVICT, Action.ADMIT):
        return _still_serves(asked, named) if action is Action.EVICT else None
    comes = named if action is Action.RESTORE else named_in_order(asked, named)[1:] if action is Action.REPLACE else ()
    if action is Action.REPLACE and len(named) != 2:
        return Refusal("names", "one instance is replaced by one other", "bluegreen replace OLD NEW", 0)
    if action is Action.REPLACE and len({one.colour for one in named}) > 1:
        return Refusal("colour", "the two are of different colours: a replacement is of the same one", "", 0)
    ill = [(one, judge(service, one, asked.now)) for one in comes if all(m.admin_state_up for m in one.members)]
    reasons = [f"{one.name}: {health.reason}" for one, health in ill if not health.healthy and one.weight == 0]
    if reasons:
        return Refusal(
            "unhealthy", f"not healthy where it stands: {'; '.join(reasons)}", "mend it first", 2,
            tuple(one.name for one, _ in ill),
        )  # fmt: skip
    if action is Action.RESTORE and service.role(asked.target) is Role.IDLE and service.live is not None:
        return Refusal(
            "idle",
            f"{asked.target.upper()} is idle: with weight, {', '.join(one.name for one in named)} would serve beside "
            f"{asked.target.other.upper()}",
            "a cutover brings the colour in; `bluegreen unhold` lets it come with the others",
            2,
        )
    return None


def _still_serves(asked: Asked, named: Sequence[Instance]) -> Refusal | None:
    serving = [one.name for one in named if asked.service.in_rotation(one)]
    if not serving:
        return None
    return Refusal(
        "serving",
        f"{', '.join(serving)} of {asked.target.upper()} serves: only clients of a colour at weight 0 can be sent away",
        "cut over to the other colour first",
        1,
        tuple(serving),
    )
