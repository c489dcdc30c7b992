"""Several load balancers behind one service: one that is not there takes nothing away from the others."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from fake_openstack import FakeOpenStack, populate

from console.cli.doctor_service import examine
from console.cli.status import exit_code
from console.config.model import Attached, Config, Rotation, Selection, ServiceConfig
from console.errors import CloudError
from console.model.colour import Colour, Role
from console.model.service import BALANCER, Service
from console.model.verdict import verdict
from console.plan.plan import Action, Intent, Refusal
from console.plan.planner import plan
from console.rollout.runner.prepare import _look
from console.watch.observe import Observer

ROTATION = Rotation("api", "api", also=(Attached("six", "six"),))
API = ServiceConfig("api", "test", ROTATION, instances=Selection(tags=("service=api",)))
SIX = f"{BALANCER} six"


@pytest.fixture
def observer(cloud: FakeOpenStack, tmp_path: Path) -> Observer:
    """Of a service whose servers have a member in each of two load balancers."""
    cloud.clouds_yaml(tmp_path)
    populate(cloud, count=2)
    servers = list(cloud.servers)
    populate(cloud, name="six", count=2)
    cloud.servers[:] = servers
    for old, new in zip(cloud.members["api-p"], cloud.members["six-p"], strict=True):
        new["tags"] = old["tags"]
    return Observer(Config(tmp_path / "c.yaml", {"api": API}, journal="sqlite://"))


def seen(observer: Observer) -> Service:
    return observer.observe().services["api"]


def test_a_load_balancer_that_is_not_there_is_named_and_the_other_stays(
    cloud: FakeOpenStack, observer: Observer
) -> None:
    del cloud.balancers[1]
    found = observer.observe()
    api = found.services["api"]
    assert [part.balancer.name for part in api.balanced] == ["api"]
    assert (api.role(Colour.BLUE), api.share(Colour.BLUE)) == (Role.LIVE, 1.0)
    words = verdict(api, found.taken_at)
    assert words.line == (
        "BLUE live blue-commit 2/2   GREEN idle green-commit 2/2 ready   "
        f"rollback unknown: no fresh facts from {SIX}   LB ACTIVE   STALE (never seen): {SIX}"
    )
    assert words.problems == (f"{SIX}: never seen: cloud test: there is no load balancer six",)
    assert not words.healthy
    assert exit_code(found) == 1, "the cloud did tell"
    assert [one.text for one in examine(API, api) if one.check == "service.part"] == [
        "api: cloud test: there is no load balancer six"
    ]


def test_nothing_is_planned_or_written_while_a_part_is_missing(cloud: FakeOpenStack, observer: Observer) -> None:
    del cloud.balancers[1]
    for action in (Action.CUTOVER, Action.ROLLBACK):
        refusal = plan(seen(observer), API, Intent(action), time.time())
        assert isinstance(refusal, Refusal)
        assert (refusal.code, SIX in refusal.reason) == ("stale", True)
    with pytest.raises(CloudError, match="there is no load balancer six"):
        _look(observer, "api")


def test_the_first_one_may_be_the_one_that_is_missing(cloud: FakeOpenStack, observer: Observer) -> None:
    del cloud.pools[0]
    api = seen(observer)
    assert [part.balancer.name for part in api.balanced] == ["six"]
    assert api.source(f"{BALANCER} api").problem == "cloud test: there is no pool api"
    assert api.source(BALANCER).problem == ""


def test_a_part_that_goes_and_comes_back(cloud: FakeOpenStack, observer: Observer) -> None:
    assert len(seen(observer).balanced) == 2
    six = cloud.balancers.pop()
    first, second = seen(observer), seen(observer)
    assert [part.balancer.name for part in second.balanced] == ["api"]
    assert first.source(SIX).since == second.source(SIX).since, "it began once"
    cloud.balancers.append(six)
    api = seen(observer)
    assert len(api.balanced) == 2
    assert SIX not in api.sources


def test_a_part_that_was_seen_and_does_not_answer_makes_what_was_seen_stale(
    cloud: FakeOpenStack, observer: Observer
) -> None:
    seen(observer)
    cloud.faults["/load-balancer/v2/lbaas/pools/six-p/members"] = (500, {})
    api = seen(observer)
    assert len(api.balanced) == 2, "the last facts stay"
    assert api.source(BALANCER).problem


def test_a_part_that_was_never_seen_and_does_not_answer_leaves_the_other_one_alone(
    cloud: FakeOpenStack, observer: Observer
) -> None:
    cloud.faults["/load-balancer/v2/lbaas/pools/six-p/members"] = (500, {})
    api = seen(observer)
    assert [part.balancer.name for part in api.balanced] == ["api"]
    assert api.source(SIX).problem
    cloud.faults["/load-balancer/v2/lbaas/pools/api-p/members"] = (500, {})
    assert seen(observer).source(BALANCER).problem, "nothing of it answers"
