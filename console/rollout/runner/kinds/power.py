"""Power of a server: looked at right before, waited for until Nova has no task on it, read back."""

from __future__ import annotations

from typing import Any

from console.errors import ApiError, Conflict, Drift, NeedsHuman
from console.model.call import Call
from console.model.server import Server
from console.plan.desired import Power
from console.plan.kinds import power
from console.rollout.records import EventKind
from console.rollout.runner import boot_clock
from console.rollout.runner.before_stop import drain
from console.rollout.runner.kinds.kind import UnderWay
from console.rollout.runner.readback import Readback
from console.rollout.runner.reconcile import workers_still_fit
from console.rollout.runner.run import LOOK_DEADLINE


class PowerUnderWay(UnderWay):
    """A start or a stop."""

    desired: Power

    def make_ready(self) -> bool:
        """A worker that is to be stopped hands its work back first. See UnderWay.make_ready."""
        if self.desired.on:
            return False
        return drain(self.run, self.plan, self.step, self.desired.server_id, self.desired.colour)

    def last_look(self) -> Call:
        """See UnderWay.last_look. A task that somebody else began is drift; one of ours was waited for."""
        now = self.run.reader.server(self.desired.server_id)
        planned = self.before.server(self.desired.server_id)
        if now.task_state != planned.task_state:
            raise Drift((f"server {now.name} has task {now.task_state or 'none'}, had {planned.task_state or 'none'}",))
        if now.powered != planned.on and not (self.run.written and now.powered == self.desired.on):
            raise Drift((f"server {now.name} is {now.status}, power state {now.power}",))
        return power.call(self.desired, self.before)

    def settle(self) -> None:
        """Wait until Nova has no task on it. See UnderWay.settle."""
        began = boot_clock.now()
        while True:
            now, waited = self._now(), boot_clock.now() - began
            if now.status == "ERROR":
                fault = f": {now.fault}" if now.fault else ""
                raise NeedsHuman(f"server {now.name} is in ERROR{fault}", "look at its actions and its console")
            if now.task_state is None:
                text = f"server {now.name} is {now.status} after {waited:.1f} s"
                self.run.note(EventKind.SETTLED, self.step.id, text, seconds=round(waited, 3), write=self.write.key)
                return
            if waited > self.step.deadline:
                raise NeedsHuman(
                    f"server {now.name} has task {now.task_state} since {waited:.0f} s",
                    "only the cloud can end that; look at its actions, then `bluegreen resume`",
                )
            timing = self.run.timing
            self.run.wait(timing.first_polls if waited < timing.eager else timing.poll, self.step.id)

    def _now(self) -> Server:
        return self.run.look(lambda: self.run.reader.server(self.desired.server_id), self.step.id, LOOK_DEADLINE)

    def read_back(self) -> Readback:
        """See UnderWay.read_back."""
        now = self._now()
        if now.task_state is not None:
            return Readback(pending=(now.name,))
        if now.powered != self.desired.on:
            return Readback(wrong=(f"server {now.name} is {now.status}, power state {now.power}",))
        return Readback()

    def still_fit(self) -> None:
        """A stop is repeated only while the others work. See UnderWay.still_fit."""
        if not self.desired.on:
            workers_still_fit(self.run, self.plan, self.expected)

    def done(self) -> tuple[str, dict[str, Any]]:
        """See UnderWay.done."""
        text = f"server {self.desired.name} is {'running' if self.desired.on else 'stopped'}"
        return text, {"server": self.desired.server_id, "on": self.desired.on}

    def answered(self, error: ApiError) -> bool:
        """`Cannot 'start' instance X while it is in vm_state active`: it is there already (Nova's 409)."""
        goal = "vm_state active" if self.desired.on else "vm_state stopped"
        return isinstance(error, Conflict) and goal in error.message

    def final(self, error: ApiError) -> bool:
        """A task ends; a lock, or another state, does not. See UnderWay.final."""
        return isinstance(error, Conflict) and "task_state" not in error.message
