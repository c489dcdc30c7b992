"""L7 policies of the standing preview: found by name, since what is made gets its id from the cloud."""

from __future__ import annotations

from typing import Any

from console.errors import ApiError, Conflict, Drift, NotFound
from console.model.balancer import Policy
from console.model.call import Call
from console.plan.desired import PolicyGone, PreviewPolicy, PreviewRule
from console.plan.kinds import preview
from console.rollout.preview_secret import place, secret
from console.rollout.runner.kinds.kind import UnderWay
from console.rollout.runner.readback import Readback
from console.rollout.runner.run import LOOK_DEADLINE
from console.rollout.runner.settle import settle


class PreviewUnderWay(UnderWay):
    """A policy, its rule, or its end."""

    desired: PreviewPolicy | PreviewRule | PolicyGone

    @property
    def _name(self) -> str:
        return self.desired.policy if isinstance(self.desired, PreviewRule) else self.desired.name

    def _now(self) -> Policy | None:
        found = self.run.reader.policies(self.desired.listener_id)
        return next((one for one in found if one.name == self._name), None)

    def last_look(self) -> Call:
        """See UnderWay.last_look. Octavia would make a second policy of the same name, and a second rule."""
        now = self._now()
        if isinstance(self.desired, PreviewPolicy):
            if now is not None:
                raise Drift((f"L7 policy {self._name} is there already",))
            return self.write.call
        if now is None:
            raise Drift((f"L7 policy {self._name} is gone",))
        if isinstance(self.desired, PolicyGone):
            return self.write.call
        if now.rules:
            raise Drift((f"L7 policy {self._name} has a rule already",))
        return preview.rule(self.desired, now.id, secret(self.plan.service, self.desired.colour))

    def settle(self) -> None:
        """See UnderWay.settle."""
        balancer_id = self.before.listener(self.desired.listener_id).balancer_id
        settle(self.run, balancer_id, self.step.id, self.step.deadline)

    def read_back(self) -> Readback:
        """See UnderWay.read_back."""
        now = self.run.look(self._now, self.step.id, LOOK_DEADLINE)
        name = f"L7 policy {self._name}"
        if isinstance(self.desired, PolicyGone):
            return Readback(pending=() if now is None else (name,))
        if now is None:
            return Readback(wrong=(f"{name} is not there",))
        if isinstance(self.desired, PreviewRule) and not now.attaches:
            return Readback(wrong=(f"{name} attaches nothing: it has no rule, or is disabled",))
        if now.provisioning_status == "ERROR":
            return Readback(wrong=(f"{name} is in provisioning ERROR",))
        return Readback(pending=() if now.provisioning_status == "ACTIVE" else (name,))

    def still_fit(self) -> None:
        """Nobody gets traffic by it."""

    def done(self) -> tuple[str, dict[str, Any]]:
        """See UnderWay.done."""
        if isinstance(self.desired, PolicyGone):
            return f"L7 policy {self._name} is gone", {"policy": self._name}
        if isinstance(self.desired, PreviewPolicy):
            return f"L7 policy {self._name} is there", {"policy": self._name}
        where = place(self.plan.service, self.desired.colour)
        text = f"{self.desired.colour.upper()}'s pool is attached; the value of {preview.HEADER} is in {where}"
        return text, {"policy": self._name}

    def answered(self, error: ApiError) -> bool:
        """A policy that is gone already."""
        return isinstance(self.desired, PolicyGone) and isinstance(error, NotFound)

    def final(self, error: ApiError) -> bool:
        """See UnderWay.final."""
        return isinstance(error, Conflict) and "immutable" not in error.message
