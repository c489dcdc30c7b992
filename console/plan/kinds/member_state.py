"""Members of one pool with other settings: weight, admin state, hold; the same additive batch as for weights.

A member that goes to weight 0 keeps its recorded weight in its tags; where there is none, or it has more than that by
somebody's hand, what is taken away is recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from console.model.balancer import HOLD_TAG, WEIGHT_TAG, Member
from console.model.call import Call
from console.plan.basis import Basis
from console.plan.desired import MemberState, Standing
from console.plan.kinds.typed import member_set
from console.plan.kinds.weights import batch


def call(desired: MemberState, basis: Basis) -> Call:
    """The batch, made from the members as they are right before it."""
    return _call(desired, _before(desired, basis), changed(desired, basis))


def undo(desired: MemberState, basis: Basis) -> Call:
    """The batch that puts the members back as they are right before it."""
    return _call(desired, changed(desired, basis), _before(desired, basis))


def after(desired: MemberState, basis: Basis) -> Basis:
    """The basis that it leaves."""
    return basis.with_members(desired.pool_id, changed(desired, basis))


def restore(desired: Sequence[MemberState], basis: Basis) -> tuple[Call, ...]:
    """One batch for each pool. What became of the members since is not known here: the commands say all of them."""
    touched = {change.member_id for one in desired for change in one.changes}
    alone = any(one.single for one in desired)
    calls: list[Call] = []
    for pool_id in dict.fromkeys(one.pool_id for one in desired):
        members = [one for one in basis.pool(pool_id).members if one.id in touched]
        ordered = sorted(members, key=lambda one: _serves(standing(one)) == 0)
        commands = tuple(member_set(pool_id, one, None) for one in ordered)
        if alone:
            calls += [replace(_put(pool_id, one), commands=commands[n : n + 1]) for n, one in enumerate(ordered)]
            continue
        calls.append(replace(batch(pool_id, members), commands=commands))
    return tuple(calls)


def changed(desired: MemberState, basis: Basis) -> tuple[Member, ...]:
    """The members that it changes, as they will be."""
    wanted = {one.member_id: one.after for one in desired.changes}
    return tuple(_standing(one, wanted[one.id]) for one in _before(desired, basis))


def entering(desired: MemberState) -> frozenset[str]:
    """The ids of members that get more traffic than before."""
    return frozenset(one.member_id for one in desired.changes if _serves(one.after) > _serves(one.before))


def words(desired: MemberState) -> tuple[str, ...]:
    """What becomes of each member, in a clause."""
    return tuple(f"{one.name}  {'; '.join(_differences(one.before, one.after))}" for one in desired.changes)


def standing(member: Member) -> Standing:
    """How a member stands now."""
    return Standing(member.weight, member.admin_state_up, member.held_by)


def _call(desired: MemberState, before: Sequence[Member], wanted: Sequence[Member]) -> Call:
    made = _put(desired.pool_id, *wanted) if desired.single else batch(desired.pool_id, wanted, before)
    return replace(made, commands=_commands(desired.pool_id, before, wanted))


def _put(pool_id: str, member: Member) -> Call:
    """Only what is said changes (Octavia API)."""
    said = {"weight": member.weight, "admin_state_up": member.admin_state_up, "tags": sorted(member.tags)}
    path = f"/v2/lbaas/pools/{pool_id}/members/{member.id}"
    return Call("load-balancer", "PUT", path, {"member": said}, size=member.name or member.address)


def _standing(member: Member, wanted: Standing) -> Member:
    tags = [tag for tag in member.tags if not tag.startswith((HOLD_TAG, WEIGHT_TAG))]
    known = member.intended_weight is not None
    recorded = member.full_weight if known else (wanted.weight or member.weight or None)
    tags += [f"{WEIGHT_TAG}{recorded}"] if recorded is not None else []
    tags += [f"{HOLD_TAG}{wanted.held_by}"] if wanted.held_by is not None else []
    return replace(member, weight=wanted.weight, admin_state_up=wanted.admin_state_up, tags=tuple(tags))


def _serves(standing: Standing) -> int:
    return standing.weight if standing.admin_state_up else 0


def _differences(before: Standing, after: Standing) -> list[str]:
    found = []
    if before.weight != after.weight:
        found.append(f"weight {before.weight} -> {after.weight}")
    if before.admin_state_up != after.admin_state_up:
        found.append("enabled" if after.admin_state_up else "disabled")
    if before.held_by != after.held_by:
        found.append(f"held by {after.held_by}" if after.held_by else f"no longer held by {before.held_by}")
    return found


def _before(desired: MemberState, basis: Basis) -> tuple[Member, ...]:
    by_id = {member.id: member for member in basis.pool(desired.pool_id).members}
    return tuple(by_id[change.member_id] for change in desired.changes)


def _commands(pool_id: str, before: Sequence[Member], wanted: Sequence[Member]) -> tuple[str, ...]:
    """One write each for the `openstack` client, who gets traffic first."""
    pairs = zip(before, wanted, strict=True)
    ordered = sorted(pairs, key=lambda pair: _serves(standing(pair[1])) <= _serves(standing(pair[0])))
    return tuple(command for was, one in ordered if (command := member_set(pool_id, one, was)))
