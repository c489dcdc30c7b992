"""What goes wrong between the watch and the cloud, and comes right again by itself."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_openstack import FakeOpenStack, populate
from watching import Screen

from console.cloud import session
from console.config.model import Config, Rotation, Selection, ServiceConfig
from console.model.service import BALANCER, SERVERS, Source
from console.model.snapshot import Snapshot
from console.watch.poller import Poller

Watch = Callable[[], Poller]


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
def watch(cloud: FakeOpenStack, tmp_path: Path, screen: Screen) -> Iterator[Watch]:
    populate(cloud)
    started: list[Poller] = []

    def start() -> Poller:
        cloud.clouds_yaml(tmp_path)
        service = ServiceConfig("api", "test", Rotation("api", "api"), instances=Selection(tags=("service=api",)))
        poller = Poller(Config(Path("c"), {"api": service}, "sqlite:///x", interval=0.2), None, screen.publish)
        poller.start()
        started.append(poller)
        return poller

    yield start
    for poller in started:
        poller.stop()


def source(snapshot: Snapshot, name: str = SERVERS) -> Source:
    return snapshot.services["api"].source(name)


def well(snapshot: Snapshot) -> bool:
    return all(not source(snapshot, name).problem and source(snapshot, name).seen_at for name in (SERVERS, BALANCER))


def after(screen: Screen, fits: Callable[[Snapshot], object]) -> Snapshot:
    """A snapshot that fits and is younger than all that were published so far."""
    last = screen.seen[-1].generation if screen.seen else 0
    return screen.wait(lambda one: one.generation > last and fits(one))


def test_a_token_that_is_revoked_is_renewed_unseen(cloud: FakeOpenStack, watch: Watch, screen: Screen) -> None:
    watch()
    screen.wait(well)
    for _ in range(3):
        cloud.tokens.clear()
        assert after(screen, well)
    assert not any(source(one).problem for one in screen.seen), "nobody needs to know"


def test_a_token_that_cannot_be_renewed_is_said_and_tried_again(
    cloud: FakeOpenStack, watch: Watch, screen: Screen
) -> None:
    watch()
    screen.wait(well)
    cloud.tokens.clear()
    cloud.faults["/identity"] = (503, {"error": {"message": "maintenance"}})
    found = screen.wait(lambda one: "maintenance" in source(one).problem and source(one).doing)
    assert "trying again" in source(found).advice
    assert found.services["api"].blue.instances, "the last facts stay"
    cloud.faults.clear()
    after(screen, well)


def test_an_endpoint_that_moved_is_found_again(
    cloud: FakeOpenStack, watch: Watch, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "CATALOG_AGE", 0.5)
    make = FakeOpenStack._token
    moved = True

    def token(self: FakeOpenStack) -> Any:
        made = make(self)
        for entry in made["catalog"] if moved else ():
            if entry["type"] == "load-balancer":
                entry["endpoints"][0]["url"] = "http://127.0.0.1:1/load-balancer"
        return made

    monkeypatch.setattr(FakeOpenStack, "_token", token)
    watch()
    found = screen.wait(lambda one: source(one, BALANCER).problem)
    assert "cannot connect" in source(found, BALANCER).problem
    assert "127.0.0.1:1" in source(found, BALANCER).problem
    assert source(found, SERVERS).problem == "", "the others work on"
    moved = False
    after(screen, well)


def test_a_service_that_enters_the_catalog_is_found(
    cloud: FakeOpenStack, watch: Watch, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "CATALOG_AGE", 0.5)
    cloud.catalog = ("compute", "network", "image")
    watch()
    found = screen.wait(lambda one: source(one, BALANCER).problem)
    assert "has no load-balancer service" in source(found, BALANCER).problem
    cloud.catalog = ("compute", "network", "image", "load-balancer")
    after(screen, well)


def test_a_lost_service_does_not_cost_a_login_at_each_look(cloud: FakeOpenStack, watch: Watch, screen: Screen) -> None:
    cloud.catalog = ("compute", "network", "image")
    watch()
    screen.wait(lambda one: one.generation > 5)
    assert cloud.logins == 1


def test_a_forbidden_api_leaves_the_rest(cloud: FakeOpenStack, watch: Watch, screen: Screen) -> None:
    cloud.faults["/load-balancer"] = (403, {"faultstring": "Policy does not allow this request"})
    watch()
    found = screen.wait(lambda one: source(one, BALANCER).problem and source(one, SERVERS).seen_at)
    assert "403" in source(found, BALANCER).problem
    assert "roles" in source(found, BALANCER).hint
    assert [one.server is not None for one in found.services["api"].blue.instances] == [True] * 3
    cloud.faults.clear()
    after(screen, well)


def test_a_name_that_cannot_be_resolved(
    cloud: FakeOpenStack, watch: Watch, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.url = cloud.url.replace("127.0.0.1", "localhost")
    resolve, lost = socket.getaddrinfo, True

    def getaddrinfo(host: Any, *more: Any, **named: Any) -> Any:
        if lost and host == "localhost":
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return resolve(host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    watch()
    found = screen.wait(lambda one: source(one).problem)
    assert "Temporary failure in name resolution" in source(found).problem
    assert source(found).problem == source(found, BALANCER).problem, "one cause, one sentence"
    lost = False
    after(screen, well)


def test_a_proxy_that_is_gone_is_named(
    cloud: FakeOpenStack, watch: Watch, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://user:hidden@127.0.0.1:1")
    watch()
    found = screen.wait(lambda one: source(one).problem)
    assert "cannot reach the proxy 127.0.0.1:1" in source(found).problem
    assert "hidden" not in source(found).problem + source(found).hint
    assert "NO_PROXY" in source(found).hint
    monkeypatch.setenv("HTTP_PROXY", cloud.url)
    after(screen, well)


def test_an_api_that_asks_to_slow_down_is_left_alone(cloud: FakeOpenStack, watch: Watch, screen: Screen) -> None:
    times: list[float] = []

    def busy() -> tuple[int, Any]:
        times.append(time.monotonic())
        return 429, {"overLimit": {"message": "too many requests"}}

    cloud.faults["/compute"] = busy
    cloud.retry_after = "2"
    watch()
    found = screen.wait(lambda one: source(one).doing)
    assert "slow down for 2 s" in source(found).hint
    assert re.search(r"; trying again at \d\d:\d\d:\d\d$", source(found).advice)  # a countdown would stand frozen
    time.sleep(2.5)
    assert len(times) == 2
    assert times[1] - times[0] >= 2


def test_who_fails_because_of_the_login_says_when_that_is_tried_again(
    cloud: FakeOpenStack, watch: Watch, screen: Screen
) -> None:
    cloud.faults["/identity"] = (429, {"error": {"message": "too many logins"}})
    cloud.retry_after = "30"
    watch()
    found = screen.wait(lambda one: source(one, SERVERS).doing and source(one, BALANCER).doing)
    assert "trying again at " in source(found, SERVERS).doing
    assert source(found, SERVERS).doing == source(found, BALANCER).doing
    time.sleep(1)
    assert len(cloud.asked("GET /identity")) == 1


def test_a_connection_that_is_closed_without_an_answer_is_said_in_plain_words(
    cloud: FakeOpenStack, watch: Watch, screen: Screen
) -> None:
    def hang_up() -> Any:
        raise ConnectionError

    cloud.faults["/compute"] = hang_up
    watch()
    found = screen.wait(lambda one: source(one).problem)
    assert source(found).problem.endswith("Remote end closed connection without response")
    assert "(" not in source(found).problem


def test_a_clock_that_is_set_forth_and_back_is_no_problem(
    cloud: FakeOpenStack, watch: Watch, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch()
    screen.wait(well)
    steady = time.clock_gettime
    # to the watch it is all the same whether the wall clock or the steady one is moved against the other
    for by in (3600.0, -3600.0):
        monkeypatch.setattr(time, "clock_gettime", lambda clock, by=by: steady(clock) + by)
        found = after(screen, well)
        assert source(found).fresh(found.taken_at)
