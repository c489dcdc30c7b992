"""Members that enter a pool, get labels, or leave it (Octavia API)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from console.model.balancer import SERVER_TAG, WEIGHT_TAG, Member
from console.model.call import Call
from console.plan.basis import Basis
from console.plan.desired import MemberGone, MembersEntered, MembersLabelled, MembersRaised
from console.plan.kinds.typed import MEMBER, member_created, member_set, openstack
from console.plan.kinds.weights import batch, item

SERVICE = "load-balancer"


class Entered:
    """One additive batch of new members."""

    def call(self, desired: MembersEntered, basis: Basis) -> Call:
        """As planned: the addresses are known when the servers are built."""
        call = entered(desired, dict.fromkeys(desired.names, ("(its address)", "(its id)")))
        return replace(call, named=True, notes=("its address and its id: `openstack server show NAME` says them",))

    def undo(self, desired: MembersEntered, basis: Basis) -> Call | None:
        """Their ids are not known yet."""
        return None

    def after(self, desired: MembersEntered, basis: Basis) -> Basis:
        """Their ids are not known yet, and at weight 0 they are no capacity."""
        return basis

    def restore(self, desired: Sequence[MembersEntered], basis: Basis) -> tuple[Call, ...]:
        """Each deleted again, before its server is: by name, as a command."""
        return tuple(_removed(one.pool_id, name) for one in reversed(desired) for name in one.names)

    def words(self, desired: MembersEntered) -> tuple[str, ...]:
        """Each at its weight."""
        return tuple(f"{name}  enters at weight {desired.weight}" for name in desired.names)


def entered(desired: MembersEntered, found: Mapping[str, tuple[str, str]]) -> Call:
    """The batch. `found`: address and server id, by name."""
    items: list[dict[str, Any]] = []
    commands = []
    for name in desired.names:
        address, server_id = found[name]
        tags = [f"{SERVER_TAG}{server_id}", f"{WEIGHT_TAG}{desired.intended}", *desired.tags]
        fields: dict[str, Any] = {
            "name": name,
            "address": address,
            "protocol_port": desired.port,
            "weight": desired.weight,
            "admin_state_up": True,
            "backup": False,
            "tags": sorted(tags),
        }
        if desired.subnet_id is not None:
            fields["subnet_id"] = desired.subnet_id
        items.append(fields)
        commands.append(member_created(desired.pool_id, fields))
    path = f"/v2/lbaas/pools/{desired.pool_id}/members?additive_only=true"
    return Call(SERVICE, "PUT", path, {"members": items}, tuple(commands), f"{len(items)} members")


class Raised:
    """One additive batch of members that were seen healthy at weight 0."""

    def call(self, desired: MembersRaised, basis: Basis) -> Call:
        """As planned: their ids are known when they have entered."""
        items = [{"name": name, "weight": desired.intended or "(as recorded)"} for name in desired.names]
        commands = tuple(_weighed(desired.pool_id, name, desired.intended or "WEIGHT") for name in desired.names)
        path = f"/v2/lbaas/pools/{desired.pool_id}/members?additive_only=true"
        return Call(SERVICE, "PUT", path, {"members": items}, commands, f"{len(items)} members", named=True)

    def of(self, desired: MembersRaised, members: Sequence[Member]) -> Call:
        """The batch, made from the members as they are right before it."""
        return batch(desired.pool_id, [raised(one) for one in members], members)

    def undo(self, desired: MembersRaised, basis: Basis) -> Call | None:
        """Their ids are not known yet."""
        return None

    def after(self, desired: MembersRaised, basis: Basis) -> Basis:
        """More than is there: no floor is below it."""
        return basis

    def restore(self, desired: Sequence[MembersRaised], basis: Basis) -> tuple[Call, ...]:
        """Each at weight 0 again, before anything of it is deleted: by name, as a command."""
        return tuple(_out(one) for one in reversed(desired))

    def words(self, desired: MembersRaised) -> tuple[str, ...]:
        """Each."""
        return tuple(f"{name}  weight 0 -> {desired.intended or 'as the others'}" for name in desired.names)


def _out(desired: MembersRaised) -> Call:
    items = [{"name": name, "weight": 0} for name in desired.names]
    path = f"/v2/lbaas/pools/{desired.pool_id}/members?additive_only=true"
    commands = tuple(_weighed(desired.pool_id, name, 0) for name in desired.names)
    return Call(SERVICE, "PUT", path, {"members": items}, commands, f"{len(items)} members", named=True)


def _weighed(pool_id: str, name: str, weight: object) -> str:
    return openstack(*MEMBER, "set", "--wait", "--weight", weight, pool_id, name)


def _removed(pool_id: str, name: str) -> Call:
    command = openstack(*MEMBER, "delete", "--wait", pool_id, name)
    return Call(SERVICE, "DELETE", f"/v2/lbaas/pools/{pool_id}/members/{name}", None, (command,), named=True)


def raised(member: Member) -> Member:
    """The member at the weight that its tags record; 1 where they record none."""
    return replace(member, weight=member.weight or member.intended_weight or 1)


class Labelled:
    """One additive batch of members as they are, with more tags."""

    def call(self, desired: MembersLabelled, basis: Basis) -> Call:
        """The batch."""
        before = _named(desired, basis)
        return _tagged_so(desired.pool_id, before, [_labelled(desired, one) for one in before])

    def undo(self, desired: MembersLabelled, basis: Basis) -> Call:
        """As they are before it."""
        before = _named(desired, basis)
        return _tagged_so(desired.pool_id, [_labelled(desired, one) for one in before], before)

    def after(self, desired: MembersLabelled, basis: Basis) -> Basis:
        """With the tags."""
        return basis.with_members(desired.pool_id, labelled(desired, basis))

    def restore(self, desired: Sequence[MembersLabelled], basis: Basis) -> tuple[Call, ...]:
        """As they were."""
        return tuple(self.undo(one, basis) for one in desired)

    def words(self, desired: MembersLabelled) -> tuple[str, ...]:
        """Each with its new tags."""
        return tuple(f"member {key[:8]}  tags {', '.join(tags)}" for key, tags in desired.tags.items())


def labelled(desired: MembersLabelled, basis: Basis) -> tuple[Member, ...]:
    """The members as they will be. A weight that is recorded already stays."""
    return tuple(_labelled(desired, one) for one in _named(desired, basis))


def _named(desired: MembersLabelled, basis: Basis) -> list[Member]:
    return [one for one in basis.pool(desired.pool_id).members if one.id in desired.tags]


def _labelled(desired: MembersLabelled, member: Member) -> Member:
    return replace(member, tags=_merged(member.tags, desired.tags[member.id]))


def _merged(there: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    has_weight = any(tag.startswith(WEIGHT_TAG) for tag in there)
    kept = (tag for tag in more if not (has_weight and tag.startswith(WEIGHT_TAG)))
    return tuple(sorted({*there, *kept}))


def _tagged_so(pool_id: str, before: Sequence[Member], wanted: Sequence[Member]) -> Call:
    commands = (member_set(pool_id, one, was) for was, one in zip(before, wanted, strict=True))
    return replace(batch(pool_id, wanted), commands=tuple(filter(None, commands)))


class Gone:
    """DELETE of a single member: it cannot hit one that somebody else has added."""

    def call(self, desired: MemberGone, basis: Basis) -> Call:
        """The one DELETE."""
        path = f"/v2/lbaas/pools/{desired.pool_id}/members/{desired.member_id}"
        command = openstack(*MEMBER, "delete", "--wait", desired.pool_id, desired.member_id)
        return Call(SERVICE, "DELETE", path, None, (command,))

    def undo(self, desired: MemberGone, basis: Basis) -> Call | None:
        """The same member again, as long as its server is there."""
        member = next((one for one in basis.pool(desired.pool_id).members if one.id == desired.member_id), None)
        if member is None:
            return None
        path = f"/v2/lbaas/pools/{desired.pool_id}/members"
        fields = item(member)
        return Call(SERVICE, "POST", path, {"member": fields}, (member_created(desired.pool_id, fields),))

    def after(self, desired: MemberGone, basis: Basis) -> Basis:
        """Without it."""
        pools = (
            replace(pool, members=tuple(one for one in pool.members if one.id != desired.member_id))
            if pool.id == desired.pool_id
            else pool
            for pool in basis.pools
        )
        return replace(basis, pools=tuple(pools))

    def restore(self, desired: Sequence[MemberGone], basis: Basis) -> tuple[Call, ...]:
        """Each added again."""
        calls = (self.undo(one, basis) for one in reversed(desired))
        return tuple(call for call in calls if call is not None)

    def words(self, desired: MemberGone) -> tuple[str, ...]:
        """What becomes of it."""
        return (f"{desired.name}  leaves the pool",)
