"""What becomes of a change in the drill: when traffic follows, what the statuses say, how it can go wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from drill_cloud import start, until


def statuses(cloud: Any) -> dict[str, str]:
    return {name: member["operating_status"] for name, member in cloud.members().items()}


DONE = {"blue-1": "DRAINING", "blue-2": "DRAINING", "green-1": "ONLINE", "green-2": "ONLINE"}


def test_the_api_shows_new_weights_while_traffic_is_still_on_the_old_ones(cloud: Any) -> None:
    cloud.drill.control.post("trouble", json={"kind": "lb-stuck"})
    cloud.swap()
    assert cloud.members()["green-1"]["weight"] == 100
    assert set(cloud.answers()) == {"blue"}
    assert cloud.balancer()["provisioning_status"] == "PENDING_UPDATE"
    cloud.drill.control.post("release")
    assert cloud.settle() == "ACTIVE"
    assert set(cloud.answers()) == {"green"}


def test_operating_statuses_follow_with_the_heartbeat_only(quiet: Any) -> None:
    before = statuses(quiet)
    quiet.swap()
    quiet.settle()
    assert statuses(quiet) == before
    quiet.drill.control.post("beat")
    assert statuses(quiet) == DONE


def test_a_change_that_fails_in_the_amphora(cloud: Any) -> None:
    cloud.drill.control.post("trouble", json={"kind": "amphora"})
    cloud.swap()
    assert cloud.settle() == "ACTIVE"
    members = cloud.members()
    assert {member["provisioning_status"] for member in members.values()} == {"ERROR"}
    assert (members["blue-1"]["weight"], members["green-1"]["weight"]) == (0, 100)
    assert set(cloud.answers()) == {"blue"}
    cloud.drill.control.post("beat")
    assert statuses(cloud)["blue-1"] == "ONLINE"
    cloud.swap()
    cloud.settle()
    assert set(cloud.answers()) == {"green"}
    assert {member["provisioning_status"] for member in cloud.members().values()} == {"ACTIVE"}


def test_stuck_for_longer_than_a_change_takes(cloud: Any) -> None:
    cloud.drill.control.post("trouble", json={"kind": "lb-stuck"})
    cloud.swap()
    time.sleep(3 * cloud.drill.world.settings.pending)
    assert cloud.balancer()["provisioning_status"] == "PENDING_UPDATE"


def test_a_change_that_ends_in_error(cloud: Any) -> None:
    cloud.drill.control.post("trouble", json={"kind": "lb-error"})
    cloud.swap()
    assert cloud.settle() == "ERROR"
    assert set(cloud.answers()) == {"blue"}


@pytest.mark.parametrize(("kind", "status"), [("conflict", 409), ("busy", 503), ("error", 500)])
def test_refusals_apply_nothing_and_are_used_up(cloud: Any, kind: str, status: int) -> None:
    cloud.drill.control.post("trouble", json={"kind": kind, "count": 2})
    assert [cloud.swap().status_code for _ in range(3)] == [status, status, 202]


def test_an_error_after_the_change_was_taken(cloud: Any) -> None:
    cloud.drill.control.post("trouble", json={"kind": "applied-error"})
    assert cloud.swap().status_code == 500
    cloud.settle()
    assert set(cloud.answers()) == {"green"}


def test_no_answer_although_the_change_was_taken(cloud: Any) -> None:
    cloud.drill.control.post("trouble", json={"kind": "silent"})
    item = cloud.item("green-1", weight=100)
    with pytest.raises(httpx.ReadTimeout):
        cloud.operator.put(f"{cloud.pool}/members?additive_only=true", json={"members": [item]}, timeout=1)
    cloud.settle()
    assert cloud.members()["green-1"]["weight"] == 100


def test_one_member_down_degrades_and_no_weight_is_an_error(cloud: Any) -> None:
    cloud.drill.control.put("instances/nova-api-blue-1", json={"mode": "unhealthy"})
    until(lambda: cloud.balancer()["operating_status"] == "DEGRADED")
    assert statuses(cloud)["blue-1"] == "ERROR"
    cloud.batch(cloud.item("blue-2", weight=0))
    cloud.settle()
    until(lambda: cloud.balancer()["operating_status"] == "ERROR")
    assert statuses(cloud)["blue-2"] == "DRAINING"
    assert set(cloud.answers(4)) == {"503"}


def test_a_disabled_member_is_offline_and_others_are_as_before(cloud: Any) -> None:
    cloud.batch(cloud.item("blue-1", admin_state_up=False))
    cloud.settle()
    until(lambda: statuses(cloud)["blue-1"] == "OFFLINE")
    assert cloud.balancer()["operating_status"] == "ONLINE"
    assert len(set(cloud.answers(4))) == 1


def scenario(fault: str) -> Iterator[Any]:
    from console.drill.settings import Fault

    yield from start(fault=Fault(fault))


@pytest.mark.parametrize(
    ("fault", "instances"), [("green-unhealthy", ["nova-api-green-2"]), ("conflict-storm", []), ("lb-error", [])]
)
def test_scenarios_that_show_at_once(fault: str, instances: list[str]) -> None:
    for cloud in scenario(fault):
        state = cloud.drill.control.get("").json()
        assert [each["name"] for each in state["instances"] if each["mode"] != "ok"] == instances
        assert [each["kind"] for each in state["troubles"]] == {
            "conflict-storm": ["conflict"],
            "lb-error": ["lb-error"],
        }.get(fault, [])


def test_green_goes_bad_after_the_switch_only() -> None:
    for cloud in scenario("green-bad-after-switch"):
        cloud.swap()
        cloud.settle()
        until(lambda c=cloud: "500" in c.answers())
        assert set(statuses(cloud).values()) <= {"ONLINE", "DRAINING"}
