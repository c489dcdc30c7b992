"""A listener's default pool: looked at right before, waited for, read back."""

from __future__ import annotations

from typing import Any

from console.errors import ApiError, Conflict, Drift
from console.model.balancer import Listener
from console.model.call import Call
from console.plan.basis import ListenerBasis
from console.plan.desired import DefaultPool
from console.plan.kinds import default_pool
from console.rollout.runner.kinds.kind import UnderWay
from console.rollout.runner.readback import Readback
from console.rollout.runner.reconcile import pool_still_fit
from console.rollout.runner.run import LOOK_DEADLINE
from console.rollout.runner.settle import settle


class DefaultPoolUnderWay(UnderWay):
    """The PUT on one listener."""

    desired: DefaultPool

    @property
    def _listener(self) -> ListenerBasis:
        return self.before.listener(self.desired.listener_id)

    def _now(self) -> Listener | None:
        found = self.run.reader.listeners(self._listener.balancer_id)
        return next((one for one in found if one.id == self.desired.listener_id), None)

    def last_look(self) -> Call:
        """See UnderWay.last_look. Only the pool that it sends to may differ, once it may have been written."""
        now = self._now()
        if now is None:
            raise Drift((f"listener {self.desired.name} is gone",))
        if now.admin_state_up != self._listener.admin_state_up:
            raise Drift((f"admin_state_up of listener {self.desired.name} is {now.admin_state_up}",))
        allowed = {self.desired.before} | ({self.desired.after} if self.run.written else set())
        if now.default_pool_id not in allowed:
            found, planned = now.default_pool_id or "none", self.desired.before or "none"
            raise Drift((f"default_pool_id of listener {self.desired.name} is {found}, was {planned}",))
        return default_pool.call(self.desired, self.before)

    def settle(self) -> None:
        """See UnderWay.settle."""
        settle(self.run, self._listener.balancer_id, self.step.id, self.step.deadline)

    def read_back(self) -> Readback:
        """See UnderWay.read_back."""
        now = self.run.look(self._now, self.step.id, LOOK_DEADLINE)
        name = f"listener {self.desired.name}"
        if now is None:
            return Readback(wrong=(f"{name} is gone",))
        if now.default_pool_id != self.desired.after:
            return Readback(wrong=(f"{name} sends to pool {now.default_pool_id or 'none'}",))
        if now.provisioning_status == "ERROR":
            return Readback(failed=(name,))
        return Readback(pending=() if now.provisioning_status == "ACTIVE" else (name,))

    def still_fit(self) -> None:
        """See UnderWay.still_fit."""
        pool_still_fit(self.run, self.plan, self.desired.after)

    def done(self) -> tuple[str, dict[str, Any]]:
        """See UnderWay.done."""
        text = f"listener {self.desired.name} sends to pool {self.desired.after}"
        return text, {"listener": self.desired.listener_id, "default_pool": self.desired.after}

    def final(self, error: ApiError) -> bool:
        """See UnderWay.final."""
        return isinstance(error, Conflict) and "immutable" not in error.message
