"""What the journal adds to a status: rollouts that are not at their end, and whose the leases are."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from console.cli.whose_lease import Whose, whose
from console.config.model import Config
from console.model.service import Service
from console.model.snapshot import Snapshot
from console.rollout.unended import Unended, unended


@dataclass(frozen=True, slots=True)
class Rollouts:
    """By service: the rollouts that are not at their end, newest first, and whose lease it is."""

    unended: Mapping[str, tuple[Unended, ...]] = field(default_factory=dict)
    leases: Mapping[str, Whose] = field(default_factory=dict)

    def of(self, service: Service) -> tuple[Unended, ...]:
        """Those of this service."""
        return self.unended.get(service.name, ())

    def needy(self, service: Service) -> tuple[Unended, ...]:
        """Those of them that nobody ends by itself."""
        return tuple(one for one in self.of(service) if one.needs_you)

    def under_way(self, service: Service) -> tuple[Unended, ...]:
        """Those that go on, but for the one that its lease tells of."""
        holder = service.lease.rollout if service.lease is not None else ""
        return tuple(one for one in self.of(service) if not one.needs_you and one.rollout.id != holder)

    def lease_words(self, service: Service, now: float) -> str:
        """Who does what, or what became of it; empty where nobody holds the lease."""
        if service.lease is None:
            return ""
        found = self.leases.get(service.name, Whose(service.lease))
        return f"{found.words(now)}; {found.hint}" if found.ended else found.words(now)


NOTHING_KNOWN = Rollouts()


def rollouts_of(config: Config, snapshot: Snapshot) -> Rollouts:
    """Read them, at the time of the snapshot."""
    held = {name: one.lease for name, one in snapshot.services.items() if one.lease is not None}
    return Rollouts(
        unended(config.journal, snapshot.services), {name: whose(config, lease) for name, lease in held.items()}
    )


class Now:
    """The same for a watch, read again once it is some seconds old: a runner's death is in no record."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._read_at = 0.0
        self._held: dict[str, str] = {}
        self._found = NOTHING_KNOWN

    def of(self, snapshot: Snapshot) -> Rollouts:
        """What is known now."""
        held = {name: one.lease.rollout for name, one in snapshot.services.items() if one.lease is not None}
        if held != self._held or time.monotonic() - self._read_at > _OLD:
            self._held, self._read_at, self._found = held, time.monotonic(), rollouts_of(self._config, snapshot)
        return self._found


_OLD = 5.0  # seconds
