"""Rotation by weights: both colours in one pool; one additive batch for each pool and each share of the traffic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from console.model.balancer import Member
from console.model.colour import Colour
from console.model.health import judge
from console.plan import backups, capacity, course
from console.plan.asked import Asked
from console.plan.basis import Basis
from console.plan.candidates import Candidates
from console.plan.desired import MemberChange, Weights
from console.plan.plan import Action, Share, Step, StepKind, Write
from console.plan.rotations.divided import divided
from console.plan.rotations.move import PENDING_DEADLINE, STUCK, Move, count
from console.plan.staging import Part, weights_at


def moves(asked: Asked, found: Candidates) -> tuple[Move, ...]:
    """Bring the target's candidates in and take the other colour out, a move for each share that changes anything.

    Only a cutover goes by shares: a way back is one move. Where one colour's are backups, a share is nothing or all.
    """
    # what fails for clients is left at once: a share would send most of them there
    by_shares = asked.intent.action is Action.CUTOVER and not asked.intent.source_fails
    by_shares = by_shares and backups.all_at_once(asked, found.entering) is None
    pools = [_Pool(asked, found, pool.id) for pool in asked.basis.pools]
    basis, result = asked.basis, list[Move]()
    for percent in asked.config.release.shift if by_shares else (100,):
        before, writes = basis, list[Write]()
        for pool in pools:
            key_of_pool = pool.id if len(pools) > 1 else ""
            for desired, key in divided(asked, pool.id, pool.moved(basis, percent), key_of_pool):
                writes.append(course.write(desired, basis, key))
                basis = course.after(writes[-1:], basis)
        if writes:
            result.append(Move(percent, (_step(asked, before, percent, writes),)))
    return tuple(result)


class _Pool:
    """Who comes and who goes in one pool: fixed at the beginning, so that every share is of the same whole."""

    def __init__(self, asked: Asked, found: Candidates, pool_id: str) -> None:
        self.id, self._target = pool_id, asked.target
        mine = {member.id: member for member in asked.basis.pool(pool_id).members}
        self._entering = [
            Part(mine[key], weight) for _, weights in found.enter for key, weight in weights.items() if key in mine
        ]
        self._leaving = [
            Part(mine[one.id], one.full_weight, judge(asked.service, instance, asked.now).healthy)
            for instance in asked.service.side(asked.target.other).instances
            for one in instance.members
            if one.id in mine and one.in_rotation
        ]
        self._unapplied = {
            one.id: side.colour
            for side in asked.service.colours
            for instance in side.instances
            for one in instance.members
            if one.provisioning_status == "ERROR" and one.id in mine
        }
        held = {
            one.id
            for side in asked.service.colours
            for instance in side.instances
            if instance.held_by is not None
            for one in instance.members
        }
        self._as_they_are = {key: colour for key, colour in self._unapplied.items() if key not in held}

    def moved(self, basis: Basis, percent: int) -> tuple[MemberChange, ...]:
        """What changes to reach this share, from the members as this basis has them.

        What the load balancer did not apply, a member in provisioning ERROR, is written again, once, as it is: also one
        that has the weight it is to have by the API, and by the load balancer still the one of before.
        """
        now = {member.id: member for member in basis.pool(self.id).members}
        weights = weights_at(percent, self._entering, self._leaving)
        colours = {part.member.id: self._target for part in self._entering}
        colours |= {part.member.id: self._target.other for part in self._leaving}
        wholes = {part.member.id: part.whole for part in (*self._entering, *self._leaving)}
        changes = (_change(now[key], colours[key], weights[key], wholes[key]) for key in colours)
        moved = [one for one in changes if one.weight_before != one.weight_after or one.member_id in self._unapplied]
        if percent >= 100:
            kept = (now[key] for key in self._as_they_are if key in self._unapplied and key not in colours)
            moved += [_change(one, self._as_they_are[one.id], one.weight, one.full_weight) for one in kept]
        for one in moved:
            self._unapplied.pop(one.member_id, None)
        return tuple(sorted(moved, key=lambda one: (one.colour is not self._target, one.name, one.member_id)))


def _change(member: Member, colour: Colour, weight: int, whole: int) -> MemberChange:
    # what it stood at for a while, and gets back, is less than is recorded: that stays
    recorded = max(whole, member.intended_weight or 0)
    return MemberChange(member.id, member.name or member.address, colour, member.weight, weight, recorded)


def _step(asked: Asked, basis: Basis, percent: int, writes: Sequence[Write]) -> Step:
    """`basis`: as the steps before this one leave it."""
    service, target = asked.service, asked.target
    way = next(iter(capacity.ways(basis)))
    after = capacity.shares(service, course.after(writes, basis), asked.now, way)
    whole = percent >= 100
    title = f"{'back ' if asked.intent.is_return else ''}to {target.upper()}"
    size = sum(len(write.desired.changes) for write in writes if isinstance(write.desired, Weights))
    changes = [one for write in writes if isinstance(write.desired, Weights) for one in write.desired.changes]
    return Step(
        id="shift" if whole else f"shift-{percent}",
        kind=StepKind.SHIFT,
        title=title if whole else f"{percent} % to {target.upper()}",
        words=f"{_calls(asked, writes, size)}{_effect(target, capacity.share_of(after, target), percent, changes)}"
        "The load balancer is busy for some seconds, and closes idle keep-alive connections once.",
        deadline=PENDING_DEADLINE,
        outcome=STUCK,
        writes=tuple(writes),
        before=capacity.shares(service, basis, asked.now, way),
        after=after,
        checks=(
            "load balancer ACTIVE",
            f"{size} members ACTIVE at the weights written, every other field unchanged",
        ),
    )


def _calls(asked: Asked, writes: Sequence[Write], size: int) -> str:
    if asked.intent.one_by_one:
        return (
            f"{len(writes)} writes, one for each member: those that get weight first, each seen to be applied before "
            "the next, then those that lose it. Both versions answer meanwhile. "
        )
    if len(writes) == 1:
        return f"One write sets the weights of {size} members. "
    names = pool_names(asked)
    order = ", then ".join(names.get(write.key, write.key) for write in writes)
    return (
        f"{len(writes)} writes, one for each pool, set the weights of {size} members: {order}. Until the last one is "
        "applied the pools differ: clients of the first get the new share, those of the others still the old one. "
    )


def pool_names(asked: Asked) -> Mapping[str, str]:
    """The name of each pool by its id, with its load balancer's where there are several."""
    parts = asked.service.balanced
    several = len({part.balancer.id for part in parts}) > 1
    return {
        pool.id: f"{pool.name or pool.id} on {part.balancer.name}" if several else pool.name or pool.id
        for part in parts
        for pool in part.pools
    }


def _effect(target: Colour, enter: Share, percent: int, changes: Sequence[MemberChange]) -> str:
    source = target.other.upper()
    if percent >= 100:
        parked = any(change.weight_after == 0 for change in changes)
        stays = f"{source} stays warm at weight 0: the way back is one call. " if parked else ""
        return (
            f"New connections go to {target.upper()} ({enter.seen} in rotation); requests under way finish "
            f"where they are. {stays}"
        )
    asked = "" if round(enter.percent) == percent else f" ({percent} % cannot be divided finer)"
    return (
        f"{enter.percent:.0f} % of new connections{asked} go to {target.upper()}, the others to {source}. Both serve. "
    )


def summary(asked: Asked, found: Sequence[Move]) -> str:
    """The plan in one sentence."""
    target, service = asked.target, asked.service
    source, side = target.other.upper(), service.side(target)
    if not found:
        return f"{target.upper()} {side.version} carries all traffic already; it will be proven, nothing is written."
    verb = "goes back" if asked.intent.is_return else "moves"
    changes = {change.member_id: change for move in found for step in move.steps for change in step.changes}
    entering = sum(change.colour is target for change in changes.values())
    writes = sum(move.writes for move in found)
    how = f"in {count(writes, 'load balancer write')}"
    if len(found) > 1:
        how += f" ({', '.join(f'{move.percent} %' for move in found)})"
    members = "instance" if len(asked.basis.pools) == 1 else "member"
    return (
        f"All traffic {verb} from {source} {service.side(target.other).version} to {target.upper()} {side.version} "
        f"{how}: {count(entering, members)} in, {count(len(changes) - entering, members)} out."
    )
