"""What is done to servers that are there: labelled, locked, stopped, deleted. Each is looked at right before."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from console.cloud.reader import selects
from console.errors import ApiError, Conflict, Drift, NeedsHuman, NotFound
from console.model.address import canonical
from console.model.call import Call
from console.model.server import Server
from console.plan.desired import ServerGone, ServerLabelled, ServerLocked, ServerStopped, ServerTagged
from console.plan.labels import labels
from console.rollout.runner import boot_clock
from console.rollout.runner.adopted import addresses_drift, adopted_pairs
from console.rollout.runner.before_stop import drain
from console.rollout.runner.kinds.kind import UnderWay
from console.rollout.runner.readback import Readback
from console.rollout.runner.run import LOOK_DEADLINE


class OnServer(UnderWay):
    """A call on one server, which answers when it is done or soon after."""

    def _now(self) -> Server | None:
        try:
            return self.run.reader.server(self.desired.server_id)
        except NotFound:
            return None

    def _there(self) -> Server:
        server = self._now()
        if server is None:
            raise Drift((f"server {self.desired.name} is gone",))
        if server.task_state:
            raise Drift((f"server {self.desired.name} is being changed ({server.task_state})",))
        return server

    def last_look(self) -> Call:
        """See UnderWay.last_look."""
        self._there()
        return self.write.call

    def settle(self) -> None:
        """See UnderWay.settle: Nova answers when a label is written."""

    def read_back(self) -> Readback:
        """See UnderWay.read_back."""
        server = self.run.look(self._now, self.step.id, LOOK_DEADLINE)
        if server is None:
            return Readback(wrong=(f"{self.desired.name} is gone",))
        return Readback() if self._as_wanted(server) else Readback(wrong=(f"{self.desired.name} is not as written",))

    @abstractmethod
    def _as_wanted(self, server: Server) -> bool:
        """Whether the server is as the write leaves it."""

    def still_fit(self) -> None:
        """See UnderWay.still_fit: nothing of it gets traffic."""

    def done(self) -> tuple[str, dict[str, Any]]:
        """See UnderWay.done."""
        return f"{self.desired.name} is as written", {"server": self.desired.server_id}

    def final(self, error: ApiError) -> bool:
        """See UnderWay.final: a lock does not go away by waiting."""
        return isinstance(error, Conflict) and "locked" in error.message


class _Adopted(OnServer):
    """A server that is labelled because it is behind a member: a label on another one is worse than none."""

    def last_look(self) -> Call:
        """See UnderWay.last_look."""
        server = self._there()
        pairs = [pair for pair in adopted_pairs(self.plan) if pair.server_id == server.id]
        changes = addresses_drift(server, pairs)
        for pool_id in dict.fromkeys(pair.pool_id for pair in pairs):
            there = {member.id: canonical(member.address) for member in self.run.reader.members(pool_id)}
            for pair in pairs:
                if pair.pool_id == pool_id and there.get(pair.member_id) != canonical(pair.address):
                    changes.append(f"member {pair.member_id} of {pair.name} is not at {pair.address} any more")
        if changes:
            raise Drift(tuple(changes))
        return self.write.call


class ServerLabelledUnderWay(_Adopted):
    """Metadata."""

    desired: ServerLabelled

    def _as_wanted(self, server: Server) -> bool:
        return self.desired.metadata.items() <= server.metadata.items()


class ServerTaggedUnderWay(_Adopted):
    """A tag, or none."""

    desired: ServerTagged

    def _as_wanted(self, server: Server) -> bool:
        return (self.desired.label in server.tags) is self.desired.there

    def answered(self, error: ApiError) -> bool:
        """See UnderWay.answered: who takes a tag away that is not there has what was wanted."""
        return isinstance(error, NotFound) and not self.desired.there


class ServerLockedUnderWay(OnServer):
    """A lock, or its end."""

    desired: ServerLocked

    def _as_wanted(self, server: Server) -> bool:
        return server.locked is self.desired.locked


class _Leaving(OnServer):
    """A server that goes: in no pool of the service, of the right colour, and waited for."""

    def last_look(self) -> Call:
        """See UnderWay.last_look. The first surprise ends it (DESIGN §6, rule 11)."""
        server = self._now()
        if server is None:
            return self.write.call  # the answer is 404, which is as good
        building = server.status == "BUILD" and bool(getattr(self.desired, "operation", ""))  # of an aborted launch
        if server.task_state and not building and server.task_state not in ("deleting", "powering-off"):
            raise Drift((f"server {server.name} is being changed ({server.task_state})",))
        if server.name != self.desired.name:
            raise Drift((f"server {self.desired.server_id} is named {server.name}, was {self.desired.name}",))
        in_pool = [
            pool.id
            for pool in self.plan.basis.pools
            for member in self.run.reader.members(pool.id)
            if member.server_id == server.id or member.address in {one.ip for one in server.addresses}
        ]
        if in_pool:
            raise Drift((f"{server.name} is in pool {in_pool[0]}",))
        self._check(server)
        return self.write.call

    def _check(self, server: Server) -> None:
        return None

    def _wait(self, ends: str) -> None:
        end = boot_clock.now() + self.step.deadline
        while True:
            server = self.run.look(self._now, self.step.id, LOOK_DEADLINE)
            if server is None or self._as_wanted(server):
                return
            if boot_clock.now() > end:
                state = f"{server.status}, {server.task_state or 'no task'}"
                raise NeedsHuman(
                    f"{server.name} is not {ends} after {self.step.deadline:.0f} s: {state}",
                    f"look at it: `openstack server show {server.id}`; then `bluegreen resume`",
                )
            self.run.wait(self.run.timing.poll, self.step.id)


class ServerStoppedUnderWay(_Leaving):
    """os-stop of a server that is to be deleted."""

    desired: ServerStopped

    def make_ready(self) -> bool:
        """See UnderWay.make_ready."""
        return drain(self.run, self.plan, self.step, self.desired.server_id, self.plan.target)

    def settle(self) -> None:
        """See UnderWay.settle."""
        self._wait("stopped")

    def _as_wanted(self, server: Server) -> bool:
        return server.status == "SHUTOFF" and server.task_state is None

    def answered(self, error: ApiError) -> bool:
        """See UnderWay.answered: it is off already."""
        return isinstance(error, Conflict) and "vm_state stopped" in error.message

    def done(self) -> tuple[str, dict[str, Any]]:
        """See UnderWay.done."""
        return f"{self.desired.name} is stopped", {"server": self.desired.server_id}


class ServerGoneUnderWay(_Leaving):
    """DELETE of one server."""

    desired: ServerGone

    def _check(self, server: Server) -> None:
        wanted = labels(self.run.service, self.desired.colour)
        labelled = wanted.metadata.items() <= server.metadata.items() and set(wanted.tags) <= set(server.tags)
        if not selects(self.run.service.instances, server) or not labelled:
            raise Drift((f"{server.name} is not labelled as {self.desired.colour} of {self.run.service.name}",))
        if self.desired.operation and self.desired.operation not in server.tags:
            raise Drift((f"{server.name} does not carry the tag of this operation",))
        if server.locked:
            raise Drift((f"{server.name} is locked: {server.locked_reason or 'no reason told'}",))

    def settle(self) -> None:
        """See UnderWay.settle."""
        self._wait("gone")

    def _as_wanted(self, server: Server) -> bool:
        return server.status in ("DELETED", "SOFT_DELETED")

    def read_back(self) -> Readback:
        """See UnderWay.read_back."""
        server = self.run.look(self._now, self.step.id, LOOK_DEADLINE)
        if server is None or self._as_wanted(server):
            return Readback()
        return Readback(pending=(self.desired.name,))

    def answered(self, error: ApiError) -> bool:
        """See UnderWay.answered."""
        return isinstance(error, NotFound)

    def done(self) -> tuple[str, dict[str, Any]]:
        """See UnderWay.done."""
        return f"{self.desired.name} is gone", {"server": self.desired.server_id}
