"""Load balancers that are in a change: whose it is, since when, and when somebody has to look."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from fake_openstack import FakeOpenStack, Json, populate

from console.config.model import Config, Rotation, Selection, ServiceConfig
from console.model.colour import Colour
from console.model.lease import LeaseHolder
from console.model.record import Record
from console.model.service import Service
from console.model.snapshot import Snapshot
from console.model.verdict import verdict
from console.watch.observe import Observer

LEASE = LeaseHolder("x", "bob@jump2", "1a2b3c", "cutover", "", "shift-100", 0.0, 0.0, 60.0)


def look(tmp_path: Path) -> tuple[Service, Snapshot]:
    one = ServiceConfig("api", "test", Rotation("api", "api"), instances=Selection(tags=("service=api",)))
    found = Observer(Config(tmp_path / "c.yaml", {"api": one}, journal="sqlite://")).observe()
    return found.services["api"], found


def pending(cloud: FakeOpenStack, seconds: float, *more: Json) -> str:
    """The load balancer and these objects are in a change since so many seconds; the time of day then."""
    at = time.time() - seconds
    for one in (cloud.balancers[0], *more):
        one["provisioning_status"] = "PENDING_UPDATE"
        one["updated_at"] = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at))
    return time.strftime("%H:%M:%S", time.localtime(at))


def test_a_change_of_somebody_elses_part_is_said_to_be(cloud: FakeOpenStack, tmp_path: Path) -> None:
    cloud.clouds_yaml(tmp_path)
    populate(cloud)
    at = pending(cloud, 20)
    api, seen = look(tmp_path)
    found = verdict(api, seen.taken_at)
    theirs = "somebody changes a part that is not ours"
    assert found.problems == (f"load balancer api is PENDING_UPDATE since {at}: {theirs}",)
    assert found.healthy


def test_a_change_of_our_pool_is_told_with_its_since_although_no_member_is_in_it(
    cloud: FakeOpenStack, tmp_path: Path
) -> None:
    cloud.clouds_yaml(tmp_path)
    populate(cloud)
    at = pending(cloud, 20, cloud.pools[0], cloud.listeners[0])
    api, seen = look(tmp_path)
    found = verdict(api, seen.taken_at)
    what = f"load balancer api, pool api and listener :80 are PENDING_UPDATE since {at}"
    assert found.problems == (f"{what}: a change is under way",)
    assert found.healthy
    led = replace(api, lease=LEASE)
    assert verdict(led, seen.taken_at).problems == (f"{what}: a change is under way by bob@jump2",)


def test_a_change_that_does_not_come_to_an_end_needs_a_human_unless_a_rollout_of_ours_waits_for_it(
    cloud: FakeOpenStack, tmp_path: Path
) -> None:
    cloud.clouds_yaml(tmp_path)
    populate(cloud)
    at = pending(cloud, 400, cloud.pools[0])
    api, seen = look(tmp_path)
    found = verdict(api, seen.taken_at)
    assert not found.healthy
    assert found.problems == (
        f"load balancer api and pool api are PENDING_UPDATE since {at}, longer than 5 min: "
        "nothing can be changed, or taken back",
    )
    ours = replace(api, record=Record(heading=Colour.GREEN, under_way=True))
    assert verdict(ours, seen.taken_at).healthy
    led = replace(api, lease=LEASE)
    assert verdict(led, seen.taken_at).healthy
    cloud.balancers[0]["provisioning_status"] = "ACTIVE"
    api, seen = look(tmp_path)
    assert verdict(api, seen.taken_at).problems[0].startswith("pool api is PENDING_UPDATE since "), "left behind"
