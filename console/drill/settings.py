"""What a drill is started with. The control door changes some of it while the drill runs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MOST_INSTANCES = 400  # of each colour: their addresses share one /22


class Fault(StrEnum):
    """A scenario to practise on."""

    GREEN_UNHEALTHY = "green-unhealthy"
    GREEN_BAD_AFTER_SWITCH = "green-bad-after-switch"
    LB_STUCK = "lb-stuck"
    LB_ERROR = "lb-error"
    SLOW_API = "slow-api"
    CONFLICT_STORM = "conflict-storm"

    @property
    def words(self) -> str:
        """What happens, in a sentence."""
        return _WORDS[self]


_WORDS = {
    Fault.GREEN_UNHEALTHY: "one green instance fails its health check from the start",
    Fault.GREEN_BAD_AFTER_SWITCH: "green answers half of its requests with errors soon after it gets traffic",
    Fault.LB_STUCK: "the first change of the load balancer leaves it in PENDING_UPDATE",
    Fault.LB_ERROR: "the first change of the load balancer ends in ERROR",
    Fault.SLOW_API: "each answer of the APIs takes 2 s longer",
    Fault.CONFLICT_STORM: "the first 5 changes of the load balancer get 409, as if somebody were always faster",
}


@dataclass
class Settings:
    """All times in seconds.

    `pending`: how long a change keeps the load balancer in PENDING_UPDATE. `heartbeat`: time between two checks of
    the members, after which the operating statuses follow. `delay`: added to each answer of the APIs.
    `token_life`: how long a token is valid.
    """

    instances: int = 3
    pending: float = 1.5
    heartbeat: float = 3.0
    delay: float = 0.0
    token_life: float = 3600.0
    fault: Fault | None = None

    def __post_init__(self) -> None:
        if self.fault is Fault.SLOW_API:
            self.delay = max(self.delay, 2.0)
