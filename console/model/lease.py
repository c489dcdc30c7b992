"""Who is changing a service right now."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LeaseHolder:
    """The holder of a lease, as everyone can read it. Times in Unix seconds of the lease's own server clock."""

    lease_id: str  # the port's id, or the journal row's
    owner: str  # user@host
    rollout: str  # the rollout's id
    action: str  # "cutover nova-api blue>green"
    reason: str
    step: str
    since: float
    renewed_at: float
    ttl: float  # seconds without renewal after which it may be taken over
    beat: int = 0  # counts renewals: Neutron leaves an unchanged description, and its updated_at, alone
    revision: str = ""  # changes with every renewal, whatever the clocks say
    foreign: str = ""  # not one of ours: something else has the address of the lock, in a sentence

    @property
    def words(self) -> str:
        """One sentence: who, where, why, what, at which step."""
        if self.foreign:
            return self.foreign
        why = f', reason "{self.reason}"' if self.reason else ""
        return f"{self.owner} is doing {self.action}{why}, at step {self.step} (rollout {self.rollout})"
