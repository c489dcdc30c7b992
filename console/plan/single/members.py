"""Single instances behind a load balancer: what becomes of their members, as additive batches."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from console.model.balancer import Member
from console.model.colour import Role
from console.model.health import judge
from console.model.instance import Instance
from console.model.service import POOLS
from console.plan import capacity, course, waits
from console.plan.asked import Asked
from console.plan.basis import Basis
from console.plan.candidates import usual_weight
from console.plan.desired import Standing, StandingChange
from console.plan.ignored_weights import by_probe, ignored, ignored_of, pool_serves
from console.plan.kinds.member_state import standing
from console.plan.let_in import is_let_in
from console.plan.orders import SingleOrder
from console.plan.plan import Action, Refusal, Step, StepKind, Write
from console.plan.rotations.divided import divided_standings
from console.plan.rotations.move import PENDING_DEADLINE, STUCK
from console.plan.single import undoing, way_out, words
from console.plan.single.in_order import named_in_order

Change = Callable[[Instance, Member], Standing]


def steps(asked: Asked, named: Sequence[Instance]) -> tuple[Step, ...] | Refusal:
    """The batches, and the waits for health between them."""
    action = asked.intent.action
    if _order(asked).undone is not None:
        goals = _goals(asked, named)
        return _in_the_way(asked, named, goals) or _back_in(asked, named, goals)
    if refusal := _not_now(asked, named):
        return refusal
    if action in (Action.RESTORE, Action.ADMIT):
        return _back_in(asked, named, _goals(asked, named))
    changes: dict[Action, Change] = {
        Action.DRAIN: lambda one, member: _out(asked, member),
        Action.HOLD: lambda one, member: replace(standing(member), held_by=_who(asked)),
        Action.UNHOLD: lambda one, member: replace(standing(member), held_by=None),
        Action.EVICT: lambda one, member: replace(standing(member), admin_state_up=False),
        Action.REPLACE: lambda one, member: _replaced(asked, named, one, member),
    }
    leaving = [one for one in named if any(_is_out(changes[action](one, member)) for member in one.members)]
    if refusal := way_out.taken(asked, leaving, words.verb(action)):
        return refusal
    step = _step(asked, asked.basis, named, changes[action], "change")
    return (step,) if step is not None else ()


def _order(asked: Asked) -> SingleOrder:
    assert isinstance(asked.intent.order, SingleOrder)
    return asked.intent.order


def _who(asked: Asked) -> str:
    return _order(asked).who


def _out(asked: Asked, member: Member) -> Standing:
    held = replace(standing(member), held_by=member.held_by or _who(asked))
    return replace(held, admin_state_up=False) if ignored(asked.service, member) else replace(held, weight=0)


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


def _goals(asked: Asked, named: Sequence[Instance]) -> dict[str, Standing]:
    """How each member is to stand in the end, by its id, where it goes there by way of weight 0."""
    order, usual = _order(asked), usual_weight(asked.service, asked.config, asked.target)

    def goal(member: Member) -> Standing:
        if order.undone is not None:
            return undoing.before(order, member)
        if asked.intent.action is Action.ADMIT:
            return standing(member) if member.admin_state_up else Standing(0, True, member.held_by)
        return Standing(member.full_weight or usual, True, None)

    ours = {member.id for one in named for member in one.members}
    return {member.id: goal(member) for member in asked.basis.members if member.id in ours}


def _back_in(asked: Asked, named: Sequence[Instance], goals: Mapping[str, Standing]) -> tuple[Step, ...]:
    """A disabled member is not checked: it is enabled at weight 0 first, and seen healthy there, before it serves.

    Where weights are ignored it serves as soon as it is enabled: its probe has seen it, and the check comes after.
    """
    basis, result = asked.basis, list[Step]()
    comes = {key for key, goal in goals.items() if goal.admin_state_up}
    comes -= {member.id for member in basis.members if member.admin_state_up}
    at_once = {m.id for one in named for m in one.members if m.id in comes and ignored(asked.service, m)}

    def enabled(_: Instance, member: Member) -> Standing:
        return Standing(0, True, member.held_by) if member.id in comes - at_once else standing(member)

    if (step := _step(asked, basis, named, enabled, "enable")) is not None:
        result.append(step)
        basis = course.after(step.writes, basis)
        result.append(_seen_to_work(asked, "check", named, comes - at_once))
    if (step := _step(asked, basis, named, lambda _, member: goals[member.id], "change")) is not None:
        result.append(step)
    if at_once:
        result.append(_seen_to_work(asked, "see", named, at_once))
    return tuple(result)


def _seen_to_work(asked: Asked, ident: str, named: Sequence[Instance], members: Collection[str]) -> Step:
    """Wait for those of them that have one of these members."""
    found = [(one.key, one.name) for one in named if any(member.id in members for member in one.members)]
    return waits.check(ident, asked.target, found)


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
        for desired, key in divided_standings(asked, pool.id, changes, pool.id if len(asked.basis.pools) > 1 else ""):
            writes.append(course.write(desired, basis, key))
            basis = course.after(writes[-1:], basis)
    if not writes:
        return None
    way = next(iter(capacity.ways(basis)), "")
    return Step(
        id=ident,
        kind=StepKind.SHIFT,
        title=words.title(asked, ident),
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
    if action is Action.EVICT:
        return _still_serves(asked, named)
    if refusal := _weight_tells_nothing(asked, named):
        return refusal
    if action is Action.ADMIT:
        return None
    comes = named if action is Action.RESTORE else named_in_order(asked, named)[1:] if action is Action.REPLACE else ()
    if action is Action.REPLACE and len(named) != 2:
        return Refusal("names", "one instance is replaced by one other", "bluegreen replace OLD NEW", 0)
    if action is Action.REPLACE and len({one.colour for one in named}) > 1:
        return Refusal("colour", "the two are of different colours: a replacement is of the same one", "", 0)
    if action is Action.REPLACE and (refusal := _nothing_to_take(asked, named) or _held(asked, comes)):
        return refusal
    if refusal := _ill(asked, _rising(asked, named, comes)):
        return refusal
    # with a pool for each colour the weights of the idle one bring no traffic
    beside = service.rotation != POOLS and service.role(asked.target) is Role.IDLE and service.live is not None
    return _idle(asked, named) if action is Action.RESTORE and beside else None


def _weight_tells_nothing(asked: Asked, named: Sequence[Instance]) -> Refusal | None:
    """Where weights are ignored one member takes no weight over from another, and none is enabled without clients."""
    service, action = asked.service, asked.intent.action
    if action not in (Action.REPLACE, Action.ADMIT) or not ignored_of(service, named):
        return None
    reason = "the load balancer's provider ignores weights"
    if action is Action.REPLACE and len(named) == 2:
        old, new = named_in_order(asked, named)
        hint = f"`bluegreen restore {service.name} {new.name}`, then `bluegreen drain {service.name} {old.name}`"
        return Refusal("provider", f"{reason}: {new.name} cannot take over that of {old.name}", hint, 3)
    disabled = [one for one in named if any(not m.admin_state_up and pool_serves(service, m) for m in one.members)]
    names = [one.name for one in disabled]
    if action is Action.REPLACE or not names:
        return None
    hint = f"`bluegreen restore {service.name} {' '.join(names)}` enables only whom a probe has seen well"
    said = f"{reason}: enabled, {', '.join(names)} would get clients at once, before any check"
    return Refusal("provider", said, hint, 2, tuple(names))


def _in_the_way(asked: Asked, named: Sequence[Instance], goals: Mapping[str, Standing]) -> Refusal | None:
    """What stands against putting them back as they were: who gets traffic by it must be well, and of what serves."""
    if asked.intent.action is Action.EVICT:
        leaving = [one for one in named if any(_is_out(goals[member.id]) for member in one.members)]
        return _still_serves(asked, named) or way_out.taken(asked, leaving, words.verb(Action.EVICT))
    comes = [one for one in named if any(_gains(asked, member, goals[member.id]) for member in one.members)]
    if refusal := _ill(asked, comes):
        return refusal
    service = asked.service
    serves = service.live is None or service.role(asked.target) is not Role.IDLE
    return _idle(asked, comes) if comes and not serves and service.rotation != POOLS else None


def _is_out(wanted: Standing) -> bool:
    return wanted.held_by is not None or not wanted.admin_state_up


def _rising(asked: Asked, named: Sequence[Instance], comes: Sequence[Instance]) -> list[Instance]:
    """Those of them that get more traffic than now, in any of their pools."""
    if asked.intent.action is Action.REPLACE:
        return [one for one in comes if any(_gains(asked, m, _replaced(asked, named, one, m)) for m in one.members)]
    goals = _goals(asked, comes)
    return [one for one in comes if any(_gains(asked, member, goals[member.id]) for member in one.members)]


def _gains(asked: Asked, member: Member, goal: Standing) -> bool:
    if ignored(asked.service, member):
        return goal.admin_state_up and not member.admin_state_up
    return goal.admin_state_up and goal.weight > (member.weight if member.admin_state_up else 0)


def _nothing_to_take(asked: Asked, named: Sequence[Instance]) -> Refusal | None:
    """The place of one that gets no traffic is none, and one in other pools cannot take it.

    Where the same person holds it and the other one serves, a replacement has come so far: what is left may be done.
    """
    service, (old, new) = asked.service, named_in_order(asked, named)
    if old.held_by == _who(asked) and not service.in_rotation(old) and service.in_rotation(new):
        return None
    if not service.in_rotation(old):
        hint = f"to bring {new.name} in: `bluegreen restore {service.name} {new.name}`"
        if service.role(asked.target) is Role.IDLE:
            hint = f"to keep {old.name} out when {asked.target.upper()} comes in: "
            hint += f"`bluegreen hold {service.name} {old.name}`"
        elif service.in_rotation(new):
            hint = f"{new.name} serves already; what is to come in is named as the second one"
        reason = f"{old.name} gets no traffic, so {new.name} would get none in its place"
        return Refusal("out", reason, hint, 0, (old.name,))
    where = {service.pool_id_of(one) for one in old.members if one.in_rotation}
    if missing := where - {service.pool_id_of(one) for one in new.members}:
        pools = ", ".join(sorted(missing))
        reason = f"{new.name} has no member in pool {pools}, in which {old.name} serves: it cannot take its place there"
        return Refusal("out", reason, "add it to that pool first", 0, (new.name,))
    return None


def _held(asked: Asked, comes: Sequence[Instance]) -> Refusal | None:
    """Whoever is kept out by somebody else does not come in as a side effect."""
    for one in comes:
        holders = [member.held_by for member in one.members if member.held_by not in (None, _who(asked))]
        disabled = not all(member.admin_state_up for member in one.members)
        if holders or disabled:
            why = f"held by {holders[0]}" if holders else "disabled by an administrator (admin_state_up is false)"
            return Refusal(
                "held",
                f"{one.name} is {why}: it does not come in for another one",
                f"talk to them; then `bluegreen {'unhold' if holders else 'restore'} {asked.service.name} {one.name}`",
                2,
                (one.name,),
            )
    return None


def _ill(asked: Asked, comes: Sequence[Instance]) -> Refusal | None:
    """Nobody gets more traffic who is not seen healthy; who is disabled is enabled and seen first.

    Where weights are ignored that cannot be: there its probe must have seen it while it is disabled.
    """
    service = asked.service
    able = [one for one in comes if all(m.admin_state_up or ignored(service, m) for m in one.members)]
    found = [(one, judge(service, by_probe(service, one), asked.now)) for one in able]
    ill = [(one, health) for one, health in found if not is_let_in(service, asked.intent, one, health)]
    if not ill:
        return None
    reasons = "; ".join(f"{one.name}: {health.reason}" for one, health in ill)
    names, hint = tuple(one.name for one, _ in ill), "mend it first"
    if asked.intent.action is Action.RESTORE and all(health.unseen for _, health in ill):
        restore = f"bluegreen restore {asked.service.name} {' '.join(names)} --unchecked"
        hint = f"mend what keeps it from being seen; or say that it may serve all the same: {restore}"
    return Refusal("unhealthy", f"not healthy where it stands: {reasons}", hint, 2, names)


def _idle(asked: Asked, named: Sequence[Instance]) -> Refusal:
    return Refusal(
        "idle",
        f"{asked.target.upper()} is idle: with weight, {', '.join(one.name for one in named)} would serve beside "
        f"{asked.target.other.upper()}",
        "a cutover brings the colour in; `bluegreen unhold` lets it come with the others",
        2,
    )


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
