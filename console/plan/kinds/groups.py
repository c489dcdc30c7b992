"""Server groups: one of each colour keeps its instances on different hosts where it can (Nova 2.64)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from console.model.call import Call
from console.plan.basis import Basis
from console.plan.desired import GroupGone, GroupMade
from console.plan.kinds.typed import LEVEL, openstack, option

SERVICE = "compute"


class Made:
    """POST /os-server-groups."""

    def call(self, desired: GroupMade, basis: Basis) -> Call:
        """The one POST."""
        body = {"server_group": {"name": desired.name, "policy": desired.policy}}
        command = openstack(*LEVEL, "server", "group", "create", *option("--policy", desired.policy), desired.name)
        return Call(SERVICE, "POST", "/os-server-groups", body, (command,))

    def undo(self, desired: GroupMade, basis: Basis) -> Call | None:
        """By name, as a command."""
        return Gone().call(GroupGone(desired.name), basis)

    def after(self, desired: GroupMade, basis: Basis) -> Basis:
        """A group is in no basis."""
        return basis

    def restore(self, desired: Sequence[GroupMade], basis: Basis) -> tuple[Call, ...]:
        """Each deleted again."""
        return tuple(Gone().call(GroupGone(one.name), basis) for one in desired)

    def words(self, desired: GroupMade) -> tuple[str, ...]:
        """Name and policy."""
        return (f"server group {desired.name}  {desired.policy}",)


class Gone:
    """DELETE /os-server-groups/ID; the id is looked up by name right before."""

    def call(self, desired: GroupGone, basis: Basis) -> Call:
        """The one DELETE, by the group's name."""
        return replace(self.by_id(desired, desired.name), named=True)

    def by_id(self, desired: GroupGone, group_id: str) -> Call:
        """The same with the id."""
        command = openstack("server", "group", "delete", group_id)
        return Call(SERVICE, "DELETE", f"/os-server-groups/{group_id}", None, (command,))

    def undo(self, desired: GroupGone, basis: Basis) -> Call | None:
        """An empty group is made again by the next launch."""
        return None

    def after(self, desired: GroupGone, basis: Basis) -> Basis:
        """A group is in no basis."""
        return basis

    def restore(self, desired: Sequence[GroupGone], basis: Basis) -> tuple[Call, ...]:
        """Nothing needs it."""
        return ()

    def words(self, desired: GroupGone) -> tuple[str, ...]:
        """What becomes of it."""
        return (f"server group {desired.name}  deleted",)
