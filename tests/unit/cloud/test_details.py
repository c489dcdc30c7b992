from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fake_openstack import FakeOpenStack, populate

from console.cloud.details import DEEDS, Details
from console.cloud.session import Session
from console.errors import ApiError, CloudError, Conflict, NotFound
from console.model.stats import Totals

SERVER = "/compute/v2.1/servers/s1"
OCTAVIA = "/load-balancer/v2/lbaas"


@pytest.fixture
def details(cloud: FakeOpenStack, tmp_path: Path) -> Details:
    cloud.clouds_yaml(tmp_path)
    return Details(Session.open("test"), clock=lambda: 5.0)


def test_a_server_in_every_detail(cloud: FakeOpenStack, details: Details) -> None:
    raw = {
        "id": "s1",
        "name": "api-1",
        "status": "ERROR",
        "OS-EXT-STS:power_state": 4,
        "OS-EXT-STS:vm_state": "error",
        "flavor": {"original_name": "m1.small", "vcpus": 2, "ram": 4096, "disk": 20},
        "image": {"id": "i1"},
        "fault": {"code": 500, "message": "No valid host", "created": "2026-11-23T12:00:00Z"},
        "locked": True,
        "locked_reason": "kernel bug",
        "security_groups": [{"name": "web"}, {"name": "web"}],
        "os-extended-volumes:volumes_attached": [{"id": "v1"}],
        "addresses": {"ops": [{"addr": "10.0.0.1", "OS-EXT-IPS:type": "fixed", "OS-EXT-IPS-MAC:mac_addr": "fa:16"}]},
        "metadata": {"color": "blue", "odd": 7, "admin_password": "hunter2secret"},
        "tags": ["a", "b"],
        "hostId": None,
    }
    cloud.faults[SERVER] = (200, {"server": raw})
    found = details.server("s1")
    assert list(found)[:3] == ["id", "name", "status"]
    assert found["power"] == "shut down"
    assert found["flavor"] == "m1.small: 2 vCPU, 4096 MB, 20 GB disk"
    assert found["fault"] == "500; No valid host; 2026-11-23T12:00:00Z"
    assert (found["locked"], found["security groups"], found["volumes"]) == ("kernel bug", "web", "v1")
    assert (found["network ops"], found["metadata color"], found["tags"]) == ("10.0.0.1 fa:16", "blue", "a, b")
    assert "host" not in found
    assert "metadata odd" not in found
    assert found["metadata admin_password"] == "(hidden)"


def test_a_server_that_booted_from_a_volume_has_no_image(cloud: FakeOpenStack, details: Details) -> None:
    cloud.faults[SERVER] = (200, {"server": {"id": "s1", "image": ""}})
    assert details.server("s1")["image"] == "none: it booted from a volume"


def test_an_older_nova_is_asked_as_it_can(cloud: FakeOpenStack, details: Details) -> None:
    asked: list[int] = []

    def old() -> tuple[int, Any]:
        asked.append(1)
        return (406, {}) if len(asked) == 1 else (200, {"server": {"id": "s1"}})

    cloud.faults[SERVER] = old
    assert details.server("s1")["id"] == "s1"
    assert len(asked) == 2


def test_the_image_has_its_own_properties_first(cloud: FakeOpenStack, details: Details) -> None:
    cloud.images["i1"] = {
        "zeta": "1",
        "self": "/v2/images/i1",
        "locations": [],
        "git_commit": "abc",
        "size": 5,
        "id": "i1",
        "name": "api",
        "registry_token": "hunter2secret",
        "tags": [],
    }
    assert list(details.image("i1").items()) == [
        ("name", "api"),
        ("id", "i1"),
        ("size", "5"),
        ("git_commit", "abc"),
        ("registry_token", "(hidden)"),
        ("zeta", "1"),
    ]


def actions(count: int) -> list[dict[str, Any]]:
    return [
        {"action": "reboot", "request_id": f"req-{n}", "start_time": f"2026-11-23T12:00:{n:02}"} for n in range(count)
    ]


def test_the_newest_actions_come_first_with_their_events(cloud: FakeOpenStack, details: Details) -> None:
    events = [
        {"event": "late", "start_time": "2026-11-23T12:00:09", "finish_time": None, "result": None},
        {
            "event": "early",
            "start_time": "2026-11-23T12:00:01",
            "finish_time": "2026-11-23T12:00:02",
            "result": "Success",
        },
    ]
    cloud.faults[f"{SERVER}/os-instance-actions/"] = (200, {"instanceAction": {"events": events}})
    cloud.faults[f"{SERVER}/os-instance-actions"] = (200, {"instanceActions": actions(30)})
    found = details.deeds("s1")
    assert len(found) == DEEDS
    assert [deed.request_id for deed in found[:2]] == ["req-29", "req-28"]
    assert [event.name for event in found[0].events] == ["early", "late"]
    assert (found[0].events[0].result, found[0].events[1].finish) == ("Success", None)
    assert found[-1].events == (), "those come with later looks"


def test_actions_that_ended_are_not_asked_again(cloud: FakeOpenStack, details: Details) -> None:
    ended = {"event": "x", "start_time": "2026-11-23T12:00:01", "finish_time": "2026-11-23T12:00:02"}
    cloud.faults[f"{SERVER}/os-instance-actions/"] = (200, {"instanceAction": {"events": [ended]}})
    cloud.faults[f"{SERVER}/os-instance-actions"] = (200, {"instanceActions": actions(7)})
    known = {deed.request_id: deed for deed in details.deeds("s1")}
    cloud.log.clear()
    found = details.deeds("s1", known)
    assert all(deed.events for deed in found)
    assert len(cloud.asked(f"GET {SERVER}/os-instance-actions/")) == 2, "only the two that were left"


def test_the_console_is_the_one_post(cloud: FakeOpenStack, details: Details) -> None:
    cloud.faults[f"{SERVER}/action"] = (200, {"output": "x" * 100_000 + "login:"})
    text = details.console("s1")
    assert text.endswith("login:")
    assert len(text) == 64 * 1024
    assert cloud.asked("POST /compute") == [f"POST {SERVER}/action"]


def test_a_console_that_is_not_ready(cloud: FakeOpenStack, details: Details) -> None:
    cloud.faults[f"{SERVER}/action"] = (409, {"conflictingRequest": {"message": "Instance not ready"}})
    with pytest.raises(Conflict, match="not ready"):
        details.console("s1")


def test_the_counters_of_a_listener(cloud: FakeOpenStack, details: Details) -> None:
    stats = {"active_connections": 3, "total_connections": 50, "bytes_in": 7, "bytes_out": None, "request_errors": -1}
    cloud.faults[f"{OCTAVIA}/listeners/l1/stats"] = (200, {"stats": stats})
    assert details.listener_stats("l1") == Totals(5.0, 3, 50, 7, 0, 0)


def test_a_load_balancer_whole(cloud: FakeOpenStack, details: Details) -> None:
    populate(cloud)
    populate(cloud, name="web")
    found = details.tree("api-l")
    assert [pool.id for pool in found.pools] == ["api-p"], "a filter that the API drops is checked here"
    assert [listener.id for listener in found.listeners] == ["api-80"]
    assert found.pools[0].monitor is not None
    assert len(found.members["api-p"]) == 6
    with pytest.raises(NotFound):
        details.tree("gone")


def test_a_load_balancer_of_many_pages_is_whole(cloud: FakeOpenStack, details: Details) -> None:
    populate(cloud)
    populate(cloud, name="web")
    cloud.page = 1
    found = details.tree("api-l")
    assert len(found.members["api-p"]) == 6
    assert found.pools[0].monitor is not None, "it is on whatever page of the project's monitors"


def test_a_list_without_an_end_is_an_error_of_the_api(cloud: FakeOpenStack, details: Details) -> None:
    populate(cloud)
    link = {"rel": "next", "href": "http://inside.invalid/v2/lbaas/pools/api-p/members?marker=m0"}
    cloud.faults[f"{OCTAVIA}/pools/api-p/members"] = (200, {"members": [], "members_links": [link]})
    with pytest.raises(ApiError, match="round in circles"):
        details.tree("api-l")


def test_policies_come_in_their_order_with_rules_but_without_the_values(cloud: FakeOpenStack, details: Details) -> None:
    rule = {"id": "r1", "type": "HEADER", "compare_type": "EQUAL_TO", "key": "X-Colour", "value": "hidden"}
    policies = [
        {"id": "p2", "listener_id": "l1", "position": 2, "rules": [{"id": "r1"}], "redirect_pool_id": "green"},
        {"id": "p1", "listener_id": "l1", "position": 1},
        {"id": "px", "listener_id": "other", "position": 1},
    ]
    cloud.faults[f"{OCTAVIA}/l7policies/p2/rules"] = (200, {"rules": [rule]})
    cloud.faults[f"{OCTAVIA}/l7policies"] = (200, {"l7policies": policies})
    first, second = details.policies(("l1",))
    assert (first.id, first.rules) == ("p1", ())
    assert (second.rules[0].key, second.attaches) == ("X-Colour", True)
    assert "hidden" not in repr(second)


def test_where_requests_go_by_host_and_path_is_told(cloud: FakeOpenStack, details: Details) -> None:
    rule = {"id": "r1", "type": "HOST_NAME", "compare_type": "EQUAL_TO", "value": "shop.example"}
    away = {"id": "p1", "listener_id": "l1", "action": "REDIRECT_TO_URL", "redirect_url": "https://example.org/"}
    cloud.faults[f"{OCTAVIA}/l7policies/p1/rules"] = (200, {"rules": [rule]})
    cloud.faults[f"{OCTAVIA}/l7policies"] = (200, {"l7policies": [away | {"rules": [{"id": "r1"}]}]})
    (found,) = details.policies(("l1",))
    assert (found.url, found.rules[0].value) == ("https://example.org/", "shop.example")


@pytest.mark.parametrize("body", [None, [], 7, "text", {}, {"server": []}, {"stats": 1}, {"instanceActions": {"a": 1}}])
def test_answers_of_any_shape_are_no_crash(cloud: FakeOpenStack, details: Details, body: Any) -> None:
    cloud.faults["/compute"] = cloud.faults["/image"] = cloud.faults["/load-balancer"] = (200, body)
    for ask in (
        lambda: details.server("s1"),
        lambda: details.image("i1"),
        lambda: details.deeds("s1"),
        lambda: details.console("s1"),
        lambda: details.listener_stats("l1"),
        lambda: details.tree("api-l"),
        lambda: details.policies(("l1",)),
    ):
        try:
            ask()
        except CloudError as error:
            assert error.message  # noqa: PT017 both an answer and a CloudError are fine
