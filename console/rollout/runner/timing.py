"""All times of a rollout in one place, in seconds, derived from the lease's TTL so that their order always holds."""

from __future__ import annotations

from dataclasses import dataclass

from console.rollout.lease.lease import settle_time


@dataclass(frozen=True, slots=True)
class Timing:
    """Client timeout < kill timer < TTL; a heartbeat every sixth of the TTL (DESIGN §6, rule 8)."""

    ttl: float = 60.0
    poll: float = 1.0  # between two looks at a load balancer that is PENDING
    first_polls: float = 0.2  # the same in the first seconds, when most changes end
    eager: float = 5.0

    @property
    def heartbeat(self) -> float:
        """Between two renewals of the lease."""
        return self.ttl / 6

    @property
    def client_timeout(self) -> float:
        """A write may take so long at most."""
        return self.ttl / 4

    @property
    def settle(self) -> float:
        """After a write whose answer was lost, before its effect is judged: it may still be on its way."""
        return settle_time(self.ttl)

    @property
    def kill(self) -> float:
        """From arming the timer to the process's death: time for a renewal, a look and a write on a slow cloud."""
        return self.ttl * 3 / 4
