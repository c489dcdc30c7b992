"""Server groups: made once for a colour, deleted when nothing is in them."""

from __future__ import annotations

from typing import Any

from console.cloud.stock import server_groups
from console.errors import ApiError, NotFound
from console.model.call import Call
from console.model.stock import Group
from console.plan.desired import GroupGone
from console.plan.kinds.groups import Gone
from console.rollout.runner.kinds.kind import UnderWay
from console.rollout.runner.readback import Readback
from console.rollout.runner.run import LOOK_DEADLINE


class _OnGroup(UnderWay):
    busy = (429, 503)

    def _now(self) -> Group | None:
        return next((one for one in server_groups(self.run.reader.session) if one.name == self.desired.name), None)

    def settle(self) -> None:
        """See UnderWay.settle: Nova answers when it is done."""

    def still_fit(self) -> None:
        """See UnderWay.still_fit."""


class GroupMadeUnderWay(_OnGroup):
    """POST of a group."""

    def already(self) -> bool:
        """See UnderWay.already: Nova would make a second one of the same name."""
        return self.run.look(self._now, self.step.id, LOOK_DEADLINE) is not None

    def last_look(self) -> Call:
        """See UnderWay.last_look."""
        return self.write.call

    def read_back(self) -> Readback:
        """See UnderWay.read_back."""
        there = self.run.look(self._now, self.step.id, LOOK_DEADLINE)
        return Readback() if there is not None else Readback(wrong=(f"there is no server group {self.desired.name}",))

    def done(self) -> tuple[str, dict[str, Any]]:
        """See UnderWay.done."""
        return f"server group {self.desired.name} is there", {"group": self.desired.name}


class GroupGoneUnderWay(_OnGroup):
    """DELETE of a group that is empty."""

    desired: GroupGone

    def last_look(self) -> Call:
        """See UnderWay.last_look. A group that is gone answers 404, which is as good."""
        found = self._now()
        return Gone().by_id(self.desired, found.id if found is not None else "gone")

    def read_back(self) -> Readback:
        """See UnderWay.read_back."""
        there = self.run.look(self._now, self.step.id, LOOK_DEADLINE)
        return Readback() if there is None else Readback(pending=(self.desired.name,))

    def answered(self, error: ApiError) -> bool:
        """See UnderWay.answered."""
        return isinstance(error, NotFound)

    def done(self) -> tuple[str, dict[str, Any]]:
        """See UnderWay.done."""
        return f"server group {self.desired.name} is gone", {"group": self.desired.name}
