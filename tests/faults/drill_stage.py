"""A stage on a drill of its own, whose record of writes can be counted."""

from __future__ import annotations

from dataclasses import dataclass

from stage import Stage

from console.drill.server import Drill

TTL = 6.0  # seconds: the shortest that the config takes


@dataclass
class DrillStage(Stage):
    """A stage on a drill of its own."""

    drill: Drill | None = None

    def batches(self, since: int = 0) -> int:
        """How many batches of members the load balancer has been sent after mark `since`."""
        assert self.drill is not None
        writes = self.drill.control.get("writes", params={"since": since}).json()["writes"]
        return sum(write["method"] == "PUT" and "/members" in write["path"] for write in writes)

    def mark(self) -> int:
        """A mark in the record of writes."""
        assert self.drill is not None
        return int(self.drill.control.get("writes").json()["mark"])

    def trouble(self, path: str, **body: object) -> None:
        """Make something happen in the drill."""
        assert self.drill is not None
        answer = self.drill.control.request("POST" if path == "trouble" else "PUT", path, json=body)
        assert answer.is_success, answer.text
