"""What comes from the poller while nobody takes it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from textual.message import Message
from tuikit import config, instance, service, with_instances

from console.config.model import Config
from console.model.colour import Colour
from console.model.focus import Focus
from console.model.instance import Probe
from console.model.service import Service
from console.model.snapshot import Snapshot
from console.model.verdict import verdict
from screens.messages import SnapshotReady
from screens.verdicts import Verdicts, prepare
from screens.watching import Watching


class Poller:
    """A watcher that does nothing by itself."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def refresh(self) -> None: ...
    def focus(self, wish: Focus) -> None: ...
    def pause(self, paused: bool) -> None: ...


def begun(
    posted: list[Message], prepare: Callable[[Snapshot], object] = lambda facts: None
) -> tuple[Watching, Callable[[Snapshot], None]]:
    """A console's side, and what its poller publishes with."""
    made = threading.Event()
    publishers: list[Callable[[Snapshot], None]] = []

    def watch(_: Config, publish: Callable[[Snapshot], None]) -> Poller:
        publishers.append(publish)
        made.set()
        return Poller()

    watching = Watching(watch, posted.append, prepare)
    watching.begin(config())
    assert made.wait(10)
    return watching, publishers[0]


def test_snapshots_that_nobody_takes_do_not_pile_up() -> None:
    posted: list[Message] = []
    watching, publish = begun(posted)
    for generation in range(100):
        publish(Snapshot(float(generation), generation, {}))
    (message,) = posted
    assert isinstance(message, SnapshotReady)
    assert watching.take(message).generation == 99
    publish(Snapshot(100.0, 100, {}))
    assert [watching.take(each).generation for each in posted if isinstance(each, SnapshotReady)] == [99, 100]


def test_nothing_comes_of_a_poller_that_was_stopped() -> None:
    posted: list[Message] = []
    watching, publish = begun(posted)
    watching.stop()
    publish(Snapshot(1.0, 1, {}))
    assert posted == []


def test_facts_are_prepared_before_the_console_hears_of_them() -> None:
    posted: list[Message] = []
    prepared: list[tuple[int, int]] = []
    _, publish = begun(posted, lambda facts: prepared.append((facts.generation, len(posted))))
    publish(Snapshot(1.0, 1, {}))
    assert prepared == [(1, 0)]
    assert len(posted) == 1


def test_a_prepared_verdict_is_not_made_again_where_it_is_shown() -> None:
    now = time.time()
    facts = service(now)
    prepare(Snapshot(now, 1, {facts.name: facts}), now)
    _, made = facts.memo["verdict"]
    assert Verdicts().of(facts, now) is made
    late = now + 3600
    assert Verdicts().of(facts, late) == verdict(facts, Verdicts.moment(facts, late)) != made


def test_a_problem_that_stale_facts_hide_for_a_time_goes_on_since_it_began() -> None:
    start = 1_800_000_000.0
    verdicts, problem = Verdicts(), "api-blue-1: the direct probe says 503"

    def at(second: float, status: int = 503) -> Service:
        now = start + second
        ill = instance(Colour.BLUE, 1, now, probe=Probe(status == 200, now, 3.0, status))
        return with_instances(service(now), Colour.BLUE, ill)

    verdicts.of(at(0), start)
    assert (began := verdicts.noticed("api", problem)) == start
    verdicts.of(at(0), start + 100)
    assert verdicts.noticed("api", problem) is None
    verdicts.of(at(200), start + 200)
    assert verdicts.noticed("api", problem) == began
    verdicts.of(at(210, 200), start + 210)
    verdicts.of(at(220), start + 220)
    assert verdicts.noticed("api", problem) == start + 220, "it was over in between"
