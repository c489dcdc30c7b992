"""Is the runner of another host dead? From here only its leases tell: a living one renews them."""

from __future__ import annotations

import time

import msgspec
import sqlalchemy as sa

from console.cloud.lease_reader import holder_of, ports_of
from console.cloud.reader import Reader
from console.config.model import Config
from console.errors import LeaseHeld
from console.model.lease import LeaseHolder
from console.rollout.journal import Journal
from console.rollout.liveness import runner_host
from console.rollout.records import Rollout
from console.rollout.schema import leases
from console.watch.observe import Observer

_LOOK = 0.5  # seconds between two looks
_HEARTBEATS = 2.5  # how many of them are waited for


def refuse_living(config: Config, journal: Journal, rollout: Rollout) -> None:
    """Raise LeaseHeld when the rollout's runner renews its lease within the time of some heartbeats.

    Raises CloudError, JournalError where the leases cannot be seen.
    """
    before, end = _revisions(config, journal, rollout), time.monotonic() + _HEARTBEATS * config.lease.ttl / 6
    while time.monotonic() < end:
        time.sleep(_LOOK)
        now = _revisions(config, journal, rollout)
        if any(now.get(ident, revision) != revision for ident, revision in before.items()):
            raise LeaseHeld(
                f"the runner of rollout {rollout.id} on {runner_host(rollout)} has renewed its lease just now",
                f"it is alive: `bluegreen attach {rollout.id}` follows it, `bluegreen abort {rollout.id}` stops it",
            )
        before |= now


def _revisions(config: Config, journal: Journal, rollout: Rollout) -> dict[str, str]:
    """What changes with each renewal of each lease of the rollout."""
    return {one.lease_id: one.revision for one in holders(config, journal, rollout)}


def holders(config: Config, journal: Journal, rollout: Rollout) -> list[LeaseHolder]:
    """The leases that the rollout has now, as whoever holds them renewed them last. Raises as `refuse_living` does."""
    if config.lease.network is None:
        with journal.reading() as connection:
            rows = connection.execute(sa.select(leases.c.holder)).scalars()
            found = [msgspec.json.decode(text, type=LeaseHolder) for text in rows]
        return [one for one in found if one.rollout == rollout.id]
    reader = Reader(Observer(config, [rollout.service]).session(rollout.service))
    ids = ports_of(reader, config.lease.network, rollout.id)
    return [holder_of(port) for ident in ids for port in reader.ports(id=ident)]
