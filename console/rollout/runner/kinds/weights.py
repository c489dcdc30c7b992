"""Batches of members: looked at in the very list that the batch is made of, read back with every field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from console.errors import ApiError, Conflict, Drift, NeedsHuman, Refused
from console.model.balancer import Member
from console.model.call import Call
from console.plan.basis import PoolBasis
from console.plan.desired import MemberState, Weights
from console.plan.drift import member_drift
from console.plan.kinds import member_state, weights
from console.plan.kinds.registry import kind_of
from console.plan.orders import SingleOrder
from console.rollout.runner.kinds.kind import UnderWay
from console.rollout.runner.readback import Readback, read_back
from console.rollout.runner.reconcile import members_still_fit
from console.rollout.runner.run import LOOK_DEADLINE
from console.rollout.runner.settle import settle

_UP = ("ONLINE", "DRAINING", "NO_MONITOR")


class BatchUnderWay(UnderWay):
    """A batch of members of one pool: other weights, or another standing."""

    desired: Weights | MemberState

    @property
    def _pool(self) -> PoolBasis:
        return self.before.pool(self.desired.pool_id)

    @property
    def _expected(self) -> tuple[Member, ...]:
        if isinstance(self.desired, Weights):
            return weights.changed(self.desired, self.before)
        return member_state.changed(self.desired, self.before)

    @property
    def _entering(self) -> frozenset[str]:
        desired = self.desired
        return weights.entering(desired) if isinstance(desired, Weights) else member_state.entering(desired)

    def last_look(self) -> Call:
        """See UnderWay.last_look."""
        planned = {member.id for member in self._pool.members}
        found = [member for member in self.run.reader.members(self._pool.id) if member.id in planned]
        changes = member_drift(self._pool.members, found)
        if changes and not (self.run.written and read_back(self._expected, found).as_written):
            raise Drift(tuple(changes))
        self._entering_are_up(found)
        call = kind_of(self.desired).call(self.desired, self.before.with_members(self._pool.id, found))
        if call.body != self.write.call.body:
            raise Drift(("the call built from the members as they are is not the one that was confirmed",))
        return call

    def _entering_are_up(self, found: Sequence[Member]) -> None:
        """The load balancer's own word, from the same GET, on whoever is to get traffic. Raises Refused.

        Of a disabled member it has none: one is enabled with weight only where weights are ignored, and was probed.
        """
        entering = (one for one in found if one.id in self._entering and one.admin_state_up)
        up = (*_UP, "OFFLINE") if self._unseen else _UP
        down = [one for one in entering if one.operating_status not in up]
        if down:
            said = "; ".join(f"{one.name or one.address} is {one.operating_status}" for one in down)
            raise Refused(f"who is to get traffic fell ill at the last look: {said}", "nothing was sent", rule=2)

    @property
    def _unseen(self) -> bool:
        """Whether single instances come back that nobody sees: by a word, or because they went so."""
        order = self.plan.intent.order
        return isinstance(order, SingleOrder) and (self.plan.intent.unchecked or bool(order.unseen))

    def settle(self) -> None:
        """See UnderWay.settle."""
        settle(self.run, self._pool.balancer_id, self.step.id, self.step.deadline)

    def read_back(self) -> Readback:
        """See UnderWay.read_back."""
        found = self.run.look(lambda: self.run.reader.members(self._pool.id), self.step.id, LOOK_DEADLINE)
        return read_back(self._expected, found)

    def still_fit(self) -> None:
        """See UnderWay.still_fit."""
        members_still_fit(self.run, self.plan, self._entering)

    def done(self) -> tuple[str, dict[str, Any]]:
        """See UnderWay.done."""
        found = {member.name or member.address: member.weight for member in self._expected}
        return f"{len(found)} members are as written", {"weights": found}

    def final(self, error: ApiError) -> bool:
        """See UnderWay.final."""
        return isinstance(error, Conflict) and "immutable" not in error.message

    def blocked(self, error: ApiError) -> None:
        """Members need their pool ACTIVE as well. See UnderWay.blocked."""
        pool_id, balancer_id = self._pool.id, self._pool.balancer_id
        pool = self.run.look(lambda: self.run.reader.pool(pool_id, balancer_id), self.step.id, LOOK_DEADLINE)
        if pool.provisioning_status == "ERROR":
            raise NeedsHuman(
                f"pool {pool.name} is in ERROR: Octavia refuses every change to it, waiting does not help",
                "a change of the pool itself heals it: `openstack loadbalancer pool set --name NAME POOL`",
            ) from error
