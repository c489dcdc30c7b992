"""Facts and what the journal says of them, as one service."""

from __future__ import annotations

import time

import tuikit

from console.model.record import Record
from console.model.snapshot import Snapshot
from console.model.tally import tally
from console.watch.damping import Damper
from screens.recorded import Recorded


def test_what_was_counted_before_the_record_came_is_not_counted_again() -> None:
    now = time.time()
    facts = Damper().damped(tuikit.service(now), now)
    counted = tally(facts, facts.blue, now)
    snapshot = Snapshot(now, 1, {facts.name: facts})
    seen = Recorded().of(snapshot, {facts.name: Record()}).services[facts.name]
    assert seen.record == Record()
    assert tally(seen, seen.blue, now + 1) is counted


def test_the_same_facts_and_record_are_the_same_service() -> None:
    now, recorded = time.time(), Recorded()
    facts = tuikit.service(now)
    snapshot = Snapshot(now, 1, {facts.name: facts})
    first, second = (recorded.of(snapshot, {facts.name: Record()}) for _ in range(2))
    assert first.services[facts.name] is second.services[facts.name]
