"""Rotation by pools: each colour in a pool of its own; one PUT of a listener's default pool moves its clients.

Everything with weight in the pool gets traffic at that moment, so the idle pool is put in order first: who is to stay
out goes to weight 0 there (whom somebody holds, only on a way back), who belongs in rotation gets its weight. A pool
that serves a listener already is put in order when a further listener is to send there, else it is not touched.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from console.model.balancer import Balanced
from console.model.colour import Colour
from console.plan import capacity, course
from console.plan.asked import Asked
from console.plan.basis import Basis
from console.plan.candidates import Candidates
from console.plan.desired import DefaultPool, MemberChange, MemberState, StandingChange, Weights
from console.plan.ignored_weights import ignored
from console.plan.kept_out import would_serve
from console.plan.kinds.member_state import standing
from console.plan.plan import Step, StepKind, Write
from console.plan.rotations.divided import divided, divided_standings
from console.plan.rotations.move import PENDING_DEADLINE, STUCK, Move, count
from console.plan.switches import put_in_order, switches, target_pools


def moves(asked: Asked, found: Candidates) -> tuple[Move, ...]:
    """The one move: the idle pools in order, then the listeners in the stated order. Empty where all send there."""
    steps: list[Step] = []
    basis = asked.basis
    prepared = _preparing(asked, found)
    serving = [write for write in prepared if _pool_of(write) in asked.service.serving_pools]
    if idle := [write for write in prepared if write not in serving]:
        steps.append(_ready_step(asked, idle))
        basis = course.after(idle, basis)
    if serving:
        steps.append(_serving_step(asked, basis, serving))
        basis = course.after(serving, basis)
    switched = list(switches(asked))
    for number, (listener, pool_id) in enumerate(switched, 1):
        desired = DefaultPool(
            listener.id, listener.name or listener.id, listener.default_pool_id, pool_id, asked.target
        )
        write = course.write(desired, basis)
        steps.append(_switch_step(asked, basis, write, number, [one.name or one.id for one, _ in switched]))
        basis = course.after((write,), basis)
    return (Move(100, tuple(steps)),) if steps else ()


def _preparing(asked: Asked, found: Candidates) -> list[Write]:
    """One batch for each pool of the target that gets clients and in which a weight is not as it is to serve.

    Where there are no batches, a call for each of those members.
    """
    basis, result = asked.basis, list[Write]()
    wanted, disabled = _wanted(asked, found)
    several = len(target_pools(asked)) > 1
    for pool_id in put_in_order(asked):
        members = asked.basis.pool(pool_id).members
        changes = [
            MemberChange(
                one.id, one.name or one.address, asked.target, one.weight, wanted[one.id], one.full_weight or None
            )
            for one in members
            if one.id in wanted and one.weight != wanted[one.id]
        ]
        changes.sort(key=lambda change: (change.name, change.member_id))
        standings = [
            StandingChange(one.id, one.name or one.address, asked.target, now, replace(now, admin_state_up=False))
            for one, now in ((one, standing(one)) for one in members if one.id in disabled)
        ]
        key = pool_id if several else ""
        key_of_disabled = f"{pool_id} disabled" if changes else key
        made: list[tuple[Weights | MemberState, str]] = [*divided(asked, pool_id, changes, key)]
        made += divided_standings(asked, pool_id, standings, key_of_disabled)
        for desired, ident in made:
            result.append(course.write(desired, basis, ident))
            basis = course.after(result[-1:], basis)
    return result


def _wanted(asked: Asked, found: Candidates) -> tuple[Mapping[str, int], Collection[str]]:
    """The weight that each member of the target is to have before the switch, and the ids of those to be disabled."""
    wanted = {key: weight for _, weights in found.enter for key, weight in weights.items()}
    out = [member for _, member in would_serve(asked, found)]
    disabled = {one.id for one in out if ignored(asked.service, one)}
    return wanted | {one.id: 0 for one in out if one.id not in disabled}, disabled


def _ready_step(asked: Asked, writes: Sequence[Write]) -> Step:
    colour = asked.target.upper()
    return Step(
        id="ready",
        kind=StepKind.SHIFT,
        title=f"put {colour}'s idle pool in order",
        words=f"Whoever has weight in {colour}'s pool gets traffic when a listener sends there. So who is to stay out "
        f"goes to weight 0, and who belongs in rotation gets its weight. {_how(asked, writes)}No client is sent there "
        "yet.",
        deadline=PENDING_DEADLINE,
        outcome=STUCK,
        writes=tuple(writes),
        checks=("load balancer ACTIVE", "the members ACTIVE at the weights written, every other field unchanged"),
    )


def _serving_step(asked: Asked, basis: Basis, writes: Sequence[Write]) -> Step:
    """`basis`: as it is before them. What is told of them is of the first listener that sends there."""
    colour, pools = asked.target.upper(), {_pool_of(write) for write in writes}
    there = [one for one in asked.basis.listeners if one.admin_state_up and one.default_pool_id in pools]
    names = ", ".join(one.name or one.id for one in there)
    return Step(
        id="ready-serving",
        kind=StepKind.SHIFT,
        title=f"put {colour}'s pool in order, which serves {names}",
        words=f"{names} {'sends' if len(there) == 1 else 'send'} clients there already, so this reaches them at once: "
        f"who is to stay out goes to weight 0, and who belongs in rotation gets its weight. {_how(asked, writes)}"
        "The load balancer is busy for some seconds, and closes idle keep-alive connections once.",
        deadline=PENDING_DEADLINE,
        outcome=STUCK,
        writes=tuple(writes),
        before=capacity.shares(asked.service, basis, asked.now, there[0].id),
        after=capacity.shares(asked.service, course.after(writes, basis), asked.now, there[0].id),
        way=(there[0].name or there[0].id) if len(asked.basis.listeners) > 1 else "",
        checks=("load balancer ACTIVE", "the members ACTIVE at the weights written, every other field unchanged"),
    )


def _how(asked: Asked, writes: Sequence[Write]) -> str:
    each = "A call for each of them, those that get weight first. " if asked.intent.one_by_one else ""
    if any(isinstance(write.desired, MemberState) for write in writes):
        each += "Where the load balancer's provider ignores weights, who is to stay out is disabled instead. "
    return each


def _pool_of(write: Write) -> str:
    return write.desired.pool_id if isinstance(write.desired, Weights | MemberState) else ""


def _switch_step(asked: Asked, basis: Basis, write: Write, number: int, names: Sequence[str]) -> Step:
    service, target = asked.service, asked.target
    listener = asked.basis.listener(write.desired.listener_id) if isinstance(write.desired, DefaultPool) else None
    assert listener is not None
    after = capacity.shares(service, course.after((write,), basis), asked.now, listener.id)
    back = "back " if asked.intent.is_return else ""
    several = len(names) > 1
    seen = capacity.share_of(after, target).seen
    return Step(
        id=f"shift-{number}" if several else "shift",
        kind=StepKind.SHIFT,
        title=f"{back}to {target.upper()}" + (f" on {names[number - 1]}" if several else ""),
        words=f"One write sends listener {names[number - 1]} to the pool of {target.upper()} ({seen} in "
        f"rotation): all its new connections, at one moment. {_mixed(target, number, names)}Requests under way finish "
        f"where they are; cookies of the other pool are unknown there, so everyone moves. {_warm(asked)}The load "
        "balancer is busy for some seconds, and closes idle keep-alive connections once.",
        deadline=PENDING_DEADLINE,
        outcome=STUCK,
        writes=(write,),
        before=capacity.shares(service, basis, asked.now, listener.id),
        after=after,
        way=names[number - 1] if len(asked.basis.listeners) > 1 else "",
        checks=("load balancer ACTIVE", f"listener {names[number - 1]} ACTIVE, and sends to {target.upper()}'s pool"),
    )


def _mixed(target: Colour, number: int, names: Sequence[str]) -> str:
    """The time in which listeners differ, named."""
    if number == len(names):
        return ""
    left = ", ".join(names[number:])
    return (
        f"Until the next write {names[number - 1]} serves {target.upper()}, and {left} still {target.other.upper()}. "
    )


def _warm(asked: Asked) -> str:
    source = asked.target.other
    pools = [part.pool_of[source] for part in asked.service.balanced if source in part.pool_of]
    if all(attached_by_policy(asked.service.balanced, pool) for pool in pools):
        return f"{source.upper()} stays attached by its preview policy, and is checked: the way back is the same. "
    return f"{source.upper()} is attached by nothing then, and no monitor checks it. "


def attached_by_policy(parts: Sequence[Balanced], pool_id: str) -> bool:
    """Whether an L7 policy keeps the pool in the load balancer, whichever pool is the default."""
    return any(one.pool_id == pool_id and one.attaches for part in parts for one in part.policies)


def summary(asked: Asked, found: Sequence[Move]) -> str:
    """The plan in one sentence."""
    target, service = asked.target, asked.service
    source, side = target.other.upper(), service.side(target)
    if not found:
        return f"{target.upper()} {side.version} carries all traffic already; it will be proven, nothing is written."
    verb = "goes back" if asked.intent.is_return else "moves"
    names = [one.name or one.id for one, _ in switches(asked)]
    where = f"listener {names[0]}" if len(names) == 1 else f"{len(names)} listeners in this order: {', '.join(names)}"
    writes = sum(move.writes for move in found)
    more = ""
    if writes > len(names):
        idle = all(step.id != "ready-serving" for move in found for step in move.steps)
        more = f", after {count(writes - len(names), 'write')} that put its {'idle ' if idle else ''}pool in order"
    return (
        f"All traffic {verb} from {source} {service.side(target.other).version} to {target.upper()} {side.version} "
        f"in {count(len(names), 'load balancer write')} ({where}){more}."
    )
