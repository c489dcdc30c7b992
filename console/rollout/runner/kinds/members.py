"""Members that enter, are raised, labelled, or leave: each looked at in the very list that the call is made from."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from console.errors import ApiError, Conflict, Drift, NotFound, Refused
from console.model.balancer import Member
from console.model.call import Call
from console.model.health import judge
from console.model.server import Server
from console.plan.desired import MemberGone, MembersEntered, MembersLabelled, MembersRaised
from console.plan.drift import member_drift
from console.plan.kinds import members as kinds
from console.plan.kinds.weights import with_weight
from console.rollout.runner.adopted import addresses_drift, adopted_pairs
from console.rollout.runner.kinds.kind import UnderWay
from console.rollout.runner.readback import Readback, read_back
from console.rollout.runner.run import LOOK_DEADLINE
from console.rollout.runner.settle import settle


class _InPool(UnderWay):
    """What all writes to members of one pool have in common."""

    def _found(self) -> Sequence[Member]:
        return self.run.reader.members(self.desired.pool_id)

    def settle(self) -> None:
        """See UnderWay.settle."""
        settle(self.run, self.plan.basis.pool(self.desired.pool_id).balancer_id, self.step.id, self.step.deadline)

    def still_fit(self) -> None:
        """See UnderWay.still_fit: nobody gets traffic by it."""

    def final(self, error: ApiError) -> bool:
        """See UnderWay.final."""
        return isinstance(error, Conflict) and "immutable" not in error.message


def _status(wanted: Sequence[Member]) -> Readback:
    failed = tuple(one.name for one in wanted if one.provisioning_status == "ERROR")
    pending = tuple(one.name for one in wanted if one.provisioning_status not in ("ERROR", "ACTIVE"))
    return Readback(failed=failed, pending=pending)


class MembersEnteredUnderWay(_InPool):
    """New members, whose addresses are known by now."""

    desired: MembersEntered
    _servers: dict[str, Server]

    def last_look(self) -> Call:
        """See UnderWay.last_look. A member that a deleted server has left behind would be changed, not made."""
        self._servers = {one.name: one for one in self.run.servers() if one.task_state != "deleting"}
        found: dict[str, tuple[str, str]] = {}
        for name in self.desired.names:
            server = self._servers.get(name)
            if server is None:
                raise Drift((f"there is no server {name}",))
            found[name] = (self._address(server), server.id)
        for member in self._found():
            for name, (address, server_id) in found.items():
                if (member.address, member.protocol_port) != (address, self.desired.port):
                    continue
                if member.server_id != server_id:
                    said = (
                        f"member {member.name or member.id} at {address} is not {name}'s: a server that is gone left it"
                    )
                    raise Drift((said,))
        return kinds.entered(self.desired, found)

    def _address(self, server: Server) -> str:
        ports = self.run.reader.ports(device_id=server.id)
        fixed = [ip for port in ports for ip in port.get("fixed_ips") or () if isinstance(ip, dict)]
        for ip in fixed:
            if self.desired.subnet_id in (None, ip.get("subnet_id")):
                return str(ip.get("ip_address"))
        raise Drift((f"{server.name} has no address on subnet {self.desired.subnet_id or 'any'}",))

    def read_back(self) -> Readback:
        """See UnderWay.read_back."""
        found = self.run.look(self._found, self.step.id, LOOK_DEADLINE)
        ids = {server.id: name for name, server in getattr(self, "_servers", {}).items()}
        there = {ids[key]: one for one in found if (key := one.server_id) in ids}
        wrong = [f"{name} is no member" for name in self.desired.names if name not in there]
        wrong += [
            f"{one.name} has weight {one.weight}, was set to {self.desired.weight}"
            for name, one in there.items()
            if name in self.desired.names and one.weight != self.desired.weight
        ]
        status = _status([there[name] for name in self.desired.names if name in there])
        return Readback(tuple(wrong), status.failed, status.pending)

    def done(self) -> tuple[str, dict[str, Any]]:
        """See UnderWay.done."""
        return f"{len(self.desired.names)} members are there at weight {self.desired.weight}", {}


class MembersRaisedUnderWay(_InPool):
    """Members at weight 0 that are healthy get the weight that they are to have."""

    desired: MembersRaised
    _wanted: tuple[Member, ...] = ()

    def last_look(self) -> Call:
        """See UnderWay.last_look. Nothing gets traffic before it was seen healthy where it stands (rule 2).

        Nor beside a colour that does not serve alone any more, nor while somebody holds it.
        """
        service, colour = self.run.observe(), self.desired.colour
        if service.live is not colour:
            raise Drift((f"{colour.upper()} is not the live colour any more: {service.role(colour)}",))
        mine = [one for one in service.side(colour).instances if one.name in self.desired.names]
        ill = [f"{one.name}: held by {one.held_by}" for one in mine if one.held_by is not None]
        ill += [
            f"{one.name}: {health.reason}" for one in mine if not (health := judge(service, one, time.time())).healthy
        ]
        if ill or len(mine) < len(self.desired.names):
            raise Refused(
                f"not all are healthy at weight 0: {'; '.join(ill) or 'some are gone'}", "look at them", rule=2
            )
        ids = {member.id for one in mine for member in one.members}
        found = [one for one in self._found() if one.id in ids]
        if len(found) < len(self.desired.names):
            raise Drift((f"{len(found)} of {len(self.desired.names)} are members of pool {self.desired.pool_id}",))
        self._wanted = tuple(
            with_weight(raised, raised.weight, raised.weight) for raised in (kinds.raised(one) for one in found)
        )
        return kinds.Raised().of(self.desired, found)

    def read_back(self) -> Readback:
        """See UnderWay.read_back."""
        return read_back(self._wanted, self.run.look(self._found, self.step.id, LOOK_DEADLINE))

    def done(self) -> tuple[str, dict[str, Any]]:
        """See UnderWay.done."""
        weights = {one.name: one.weight for one in self._wanted}
        return f"{len(weights)} members are in rotation", {"weights": weights}


class MembersLabelledUnderWay(_InPool):
    """Tags on members, everything else as it is."""

    desired: MembersLabelled

    def last_look(self) -> Call:
        """See UnderWay.last_look."""
        planned = self.before.pool(self.desired.pool_id).members
        ids = {member.id for member in planned}
        found = [member for member in self._found() if member.id in ids]
        changes = member_drift(planned, found)
        if changes and not (self.run.written and read_back(self._expected(), found).as_written):
            raise Drift(tuple(changes))
        if moved := self._moved():
            raise Drift(tuple(moved))
        return kinds.Labelled().call(self.desired, self.before.with_members(self.desired.pool_id, found))

    def _moved(self) -> list[str]:
        """Whose server is gone, or has another address: the tags would name the wrong one."""
        moved = []
        for pair in adopted_pairs(self.plan):
            if pair.pool_id != self.desired.pool_id or pair.member_id not in self.desired.tags:
                continue
            try:
                moved += addresses_drift(self.run.reader.server(pair.server_id), (pair,))
            except NotFound:
                moved.append(f"server {pair.name} is gone")
        return moved

    def _expected(self) -> tuple[Member, ...]:
        return kinds.labelled(self.desired, self.before)

    def read_back(self) -> Readback:
        """See UnderWay.read_back."""
        return read_back(self._expected(), self.run.look(self._found, self.step.id, LOOK_DEADLINE))

    def done(self) -> tuple[str, dict[str, Any]]:
        """See UnderWay.done."""
        return f"{len(self.desired.tags)} members are labelled, every weight as it was", {}


class MemberGoneUnderWay(_InPool):
    """DELETE of one member, which has no traffic."""

    desired: MemberGone

    def last_look(self) -> Call:
        """See UnderWay.last_look."""
        now = next((one for one in self._found() if one.id == self.desired.member_id), None)
        if now is not None and now.in_rotation and self._serves():
            raise Drift((f"{self.desired.name} has weight {now.weight} by now",))
        return self.write.call

    def _serves(self) -> bool:
        """With a pool for each colour a member of the idle pool has weight and no traffic."""
        basis = self.plan.basis
        return not basis.by_listener or any(one.default_pool_id == self.desired.pool_id for one in basis.listeners)

    def read_back(self) -> Readback:
        """See UnderWay.read_back."""
        found = self.run.look(self._found, self.step.id, LOOK_DEADLINE)
        left = [one for one in found if one.id == self.desired.member_id]
        if not left:
            return Readback()
        return _status(left) if left[0].provisioning_status == "ERROR" else Readback(pending=(self.desired.name,))

    def answered(self, error: ApiError) -> bool:
        """See UnderWay.answered."""
        return isinstance(error, NotFound)

    def done(self) -> tuple[str, dict[str, Any]]:
        """See UnderWay.done."""
        return f"{self.desired.name} has left the pool", {"member": self.desired.member_id}
