"""What a drill is started with. The control door changes some of it while the drill runs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MOST_INSTANCES = 400  # of each colour
MOST_SERVERS = 4000  # of all services: each is a listening socket, and the health checks share one process


class Fault(StrEnum):
    """A scenario to practise on."""

    GREEN_UNHEALTHY = "green-unhealthy"
    GREEN_BAD_AFTER_SWITCH = "green-bad-after-switch"
    BLUE_DEAD = "blue-dead"
    LB_STUCK = "lb-stuck"
    LB_ERROR = "lb-error"
    CONFLICT_STORM = "conflict-storm"
    SECOND_OPERATOR = "second-operator"
    SLOW_API = "slow-api"
    TOKEN_EXPIRY = "token-expiry"  # noqa: S105 no password
    LOGIN_REFUSED = "login-refused"
    API_DOWN = "api-down"
    API_FORBIDDEN = "api-forbidden"
    RATE_LIMITED = "rate-limited"
    NAMES_LOST = "names-lost"

    @property
    def words(self) -> str:
        """What happens, in a sentence."""
        return _WORDS[self]


_WORDS = {
    Fault.GREEN_UNHEALTHY: "one green instance fails its health check from the start",
    Fault.GREEN_BAD_AFTER_SWITCH: "green answers half of its requests with errors soon after it gets traffic",
    Fault.BLUE_DEAD: "a live instance stops by itself: Nova says ERROR, nothing listens",
    Fault.LB_STUCK: "the first change of the load balancer leaves it in PENDING_UPDATE",
    Fault.LB_ERROR: "the first change of the load balancer ends in ERROR",
    Fault.CONFLICT_STORM: "the first 5 changes of the load balancer get 409, as if somebody were always faster",
    Fault.SECOND_OPERATOR: "somebody else changes a weight in the pool, again and again",
    Fault.SLOW_API: "each answer of the APIs takes 2 s longer",
    Fault.TOKEN_EXPIRY: "every token ends after a few seconds; a login gives another one",
    Fault.LOGIN_REFUSED: "tokens end, and logins are refused",
    Fault.API_DOWN: "Nova drops every connection; the other APIs answer",
    Fault.API_FORBIDDEN: "Octavia answers 403 to everything; the other APIs answer",
    Fault.RATE_LIMITED: "Octavia answers 429 with Retry-After",
    Fault.NAMES_LOST: "the catalog names hosts that cannot be resolved",
}


@dataclass
class Settings:
    """All times in seconds.

    `services`: how many there are (`catalogue`), each with so many `instances` of each colour. `pending`: how long a
    change keeps the load balancer in PENDING_UPDATE. `heartbeat`: time between two checks of the members, after which
    the operating statuses follow. `delay`: added to each answer of the APIs. `token_life`: how long a token is valid.
    `build`: from a server's creation to ACTIVE; `boot`: from there until something listens in it.
    `idle`: whether the idle colour of the first service is there, warm; else it has to be launched.
    `brownfield`: there is only one service, `shop`, made by hand: its servers and members carry no label at all.
    `tags`: whether the cloud knows tags (Nova from 2.26, Octavia from 2.5); without them nothing carries any.
    """

    instances: int = 3
    services: int = 1
    pending: float = 1.5
    heartbeat: float = 3.0
    delay: float = 0.0
    token_life: float = 3600.0
    build: float = 4.0
    boot: float = 2.0
    tags: bool = True
    idle: bool = True
    brownfield: bool = False
    fault: Fault | None = None
