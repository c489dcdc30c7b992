"""Single requests that go wrong, before or after their work was done, and what others do to the cloud."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from drill_cloud import until


def wish(cloud: Any, kind: str, **more: Any) -> None:
    answer = cloud.drill.control.post("mischief", json={"kind": kind, "method": "PUT", "path": "/members", **more})
    assert answer.status_code == 204, answer.text


def green(cloud: Any) -> int:
    weight: int = cloud.members()["green-1"]["weight"]
    return weight


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        *(("refused", 401), ("forbidden", 403), ("conflict", 409), ("limited", 429), ("broken", 500)),
        *(("unsupported", 501), ("unavailable", 503)),
    ],
)
def test_an_answer_in_the_place_of_the_apis(cloud: Any, kind: str, status: int) -> None:
    wish(cloud, kind)
    assert cloud.swap().status_code == status
    assert green(cloud) == 0, "it was answered before the work was done"
    assert cloud.swap().status_code == 202, "once"


@pytest.mark.parametrize("kind", ["garbage", "html"])
def test_an_answer_that_is_no_json_after_the_work_was_done(cloud: Any, kind: str) -> None:
    wish(cloud, kind, moment="after")
    answer = cloud.swap()
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r".*"):
        answer.json()
    assert green(cloud) == 100


@pytest.mark.parametrize(("moment", "weight"), [("before", 0), ("after", 100)])
def test_a_connection_that_is_lost_before_or_after_the_work(cloud: Any, moment: str, weight: int) -> None:
    wish(cloud, "down", moment=moment)
    with pytest.raises(httpx.TransportError):
        cloud.swap()
    assert green(cloud) == weight


def test_half_an_answer(cloud: Any) -> None:
    wish(cloud, "half")
    with pytest.raises(httpx.TransportError):
        cloud.swap()
    assert green(cloud) == 100


def test_a_request_that_lands_late(cloud: Any) -> None:
    wish(cloud, "late", delay=1.0)
    with pytest.raises(httpx.TransportError):
        cloud.swap()
    assert green(cloud) == 0
    until(lambda: green(cloud) == 100)
    (batch,) = cloud.drill.control.get("writes").json()["writes"]
    assert batch["status"] == 202


def test_which_requests_and_how_many(cloud: Any) -> None:
    wish(cloud, "limited", count=2, skip=1)
    assert [cloud.swap().status_code for _ in range(1)] == [202]
    cloud.settle()
    assert [cloud.swap().status_code for _ in range(3)] == [429, 429, 202]
    (told,) = cloud.drill.control.get("mischief").json()
    assert [hit["method"] for hit in told["hits"]] == ["PUT", "PUT"]


def test_only_requests_of_an_agent(cloud: Any) -> None:
    wish(cloud, "limited", agent="rollout/")
    assert cloud.swap().status_code == 202


def test_wishes_are_forgotten_and_wrong_ones_refused(cloud: Any) -> None:
    wish(cloud, "limited", count=99)
    cloud.drill.control.delete("mischief")
    assert cloud.swap().status_code == 202
    for wrong in ({"kind": "earthquake"}, {"kind": "down", "moment": "while"}, {"knd": "down"}, [1]):
        assert cloud.drill.control.post("mischief", json=wrong).status_code == 400, wrong


def test_a_write_is_recorded_with_what_it_changed(cloud: Any) -> None:
    cloud.operator.headers["User-Agent"] = "somebody/1"
    cloud.swap()
    (batch,) = cloud.drill.control.get("writes").json()["writes"]
    assert batch["agent"] == "somebody/1"
    weights = [
        {member["name"]: member["weight"] for member in batch[moment]["members"].values()}
        for moment in ("before", "after")
    ]
    assert [weight["nova-api-green-1"] for weight in weights] == [0, 100]


def test_a_neighbour_keeps_the_load_balancer_busy(cloud: Any) -> None:
    cloud.drill.control.post("neighbour", json={"every": 0.05})
    until(lambda: cloud.swap().status_code == 409)
    cloud.drill.control.delete("neighbour")
    until(lambda: cloud.swap().status_code == 202)


def test_a_member_that_somebody_else_takes_out(cloud: Any) -> None:
    assert cloud.drill.control.delete("members/nova-api-green-1").status_code == 204
    assert "green-1" not in cloud.members()
    assert cloud.drill.control.delete("members/nova-api-green-1").status_code == 404


def test_a_lease_that_somebody_else_takes_over(cloud: Any) -> None:
    network = next(one for one in cloud.drill.world.networks if one["name"] == "bluegreen-lease")
    said = '{"o":"alice@jump1","r":"abc","a":"cutover"}'
    port = {"network_id": network["id"], "mac_address": "02:00:00:00:00:01", "name": "bluegreen-lease-nova-api"}
    made = cloud.operator.post("/network/v2.0/ports", json={"port": {**port, "fixed_ips": [], "description": said}})
    assert made.status_code == 201
    cloud.drill.control.post("leases", json={"owner": "bob@jump2"})
    assert cloud.operator.get(f"/network/v2.0/ports/{made.json()['port']['id']}").status_code == 404
    (taken,) = cloud.operator.get("/network/v2.0/ports", params={"network_id": network["id"]}).json()["ports"]
    assert (taken["mac_address"], '"bob@jump2"' in taken["description"]) == ("02:00:00:00:00:01", True)
    cloud.drill.control.delete("leases")
    assert cloud.operator.get("/network/v2.0/ports", params={"network_id": network["id"]}).json()["ports"] == []
