"""Servers made and deleted: what a launch and a retirement rest on, the same on the drill and the real Nova."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ground import Ground, until
from raw import Answer, ask

LEVEL = "2.73"

Make = Callable[..., Answer]


def nova(ground: Ground, path: str, method: str = "GET", body: Any = None, *, viewer: bool = False) -> Answer:
    return ask(ground.viewer if viewer else ground.session, "compute", path, method, body, level=LEVEL)


def flavor(ground: Ground, name: str = "m1.tiny") -> str:
    found = nova(ground, "/flavors").body["flavors"]
    return next(str(each["id"]) for each in found if each["name"] == name)


def image(ground: Ground) -> str:
    found = ask(ground.session, "image", "/images?limit=1").body["images"]
    return str(found[0]["id"])


def order(ground: Ground, **more: Any) -> dict[str, Any]:
    network = ask(ground.session, "network", "/v2.0/networks?name=ops-net").body["networks"][0]["id"]
    said = {
        "name": f"contract-{uuid.uuid4().hex[:6]}",
        "imageRef": image(ground),
        "flavorRef": flavor(ground),
        "networks": [{"uuid": network}],
        "metadata": {"color": "green"},
        "tags": [f"op:{uuid.uuid4().hex}"],
    }
    return {"server": {key: value for key, value in {**said, **more}.items() if value is not None}}


@pytest.fixture
def make(ground: Ground) -> Iterator[Make]:
    """POST /servers; what it made is gone afterwards."""
    made: list[str] = []

    def create(hints: dict[str, Any] | None = None, **more: Any) -> Answer:
        body = order(ground, **more) | ({"os:scheduler_hints": hints} if hints else {})
        answer = nova(ground, "/servers", "POST", body)
        if answer.status == 202:
            made.append(answer.body["server"]["id"])
        return answer

    yield create
    for server in made:
        nova(ground, f"/servers/{server}/action", "POST", {"unlock": None})
        nova(ground, f"/servers/{server}", "DELETE")
    for server in made:
        until(lambda server=server: nova(ground, f"/servers/{server}").status, 404, 60)  # type: ignore[misc]


def shown(ground: Ground, server_id: str) -> dict[str, Any]:
    found: dict[str, Any] = nova(ground, f"/servers/{server_id}").body["server"]
    return found


def built(ground: Ground, answer: Answer) -> dict[str, Any]:
    """The server once it is no longer in BUILD."""
    assert answer.status == 202, answer
    server_id = answer.body["server"]["id"]
    end = time.monotonic() + 60
    while (found := shown(ground, server_id))["status"] == "BUILD":
        assert time.monotonic() < end
        time.sleep(0.1)
    return found


def test_a_server_goes_from_build_to_active_and_carries_what_was_asked(ground: Ground, make: Make) -> None:
    answer = make(tags=["service=contract-made", "op:1234"], metadata={"color": "green", "release": "r1"})
    assert set(answer.body["server"]) == {"id", "links", "OS-DCF:diskConfig", "security_groups", "adminPass"}
    assert shown(ground, answer.body["server"]["id"])["status"] in ("BUILD", "ACTIVE")
    server = built(ground, answer)
    assert (server["status"], server["OS-EXT-STS:task_state"], server["OS-EXT-STS:power_state"]) == ("ACTIVE", None, 1)
    assert sorted(server["tags"]) == ["op:1234", "service=contract-made"]
    assert server["metadata"] == {"color": "green", "release": "r1"}
    assert len(server["addresses"]["ops-net"]) == 1
    port = ground.reader.ports(device_id=server["id"])
    assert [ip["ip_address"] for ip in port[0]["fixed_ips"]] == [server["addresses"]["ops-net"][0]["addr"]]


def test_an_operation_is_found_again_by_its_tag(ground: Ground, make: Make) -> None:
    tag = f"op:{uuid.uuid4().hex}"
    made = make(tags=[tag]).body["server"]["id"]
    make(tags=["op:another"])
    assert [server.id for server in ground.reader.servers_tagged(every=(tag,))] == [made]


def test_a_failed_build_is_in_error_with_a_fault(ground: Ground, make: Make) -> None:
    server = built(ground, make(metadata={"color": "green", **ground.failing_build()}))
    assert server["status"] == "ERROR"
    assert set(server["fault"]) >= {"code", "created", "message"}
    assert server["fault"]["message"]


def test_no_host_is_an_error_that_says_so(ground: Ground, make: Make) -> None:
    server = built(ground, make(flavorRef=flavor(ground, "m1.nohost")))
    assert server["status"] == "ERROR"
    assert server["fault"]["message"].startswith("No valid host was found.")


@pytest.mark.parametrize(
    ("more", "status", "said"),
    [
        ({"imageRef": str(uuid.UUID(int=7))}, 400, "Can not find requested image"),
        ({"flavorRef": "77777"}, 400, "Flavor 77777 could not be found."),
        ({"key_name": "nobody"}, 400, "Invalid key_name provided."),
        ({"availability_zone": "moon"}, 400, "The requested availability zone is not available"),
        ({"networks": [{"uuid": str(uuid.UUID(int=7))}]}, 400, "Network ID could not be found."),
        ({"user_data": "abc"}, 400, "is not a 'base64'"),
        ({"tags": ["a,b"]}, 400, "does not match"),
        ({"metadata": {"long": "x" * 256}}, 400, "is too long"),
        ({"unknown": 1}, 400, "'unknown' was unexpected"),
        ({"networks": None}, 400, "'networks' is a required property"),
    ],
)
def test_what_is_refused_at_the_door(ground: Ground, make: Make, more: dict[str, Any], status: int, said: str) -> None:
    answer = make(**more)
    assert answer.status == status
    assert said in answer.said


def test_an_unknown_server_group_is_refused(make: Make) -> None:
    answer = make(hints={"group": str(uuid.UUID(int=7))})
    assert answer.status == 400
    assert answer.said == "Instance group ID could not be found."


def test_a_reader_makes_nothing(ground: Ground) -> None:
    assert nova(ground, "/servers", "POST", order(ground), viewer=True).status == 403


def test_a_lock_stops_what_would_harm(ground: Ground, make: Make) -> None:
    server = built(ground, make())["id"]
    act = f"/servers/{server}/action"
    assert nova(ground, act, "POST", {"lock": {"locked_reason": "serving"}}).status == 202
    assert (shown(ground, server)["locked"], shown(ground, server)["locked_reason"]) == (True, "serving")
    assert nova(ground, act, "POST", {"lock": {"locked_reason": "another"}}).status == 202
    for path, method, body in (
        (f"/servers/{server}", "DELETE", None),
        (act, "POST", {"os-stop": None}),
        (f"/servers/{server}/metadata", "POST", {"metadata": {"a": "b"}}),
    ):
        answer = nova(ground, path, method, body)
        assert (answer.status, answer.said) == (409, "Instance ID is locked")
    assert nova(ground, f"/servers/{server}/tags/free", "PUT").status == 201, "tags are not covered by a lock"
    assert nova(ground, act, "POST", {"unlock": None}).status == 202
    assert shown(ground, server)["locked"] is False


def test_metadata_is_merged_and_tags_are_added(ground: Ground, make: Make) -> None:
    server = built(ground, make(tags=["one"]))["id"]
    answer = nova(ground, f"/servers/{server}/metadata", "POST", {"metadata": {"release": "r2"}})
    assert (answer.status, answer.body) == (200, {"metadata": {"color": "green", "release": "r2"}})
    assert [nova(ground, f"/servers/{server}/tags/two", "PUT").status for _ in range(2)] == [201, 204]
    assert sorted(shown(ground, server)["tags"]) == ["one", "two"]
    assert nova(ground, f"/servers/{server}/tags/two", "DELETE").status == 204
    assert nova(ground, f"/servers/{server}/tags/two", "DELETE").status == 404
    assert nova(ground, f"/servers/{server}/metadata/release", "DELETE").status == 204
    assert shown(ground, server)["metadata"] == {"color": "green"}


def test_stop_and_start(ground: Ground, make: Make) -> None:
    server = built(ground, make())["id"]
    act = f"/servers/{server}/action"
    assert nova(ground, act, "POST", {"os-stop": None}).status == 202
    until(lambda: shown(ground, server)["status"], "SHUTOFF", 30)
    again = nova(ground, act, "POST", {"os-stop": None})
    assert (again.status, again.said) == (409, "Cannot 'stop' instance ID while it is in vm_state stopped")
    assert nova(ground, act, "POST", {"os-start": None}).status == 202
    until(lambda: shown(ground, server)["status"], "ACTIVE", 30)


def test_deleting_takes_the_port_with_it(ground: Ground, make: Make) -> None:
    server = built(ground, make())["id"]
    assert len(ground.reader.ports(device_id=server)) == 1
    assert nova(ground, f"/servers/{server}", "DELETE").status == 204
    assert nova(ground, f"/servers/{server}", "DELETE").status in (204, 404)
    until(lambda: nova(ground, f"/servers/{server}").status, 404, 60)
    assert ground.reader.ports(device_id=server) == []


def test_a_group_is_made_and_holds_its_servers(ground: Ground, make: Make) -> None:
    name = f"contract-{uuid.uuid4().hex[:6]}"
    body = {"server_group": {"name": name, "policy": "soft-anti-affinity"}}
    answer = nova(ground, "/os-server-groups", "POST", body)
    assert answer.status == 200
    group = answer.body["server_group"]
    assert (group["policy"], group["members"]) == ("soft-anti-affinity", [])
    try:
        server = built(ground, make(hints={"group": group["id"]}))
        assert nova(ground, f"/os-server-groups/{group['id']}").body["server_group"]["members"] == [server["id"]]
    finally:
        assert nova(ground, f"/os-server-groups/{group['id']}", "DELETE").status == 204


def test_limits_tell_what_is_used(ground: Ground) -> None:
    found = nova(ground, "/limits").body["limits"]["absolute"]
    assert found["totalInstancesUsed"] >= 4
    assert {"maxTotalInstances", "maxTotalCores", "totalCoresUsed", "maxTotalRAMSize", "totalRAMUsed"} <= set(found)
    assert {"maxServerGroups", "totalServerGroupsUsed", "maxServerGroupMembers"} <= set(found)


def test_images_are_found_by_property_newest_first(ground: Ground) -> None:
    found = ask(ground.session, "image", "/images?sort_key=created_at&sort_dir=desc").body["images"]
    times = [each["created_at"] for each in found]
    assert times == sorted(times, reverse=True)
    version = found[-1]["app_version"]
    chosen = ask(ground.session, "image", f"/images?app_version={version}").body["images"]
    assert chosen
    assert {each["app_version"] for each in chosen} == {version}
    assert ask(ground.session, "image", "/images?no_such_property=1").body["images"] == []
