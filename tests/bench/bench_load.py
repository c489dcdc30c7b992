"""What a fleet costs: calls per cycle, time on the UI thread, memory."""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench_ground import PROGRAMS, drill, fresh_home
from bench_pty import Timed
from bench_start import FIRST_PAINT, TRUTH
from bench_table import Row

if TYPE_CHECKING:
    from console.config.model import Config
    from console.model.service import Service

TESTS = Path(__file__).parents[1]
SERVICES, EACH = 50, 10  # instances of each colour
UI_BAR = 50.0  # ms, for 1,000 instances
RECALL_BAR = 100.0  # ms; the watch begins only then
_INTERVAL = 2.0  # seconds between two cycles


def _with_test_kits() -> None:
    for folder in ("unit", "tui"):
        sys.path.insert(0, str(TESTS / folder))


def fleet_config(folder: Path, count: int) -> Config:
    """So many services in one project, each with a pool of its own."""
    from console.config.model import Config, Rotation, Selection, ServiceConfig

    names = [f"api-{number:02d}" for number in range(count)]
    services = {
        name: ServiceConfig(name, "test", Rotation(name, name), instances=Selection(tags=(f"service={name}",)))
        for name in names
    }
    return Config(folder / "config.yaml", services, "sqlite://", interval=_INTERVAL)


def calls(folder: Path, cycles: int) -> Iterator[Row]:
    """Calls of the poller in one cycle of 50 services; every look at a pool counts, unchanged or not."""
    _with_test_kits()
    import os

    from fake_openstack import FakeOpenStack, populate, running

    from console.model.focus import Focus
    from console.watch.poller import Poller

    with running(FakeOpenStack()) as cloud:
        config = fleet_config(folder, SERVICES)
        os.environ["OS_CLIENT_CONFIG_FILE"] = str(cloud.clouds_yaml(Path(tempfile.mkdtemp(dir=folder))))
        for name in config.services:
            populate(cloud, name=name, count=EACH)
        poller = Poller(config, None, lambda _: None)
        poller.focus(Focus())
        poller.start()
        time.sleep(3 * _INTERVAL)
        cloud.log.clear()
        time.sleep(cycles * _INTERVAL)
        log = list(cloud.log)
        poller.stop()
    lists = [line for line in log if "/servers/detail" in line]
    assert lists, "no cycle was seen"

    def per_cycle(part: str) -> float:
        return sum(part in line for line in log) / len(lists)

    note = f"{SERVICES} services, {len(lists)} cycles"
    yield Row("server lists a cycle", per_cycle("/servers/detail"), "calls", 1.0, note)
    yield Row("load balancer lists a cycle", per_cycle("/lbaas/loadbalancers"), "calls", 1.0, note)
    yield Row("calls for each pool a cycle", per_cycle("/members") / SERVICES, "calls", 1.0, note)
    yield Row("all calls a cycle", len(log) / len(lists), "calls", SERVICES + 2.0, note)


def ui_thread(rounds: int) -> Iterator[Row]:
    """Processor time of the UI thread from a snapshot to its picture, at 120x40."""
    _with_test_kits()
    import tuikit

    now = time.time()
    for count, bar in ((1_000, UI_BAR), (10_000, None)):
        first = tuikit.service(now, size=count // 2)
        three, all_of_it = asyncio.run(_applied([first], rounds, now))
        yield Row(f"UI thread, {count:,} instances, 3 facts differ", three, "ms", bar, f"median of {rounds}")
        yield Row(f"UI thread, {count:,} instances, every fact differs", all_of_it, "ms", bar, f"median of {rounds}")
    fleet = [tuikit.service(now, name=f"api-{number:02d}", size=EACH) for number in range(SERVICES)]
    three, all_of_it = asyncio.run(_applied(fleet, rounds, now))
    yield Row(f"UI thread, {SERVICES} services x {2 * EACH}, 3 facts differ", three, "ms", UI_BAR)
    yield Row(f"UI thread, {SERVICES} services x {2 * EACH}, every fact differs", all_of_it, "ms", UI_BAR)


async def _applied(facts: list[Service], rounds: int, now: float) -> tuple[float, float]:
    """Milliseconds until a snapshot is shown: with three facts that differ from the last, and with all of them.

    Snapshots come as the watch hands them over, from a thread of its own, which damps, judges and counts.
    """
    import tuikit

    from console.watch.damping import Damper

    dampers = {each.name: Damper() for each in facts}
    app, watcher, _ = tuikit.make_app(*facts, clock=lambda: now)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()

        async def show(services: list[Service]) -> float:
            seen = [dampers[each.name].damped(each, now) for each in services]
            began = time.thread_time()
            await asyncio.to_thread(watcher.show, *seen)
            await pilot.pause()
            return 1000 * (time.thread_time() - began)

        three = [await show([_weighted(facts[0], 3, count), *facts[1:]]) for count in range(rounds)]
        whole = [await show([_weighted(each, sys.maxsize, count) for each in facts]) for count in range(rounds)]
        shown = app.service(facts[-1].name)
        assert shown is not None
        assert shown.blue.instances[-1].weight == 50 + (rounds - 1) % 50, "the facts were not shown"
    return statistics.median(three), statistics.median(whole)


def recalling(folder: Path, rounds: int) -> Iterator[Row]:
    """What a console waits for before it shows the facts of the last one: the file of a fleet, read."""
    _with_test_kits()
    import tuikit

    from console.model.snapshot import Snapshot
    from console.watch.remembered import recall, remember

    now, path = time.time(), folder / "seen"
    names = [f"api-{number:02d}" for number in range(SERVICES)]
    settings = tuikit.config(*names)
    remember(Snapshot(now, 1, {name: tuikit.service(now, name=name, size=EACH) for name in names}), path, settings)
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        found = recall(path, settings)
        took.append(1000 * (time.perf_counter() - began))
        assert found is not None
        assert len(found.services) == SERVICES
    yield Row(f"recall {SERVICES} services x {2 * EACH} from disk", statistics.median(took), "ms", RECALL_BAR)


def _weighted(facts: Service, most: int, count: int) -> Service:
    """The service with other weights of its first instances: the weights are told from the members."""
    blue = facts.blue.instances
    changed = (
        replace(one, member=replace(one.member, weight=50 + count % 50)) if index < most and one.member else one
        for index, one in enumerate(blue)
    )
    return replace(facts, blue=replace(facts.blue, instances=tuple(changed)))


def memory(folder: Path) -> Iterator[Row]:
    """Resident memory of an empty Textual app, and of the console on drills of one service and of a fleet."""
    with Timed([PROGRAMS, "empty"], env=fresh_home(folder)) as program:
        program.pump(2.0)
        yield Row("memory of an empty Textual app", program.rss, "MiB")
    fleet = ["--services", str(SERVICES), "--instances", str(EACH)]
    for words, what in (([], "on the drill"), (fleet, f"{SERVICES} services x {2 * EACH} on the drill")):
        with drill(folder, *words) as cloud, Timed(cloud.argv, env={**fresh_home(folder), **cloud.env}) as program:
            program.until(FIRST_PAINT if words else TRUTH[0], within=90)
            program.pump(30.0 if words else 10.0)
            note = f"{program.threads} threads, {program.sockets} sockets"
            yield Row(f"memory of the console, {what}", program.rss, "MiB", note=note)
