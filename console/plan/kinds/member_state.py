"""Members of one pool with other settings: weight, admin state, hold; the same additive batch as for weights.

A member that goes to weight 0 keeps its recorded weight in its tags, or has the one recorded that is taken away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from console.model.balancer import HOLD_TAG, WEIGHT_TAG, Member
from console.model.call import Call
from console.plan.basis import Basis
from console.plan.desired import MemberState, Standing
from console.plan.kinds.weights import batch
from console.plan.kinds.weights import restore as restore_batch


def call(desired: MemberState, basis: Basis) -> Call:
    """The batch, made from the members as they are right before it."""
    made = batch(desired.pool_id, changed(desired, basis), _before(desired, basis))
    return replace(made, commands=_commands(desired))


def undo(desired: MemberState, basis: Basis) -> Call:
    """The batch that puts the members back as they are right before it."""
    made = batch(desired.pool_id, _before(desired, basis), changed(desired, basis))
    changes = (replace(one, before=one.after, after=one.before) for one in desired.changes)
    return replace(made, commands=_commands(MemberState(desired.pool_id, tuple(changes))))


def after(desired: MemberState, basis: Basis) -> Basis:
    """The basis that it leaves."""
    return basis.with_members(desired.pool_id, changed(desired, basis))


def restore(desired: Sequence[MemberState], basis: Basis) -> tuple[Call, ...]:
    """One batch for each pool."""
    return restore_batch(desired, basis)


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


def _standing(member: Member, wanted: Standing) -> Member:
    tags = [tag for tag in member.tags if not tag.startswith((HOLD_TAG, WEIGHT_TAG))]
    recorded = (
        member.intended_weight if member.intended_weight is not None else (wanted.weight or member.weight or None)
    )
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


def _commands(desired: MemberState) -> tuple[str, ...]:
    """One write each for the `openstack` client, who gets traffic first."""
    ordered = sorted(desired.changes, key=lambda one: _serves(one.after) <= _serves(one.before))
    return tuple(_command(desired.pool_id, one.member_id, one.before, one.after) for one in ordered)


def _command(pool_id: str, member_id: str, before: Standing, after: Standing) -> str:
    words = [f"--weight {after.weight}"] if before.weight != after.weight else []
    if before.admin_state_up != after.admin_state_up:
        words.append("--enable" if after.admin_state_up else "--disable")
    if after.held_by and after.held_by != before.held_by:
        words.append(f"--tag {HOLD_TAG}{after.held_by}")
    if before.held_by and not after.held_by:
        words.append(f"--remove-tag {HOLD_TAG}{before.held_by}")
    return f"openstack loadbalancer member set --wait {' '.join(words)} {pool_id} {member_id}"
