"""Members of one pool at other weights: an additive batch of whole members.

`PUT /v2/lbaas/pools/{id}/members?additive_only=true` matches items by (address, protocol_port), keeps members that are
left out, and resets fields that are left out of an item: weight to 1, admin_state_up to true, backup to false,
monitor_* to null (Octavia API, MemberPOST). So every item carries every field that is not at that default.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from console.model.balancer import WEIGHT_TAG, Member
from console.model.call import Call
from console.plan.basis import Basis
from console.plan.desired import MemberChange, Weights
from console.plan.kinds.typed import member_set

SERVICE = "load-balancer"


def call(desired: Weights, basis: Basis) -> Call:
    """The batch, made from the members as they are right before it."""
    return _call(desired, changed(desired, basis), _before(desired, basis))


def undo(desired: Weights, basis: Basis) -> Call:
    """The batch that puts the members back as they are right before it."""
    return _call(desired, _before(desired, basis), changed(desired, basis))


def after(desired: Weights, basis: Basis) -> Basis:
    """The basis that it leaves."""
    return basis.with_members(desired.pool_id, changed(desired, basis))


def entering(desired: Weights) -> frozenset[str]:
    """The ids of members that get more traffic than before."""
    return frozenset(one.member_id for one in desired.changes if one.weight_after > one.weight_before)


def restore(desired: Sequence[Weights], basis: Basis) -> tuple[Call, ...]:
    """One batch for each pool; where there are none, a PUT for each member, those that get weight first."""
    touched = {change.member_id for one in desired for change in one.changes}
    pools = dict.fromkeys(one.pool_id for one in desired)
    members = ((pool, [one for one in basis.pool(pool).members if one.id in touched]) for pool in pools)
    if any(one.single for one in desired):
        each = [(pool, one) for pool, found in members for one in found]
        return tuple(put(pool, one) for pool, one in sorted(each, key=lambda pair: pair[1].weight == 0))
    return tuple(batch(pool, found) for pool, found in members)


def changed(desired: Weights, basis: Basis) -> tuple[Member, ...]:
    """The members that it changes, as they will be."""
    return apply(basis.pool(desired.pool_id).members, desired.changes)


def words(desired: Weights) -> tuple[str, ...]:
    """What becomes of each member, in a clause."""
    return tuple(f"{one.name}  weight {one.weight_before} -> {one.weight_after}" for one in desired.changes)


def with_weight(member: Member, weight: int, intended: int) -> Member:
    """The member at another weight, its intended weight recorded in its tags, all else as it is."""
    kept = tuple(tag for tag in member.tags if not tag.startswith(WEIGHT_TAG))
    return replace(member, weight=weight, tags=(*kept, f"{WEIGHT_TAG}{intended}"))


def apply(members: Iterable[Member], changes: Sequence[MemberChange]) -> tuple[Member, ...]:
    """The changed members as they will be.

    On the way out that weight is recorded which it is to come back with, as planned; where the plan has none, the
    recorded one stays, or the one that is taken away is recorded.
    """
    by_id = {member.id: member for member in members}

    def changed(change: MemberChange) -> Member:
        member = by_id[change.member_id]
        recorded = change.intended or change.weight_after or member.intended_weight or change.weight_before
        return with_weight(member, change.weight_after, recorded)

    return tuple(changed(change) for change in changes)


def item(member: Member) -> dict[str, Any]:
    """One member as the batch wants it: complete, so that nothing is reset."""
    fields: dict[str, Any] = {
        "name": member.name,
        "address": member.address,
        "protocol_port": member.protocol_port,
        "weight": member.weight,
        "admin_state_up": member.admin_state_up,
        "backup": member.backup,
        "tags": sorted(member.tags),
    }
    # Null is what these are reset to, and not every release takes a null: left out where they are unset.
    for name in ("subnet_id", "monitor_address", "monitor_port"):
        value = getattr(member, name)
        if value is not None:
            fields[name] = value
    if member.vnic_type != "normal":
        fields["vnic_type"] = member.vnic_type
    return fields


def batch(pool_id: str, members: Sequence[Member], before: Sequence[Member] = ()) -> Call:
    """The call that sets these members, and the same for the `openstack` client (one write each, there).

    `before`: the members as they are, so that whoever types the commands gives weight before taking any, and records
    what the batch does.
    """
    ordered = sorted(members, key=lambda member: (member.address, member.protocol_port))
    return Call(
        service=SERVICE,
        method="PUT",
        path=f"/v2/lbaas/pools/{pool_id}/members?additive_only=true",
        body={"members": [item(member) for member in ordered]},
        commands=tuple(_commands(pool_id, ordered, before)),
        size=f"{len(ordered)} members",
    )


def put(pool_id: str, member: Member, before: Sequence[Member] = ()) -> Call:
    """The call that sets one member's weight, and records it: only what is said changes (Octavia API).

    `before`: as in `batch`.
    """
    return Call(
        service=SERVICE,
        method="PUT",
        path=f"/v2/lbaas/pools/{pool_id}/members/{member.id}",
        body={"member": {"weight": member.weight, "tags": sorted(member.tags)}},
        commands=tuple(_commands(pool_id, [member], before)),
        size=member.name or member.address,
    )


def _call(desired: Weights, members: Sequence[Member], before: Sequence[Member]) -> Call:
    return put(desired.pool_id, members[0], before) if desired.single else batch(desired.pool_id, members, before)


def _before(desired: Weights, basis: Basis) -> tuple[Member, ...]:
    by_id = {member.id: member for member in basis.pool(desired.pool_id).members}
    return tuple(by_id[change.member_id] for change in desired.changes)


def _commands(pool_id: str, members: Iterable[Member], before: Iterable[Member]) -> Iterable[str]:
    """One each; of a member that nobody knows as it is the weight alone, so that tags of others are not lost."""
    known: dict[str, Member] = {member.id: member for member in before}

    def order(member: Member) -> tuple[bool, int]:
        # What gets weight first, so that whoever types them by hand never takes capacity away before adding it.
        return member.weight == 0, known.get(member.id, member).weight - member.weight

    for member in sorted(members, key=order):
        if command := member_set(pool_id, member, known.get(member.id, replace(member, weight=-1))):
            yield command
