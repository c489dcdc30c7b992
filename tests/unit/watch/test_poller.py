from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from fake_openstack import FakeOpenStack, populate
from watching import Screen

from console.cloud.lease_reader import describe, mac_for
from console.config.model import Config, LeaseConfig, Rotation, Selection, ServiceConfig, VipCheck
from console.model.colour import Colour
from console.model.lease import LeaseHolder
from console.model.service import BALANCER, SERVERS, VIP
from console.model.snapshot import Snapshot
from console.watch.poller import IDLE_STRETCH, Poller
from console.watch.watched import Watched


@pytest.fixture
def screen() -> Screen:
    return Screen()


Watch = Callable[..., Poller]


@pytest.fixture
def watch(cloud: FakeOpenStack, tmp_path: Path, screen: Screen) -> Iterator[Watch]:
    cloud.clouds_yaml(tmp_path)
    populate(cloud)
    started: list[Poller] = []

    def start(
        interval: float = 0.2,
        publish: Callable[[Snapshot], None] = screen.publish,
        lease: LeaseConfig = LeaseConfig(),  # noqa: B008 immutable
        **more: Any,
    ) -> Poller:
        service = ServiceConfig(
            "api", "test", Rotation("api", "api"), instances=Selection(tags=("service=api",)), **more
        )
        config = Config(Path("c"), {"api": service}, "sqlite:///x", lease, interval=interval)
        poller = Poller(config, None, publish)
        poller.start()
        started.append(poller)
        return poller

    yield start
    for poller in started:
        poller.stop()


def test_the_first_snapshot_is_whole(watch: Watch, screen: Screen) -> None:
    watch()
    first = screen.wait(lambda _: True)
    first = screen.seen[0]
    assert first.services["api"].live is Colour.BLUE
    assert first.services["api"].blue.instances[0].server is not None
    assert first.generation == 1


def test_changes_are_seen_and_generations_grow(cloud: FakeOpenStack, watch: Watch, screen: Screen) -> None:
    watch()
    screen.wait(lambda _: True)
    cloud.members["api-p"][0]["weight"] = 0
    screen.wait(lambda one: one.services["api"].blue.weight == 2)
    generations = [one.generation for one in screen.seen]
    assert generations == sorted(set(generations))


def test_a_hanging_nova_does_not_hold_up_the_load_balancer(cloud: FakeOpenStack, watch: Watch, screen: Screen) -> None:
    release = threading.Event()
    watch()
    screen.wait(lambda _: True)
    cloud.faults["/compute"] = lambda: (release.wait(20), (200, {"servers": []}))[1]
    cloud.members["api-p"][0]["weight"] = 0
    try:
        found = screen.wait(lambda one: one.services["api"].blue.weight == 2)
        hung = found.services["api"].source(SERVERS).seen_at or 0.0
        later = screen.wait(lambda one: (one.services["api"].source(BALANCER).seen_at or 0.0) > hung + 0.5)
        assert later.services["api"].blue.instances[0].server is not None, "the last facts of Nova stay"
    finally:
        release.set()


def test_stop_returns_at_once_and_nothing_is_published_after(
    cloud: FakeOpenStack, watch: Watch, screen: Screen
) -> None:
    release = threading.Event()
    poller = watch()
    screen.wait(lambda _: True)
    cloud.faults["/"] = lambda: (release.wait(20), (200, {}))[1]
    time.sleep(0.3)
    try:
        began = time.monotonic()
        poller.stop()
        assert time.monotonic() - began < 0.1
        time.sleep(0.1)
        count = len(screen.seen)
        time.sleep(0.6)
        assert len(screen.seen) == count
    finally:
        release.set()


def test_an_unreachable_cloud_is_published_as_such(cloud: FakeOpenStack, watch: Watch, screen: Screen) -> None:
    cloud.faults["/identity"] = (503, {"error": {"message": "closed"}})
    watch()
    first = screen.wait(lambda one: one.services["api"].source(SERVERS).problem)
    assert "closed" in first.services["api"].source(BALANCER).problem


def test_refresh_looks_now(cloud: FakeOpenStack, watch: Watch, screen: Screen) -> None:
    poller = watch(interval=600.0)
    screen.wait(lambda _: True)
    cloud.members["api-p"][0]["weight"] = 0
    poller.refresh()
    screen.wait(lambda one: one.services["api"].blue.weight == 2, 5.0)


def test_a_load_balancer_in_a_change_is_followed_closely(cloud: FakeOpenStack, watch: Watch, screen: Screen) -> None:
    cloud.balancers[0]["provisioning_status"] = "PENDING_UPDATE"
    watch(interval=600.0)
    screen.wait(lambda _: True)
    cloud.balancers[0]["provisioning_status"] = "ACTIVE"

    def active(one: Snapshot) -> bool:
        balancer = one.services["api"].balancer
        return balancer is not None and balancer.provisioning_status == "ACTIVE"

    screen.wait(active, 5.0)
    assert len(cloud.asked("GET /compute/v2.1/servers")) == 1, "only the load balancer is in a hurry"


def test_while_somebody_holds_the_lease_the_load_balancer_is_followed_closely(
    cloud: FakeOpenStack, tmp_path: Path, watch: Watch, screen: Screen
) -> None:
    holder = LeaseHolder("p", "bob@jump2", "r1", "cutover api blue>green", "", "shift", 1.0, 2.0, 60.0)
    cloud.networks = [{"id": "n1", "name": "lease"}]
    port = {"id": "p", "mac_address": mac_for("api-p"), "network_id": "n1", "name": "bluegreen-lease-api"}
    cloud.ports = [{**port, "description": describe(holder)}]
    watch(interval=600.0, lease=LeaseConfig(network="lease"))
    screen.wait(lambda one: one.services["api"].lease)
    cloud.members["api-p"][0]["weight"] = 0
    screen.wait(lambda one: one.services["api"].blue.weight == 2, 5.0)


def test_pool_and_listeners_are_not_read_again_while_nothing_changed(
    cloud: FakeOpenStack, watch: Watch, screen: Screen
) -> None:
    watch()
    screen.wait(lambda one: one.generation >= 3)
    assert len(cloud.asked("GET /load-balancer/v2/lbaas/listeners")) == 1
    cloud.pools[0]["session_persistence"] = {"type": "HTTP_COOKIE"}
    cloud.balancers[0]["updated_at"] = "2026-11-23T13:00:05"

    def sticky(one: Snapshot) -> bool:
        pool = one.services["api"].pool
        return pool is not None and pool.session_persistence == "HTTP_COOKIE"

    screen.wait(sticky)


def test_the_vip_is_asked_all_the_time(cloud: FakeOpenStack, watch: Watch, screen: Screen) -> None:
    port = cloud.url.rpartition(":")[2]
    watch(interval=600.0, vip=VipCheck(f"http://{{vip}}:{port}/identity/v3", "version.id", rate=20.0))

    def enough(one: Snapshot) -> bool:
        traffic = one.services["api"].traffic
        return traffic is not None and len(traffic.answers) >= 20

    found = screen.wait(enough)
    traffic = found.services["api"].traffic
    assert traffic is not None
    assert {answer.version for answer in traffic.answers} == {"v3.14"}
    times = [answer.at for answer in traffic.answers]
    assert times == sorted(times)
    assert found.services["api"].source(VIP).fresh(found.taken_at)
    cloud.faults["/identity/v3"] = (503, {})
    lost = screen.wait(lambda one: one.services["api"].traffic and one.services["api"].traffic.lost)
    assert lost.services["api"].traffic is not None
    whole = [one.taken_at for one in screen.seen[1:]]
    assert all(later - earlier > 0.4 for earlier, later in pairwise(whole)), "at most 1 per second"


def test_a_screen_that_refuses_a_snapshot_gets_the_next_one(watch: Watch, screen: Screen) -> None:
    calls = []

    def publish(snapshot: Snapshot) -> None:
        calls.append(snapshot)
        if len(calls) == 1:
            raise RuntimeError("not running yet")
        screen.publish(snapshot)

    watch(publish=publish)
    assert screen.wait(lambda _: True).generation > 1


def test_when_nobody_does_anything_it_looks_less_often(
    watch: Watch, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.watch.poller.IDLE_AFTER", 0.5)
    poller = watch()
    calm = time.monotonic() + 10
    while poller._schedule.stretch == 1.0 and time.monotonic() < calm:
        time.sleep(0.05)
    assert poller._schedule.stretch == IDLE_STRETCH
    newest = screen.wait(lambda one: one.services["api"].source(SERVERS).good_for > 15)
    assert newest.services["api"].source(SERVERS).fresh(newest.taken_at)
    poller.refresh()
    awake = time.monotonic() + 10
    while poller._schedule.stretch != 1.0 and time.monotonic() < awake:
        time.sleep(0.01)
    assert time.monotonic() < awake


def test_a_service_that_nobody_foresaw_does_not_end_the_watch(
    watch: Watch, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = True
    announced = Watched.announced

    def odd(self: Watched, now: float) -> Any:
        if broken:
            raise KeyError("odd")
        return announced(self, now)

    monkeypatch.setattr(Watched, "announced", odd)
    watch()
    found = screen.wait(lambda one: one.services["api"].source(SERVERS).problem)
    assert found.services["api"].source(SERVERS).problem == "unexpected KeyError: 'odd'"
    assert "report" in found.services["api"].source(BALANCER).hint
    broken = False
    screen.wait(lambda one: one.services["api"].live is Colour.BLUE)


def test_an_error_in_the_watch_itself_does_not_end_it(
    watch: Watch, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.watch.poller.PACE", 0.05)
    poller = watch()
    newest = screen.wait(lambda _: True)
    handle = poller._handle
    failed: list[Any] = []

    def fail(event: Any) -> None:
        if not failed:
            failed.append(event)
            raise RuntimeError("odd")
        handle(event)

    monkeypatch.setattr(poller, "_handle", fail)
    poller.refresh()
    screen.wait(lambda one: failed and one.generation > newest.generation + 3)
