"""A stage on a set of the lab, whose writes are counted in the load balancer API's own log."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lab.process import log_file
from stage import Stage

TTL = 20.0  # seconds: the lab's APIs take a second or two on a busy machine


@dataclass
class LabStage(Stage):
    """A stage on a seeded set."""

    pool_id: str = ""

    def mark(self) -> int:
        """The length of the API's log."""
        return log_file("octavia").stat().st_size

    def batches(self, since: int = 0) -> int:
        """How many batches of members our pool has been sent after the mark."""
        with log_file("octavia").open("rb") as log:
            log.seek(since)
            text = log.read().decode(errors="replace")
        return len(re.findall(rf" PUT /v2/lbaas/pools/{self.pool_id}/members\?", text))
