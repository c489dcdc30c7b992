from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_openstack import FakeOpenStack, populate
from watching import Screen

from console.config.model import Config, LeaseConfig, Rotation, Selection, ServiceConfig
from console.model.focus import Focus
from console.model.service import BALANCER, SESSIONS, STATS
from console.watch.poller import Poller

SERVER = "/compute/v2.1/servers/api-blue-1"
OCTAVIA = "/load-balancer/v2/lbaas"
Watch = Callable[..., Poller]


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
def watch(cloud: FakeOpenStack, tmp_path: Path, screen: Screen) -> Iterator[Watch]:
    cloud.clouds_yaml(tmp_path)
    populate(cloud)
    details(cloud)
    started: list[Poller] = []

    def start(interval: float = 0.2, names: tuple[str, ...] = ("api",), **more: Any) -> Poller:
        services = {
            name: ServiceConfig(
                name, "test", Rotation(name, name), instances=Selection(tags=(f"service={name}",)), **more
            )
            for name in names
        }
        config = Config(Path("c"), services, "sqlite:///x", LeaseConfig(), interval=interval)
        poller = Poller(config, None, screen.publish)
        poller.start()
        started.append(poller)
        return poller

    yield start
    for poller in started:
        poller.stop()


def details(cloud: FakeOpenStack) -> None:
    """What the fake cloud does not know by itself; the longer paths first, as the first that fits answers."""
    totals = {"active_connections": 2, "total_connections": 100, "bytes_in": 1, "bytes_out": 2, "request_errors": 0}
    action = {"action": "create", "request_id": "req-1", "start_time": "2026-11-23T12:00:00", "user_id": "u1"}
    event = {"event": "compute__do_build", "start_time": "2026-11-23T12:00:01", "finish_time": "2026-11-23T12:00:09"}
    cloud.faults |= {
        f"{OCTAVIA}/listeners/api-80/stats": (200, {"stats": totals}),
        f"{OCTAVIA}/l7policies/pol-1/rules": (200, {"rules": [{"id": "r1", "type": "HEADER", "key": "X-Colour"}]}),
        f"{OCTAVIA}/l7policies": (
            200,
            {"l7policies": [{"id": "pol-1", "listener_id": "api-80", "rules": [{"id": "r1"}], "position": 1}]},
        ),
        f"{SERVER}/os-instance-actions/req-1": (200, {"instanceAction": {**action, "events": [event]}}),
        f"{SERVER}/os-instance-actions": (200, {"instanceActions": [action]}),
        f"{SERVER}/action": (200, {"output": "booted\nlogin:"}),
        SERVER: (
            200,
            {"server": {"id": "api-blue-1", "status": "ACTIVE", "flavor": {"original_name": "m1", "vcpus": 2}}},
        ),
        "/image/v2/images/image-blue": (200, {"id": "image-blue", "name": "nova-api", "git_commit": "abc"}),
    }


def test_the_instance_in_focus_is_asked_for_every_detail(watch: Watch, screen: Screen) -> None:
    poller = watch()
    poller.focus(Focus("api", "api-blue-1"))
    found = screen.wait(lambda one: one.instance and one.instance.console and one.instance.image and one.instance.deeds)
    assert found.instance is not None
    assert found.instance.details["flavor"] == "m1: 2 vCPU"
    assert found.instance.image["git_commit"] == "abc"
    assert found.instance.deeds[0].events[0].name == "compute__do_build"
    assert found.instance.console == "booted\nlogin:"
    assert all(source.fresh(found.taken_at) for source in found.instance.sources.values())


def test_a_detail_that_is_forbidden_leaves_the_others(cloud: FakeOpenStack, watch: Watch, screen: Screen) -> None:
    cloud.faults[f"{SERVER}/action"] = (403, {"forbidden": {"message": "Policy does not allow it"}})
    watch().focus(Focus("api", "api-blue-1"))
    found = screen.wait(lambda one: one.instance and one.instance.sources["console"].problem and one.instance.details)
    assert found.instance is not None
    assert found.instance.console is None
    assert "403" in found.instance.sources["console"].problem
    assert "role member" in found.instance.sources["console"].hint
    assert found.instance.sources["server"].problem == ""


def test_the_load_balancer_in_focus_is_shown_whole(cloud: FakeOpenStack, watch: Watch, screen: Screen) -> None:
    others = {"loadbalancers": [{"id": "api-l"}]}
    cloud.pools.append({"id": "theirs-p", "name": "theirs", **others})
    cloud.members["theirs-p"] = [{"id": "t1", "address": "10.9.9.9", "protocol_port": 1}]
    watch().focus(Focus("api", balancer=True))
    found = screen.wait(
        lambda one: one.load_balancers and one.load_balancers[0].policies and one.load_balancers[0].rates
    )
    (whole,) = found.load_balancers
    assert {pool.name for pool in whole.pools} == {"api", "theirs"}
    assert whole.members["theirs-p"][0].address == "10.9.9.9"
    assert whole.pools[0].monitor is not None
    assert whole.balancer.operating_status == "ERROR", "here a neighbour's trouble is shown"
    assert [rule.key for rule in whole.policies[0].rules] == ["X-Colour"]
    assert whole.rates["api-80"].totals.total == 100
    assert found.services["api"].rates["api-80"].totals.active == 2
    assert found.services["api"].source(STATS).fresh(found.taken_at)


def test_what_is_out_of_focus_is_asked_no_more(cloud: FakeOpenStack, watch: Watch, screen: Screen) -> None:
    poller = watch()
    poller.focus(Focus("api", "api-blue-1"))
    screen.wait(lambda one: one.instance and one.instance.console)
    poller.focus(Focus("api"))
    gone = screen.wait(lambda one: one.instance is None and one.generation > 1 and one.services["api"].rates)
    time.sleep(0.3)
    asked = len(cloud.asked(f"POST {SERVER}"))
    screen.wait(lambda one: one.generation > gone.generation + 3)
    assert len(cloud.asked(f"POST {SERVER}")) == asked
    assert cloud.asked("GET /load-balancer/v2/lbaas/loadbalancers/") == [], "nobody looked at the load balancer"


def test_without_a_focus_no_details_are_asked(cloud: FakeOpenStack, watch: Watch, screen: Screen) -> None:
    watch()
    screen.wait(lambda one: one.generation >= 3)
    assert not [line for line in cloud.log if "stats" in line or "actions" in line or line.startswith("POST /compute")]


def test_a_service_nobody_looks_at_is_asked_seldom(cloud: FakeOpenStack, watch: Watch, screen: Screen) -> None:
    populate(cloud, name="web")
    poller = watch(interval=0.1, names=("api", "web"))
    poller.focus(Focus("api"))
    screen.wait(lambda one: one.services["api"].rates)
    cloud.log.clear()
    time.sleep(2.0)
    mine, other = (len(cloud.asked(f"GET {OCTAVIA}/pools/{name}-p/members")) for name in ("api", "web"))
    assert other > 0
    assert mine >= 2 * other
    assert screen.seen[-1].services["web"].source(BALANCER).fresh(screen.seen[-1].taken_at)


def test_a_change_is_seen_at_once_although_nobody_looks(cloud: FakeOpenStack, watch: Watch, screen: Screen) -> None:
    poller = watch(interval=1.0)
    poller.focus(Focus())
    screen.wait(lambda one: one.generation > 1)
    cloud.log.clear()
    cloud.members["api-p"][0]["weight"] = 0
    cloud.balancers[0]["updated_at"] = "2026-11-23T13:00:09"
    screen.wait(lambda one: one.services["api"].blue.weight == 2, 5.0)
    assert len(cloud.asked("GET /compute/v2.1/servers/detail")) <= 2, "with the next list of load balancers"


def test_paused_facts_stand_still(cloud: FakeOpenStack, watch: Watch, screen: Screen) -> None:
    poller = watch()
    screen.wait(lambda _: True)
    poller.pause(True)
    time.sleep(0.4)
    count, asked = len(screen.seen), len(cloud.log)
    cloud.members["api-p"][0]["weight"] = 0
    time.sleep(0.8)
    assert (len(screen.seen), len(cloud.log)) == (count, asked)
    poller.pause(False)
    screen.wait(lambda one: one.services["api"].blue.weight == 2, 3.0)


def test_a_focus_on_what_there_is_not_is_no_focus(watch: Watch, screen: Screen) -> None:
    poller = watch()
    poller.focus(Focus("nothing", "x", balancer=True))
    screen.wait(lambda one: one.generation >= 3)
    poller.focus(Focus("api", "no-such-instance"))
    found = screen.wait(lambda one: one.instance and one.instance.sources["server"].seen_at)
    assert found.instance is not None
    assert found.instance.details == {}


def test_sessions_come_from_a_prometheus_listener(cloud: FakeOpenStack, watch: Watch, screen: Screen) -> None:
    port = int(cloud.url.rpartition(":")[2])
    others = {"loadbalancers": [{"id": "api-l"}], "protocol": "PROMETHEUS", "protocol_port": port}
    cloud.listeners.append({"id": "metrics", "name": "metrics", **others})
    cloud.faults["/metrics"] = (200, 'octavia_member_current_sessions{pool="p",member="m-api-blue-1"} 3\n')
    watch().focus(Focus("api"))
    found = screen.wait(lambda one: one.services["api"].sessions)
    assert found.services["api"].sessions["m-api-blue-1"].current == 3
    assert found.services["api"].source(SESSIONS).hint == ""


def test_without_a_prometheus_listener_that_is_said(watch: Watch, screen: Screen) -> None:
    watch().focus(Focus("api"))
    found = screen.wait(lambda one: one.services["api"].source(SESSIONS).hint)
    source = found.services["api"].source(SESSIONS)
    assert "load balancer api has none" in source.hint
    assert source.problem == "", "a load balancer without one is nothing to mend"


def test_statistics_that_fail_keep_their_beginning_on_another_screen(
    cloud: FakeOpenStack, watch: Watch, screen: Screen
) -> None:
    cloud.faults[f"{OCTAVIA}/listeners/api-80/stats"] = (403, {"faultstring": "Policy does not allow it"})
    poller = watch()
    poller.focus(Focus("api"))
    first = screen.wait(lambda one: one.services["api"].source(STATS).problem).services["api"].source(STATS)
    time.sleep(0.6)
    poller.focus(Focus("api", balancer=True))
    found = screen.wait(lambda one: one.load_balancers and one.load_balancers[0].sources[STATS].problem)
    assert found.load_balancers[0].sources[STATS].since == first.since


def test_figures_of_the_last_visit_are_not_shown_before_the_first_answer(
    cloud: FakeOpenStack, watch: Watch, screen: Screen
) -> None:
    poller = watch()
    poller.focus(Focus("api"))
    screen.wait(lambda one: one.services["api"].rates)
    poller.focus(Focus())
    gone = screen.wait(lambda one: not one.services["api"].rates)
    cloud.faults[f"{OCTAVIA}/listeners/api-80/stats"] = (403, {"faultstring": "Policy does not allow it"})
    poller.focus(Focus("api"))
    found = screen.wait(
        lambda one: one.generation > gone.generation and one.services["api"].source(STATS).problem
    ).services["api"]
    assert found.rates == {}


def test_sessions_that_are_too_old_are_not_shown(cloud: FakeOpenStack, watch: Watch, screen: Screen) -> None:
    port = int(cloud.url.rpartition(":")[2])
    others = {"loadbalancers": [{"id": "api-l"}], "protocol": "PROMETHEUS", "protocol_port": port}
    cloud.listeners.append({"id": "metrics", "name": "metrics", **others})
    cloud.faults["/metrics"] = (200, 'octavia_member_current_sessions{pool="p",member="m-api-blue-1"} 3\n')
    poller = watch()
    poller.focus(Focus("api"))
    screen.wait(lambda one: one.services["api"].sessions)
    statistics = poller._statistics
    assert statistics is not None
    statistics.sessions._good_for = 0.1
    statistics.sessions.slack = 1.0
    cloud.faults["/metrics"] = (500, "no")
    found = screen.wait(lambda one: one.services["api"].source(SESSIONS).problem and not one.services["api"].sessions)
    assert found.services["api"].sessions == {}
