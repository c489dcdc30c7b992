"""Neutron of the drill: a port with a MAC is a lock."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

PORTS = "/network/v2.0/ports"
MAC = "02:00:00:00:00:01"


def lease(cloud: Any) -> str:
    found: str = cloud.operator.get("/network/v2.0/networks", params={"name": "bluegreen-lease"}).json()["networks"][0][
        "id"
    ]
    return found


def create(cloud: Any, client: httpx.Client, **more: Any) -> httpx.Response:
    body = {"network_id": lease(cloud), "mac_address": MAC, "fixed_ips": [], "name": "lock", **more}
    return client.post(PORTS, json={"port": body})


def test_one_of_twenty_racers_gets_the_mac(cloud: Any) -> None:
    with ThreadPoolExecutor(20) as racers:
        answers = list(racers.map(lambda _: create(cloud, cloud.operator), range(20)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 19}
    loser = next(answer for answer in answers if answer.status_code == 409).json()["NeutronError"]
    assert loser["type"] == "MacAddressInUse"
    assert loser["message"].endswith(f"The mac address {MAC} is in use.")


def test_the_same_mac_is_free_on_another_network(cloud: Any) -> None:
    assert create(cloud, cloud.operator).status_code == 201
    other = cloud.drill.world.networks[0]["id"]
    assert create(cloud, cloud.operator, network_id=other).status_code == 201


def test_a_deleted_port_frees_its_mac_and_its_id_is_gone(cloud: Any) -> None:
    first = create(cloud, cloud.operator).json()["port"]["id"]
    assert cloud.operator.delete(f"{PORTS}/{first}").status_code == 204
    second = create(cloud, cloud.operator).json()["port"]["id"]
    assert cloud.operator.delete(f"{PORTS}/{first}").status_code == 404
    assert [port["id"] for port in found(cloud, mac_address=MAC)] == [second]


def found(cloud: Any, **filters: Any) -> list[dict[str, Any]]:
    ports: list[dict[str, Any]] = cloud.viewer.get(PORTS, params=filters).json()["ports"]
    return ports


def test_only_a_changed_value_bumps_the_revision(cloud: Any) -> None:
    port = create(cloud, cloud.operator).json()["port"]
    where = f"{PORTS}/{port['id']}"
    same = cloud.operator.put(where, json={"port": {"description": ""}}).json()["port"]
    assert same["revision_number"] == port["revision_number"]
    changed = cloud.operator.put(where, json={"port": {"description": "step 2"}}).json()["port"]
    assert changed["revision_number"] == port["revision_number"] + 1
    assert changed["updated_at"] >= port["updated_at"]
    stale = cloud.operator.put(where, json={"port": {"description": "x"}}, headers={"If-Match": "revision_number=1"})
    assert stale.status_code == 412


def test_tags_come_and_go(cloud: Any) -> None:
    port = create(cloud, cloud.operator).json()["port"]["id"]
    where = f"{PORTS}/{port}/tags/bluegreen:abort"
    assert cloud.viewer.get(where).status_code == 404
    assert cloud.viewer.put(where).status_code == 403
    assert cloud.operator.put(where).status_code == 201
    assert cloud.viewer.get(where).status_code == 204
    assert [each["id"] for each in found(cloud, tags="bluegreen:abort")] == [port]
    assert cloud.operator.delete(where).status_code == 204
    assert found(cloud, tags="bluegreen:abort") == []


def test_the_viewer_may_look_but_not_touch(cloud: Any) -> None:
    port = create(cloud, cloud.operator).json()["port"]["id"]
    refused = create(cloud, cloud.viewer)
    assert refused.json()["NeutronError"]["message"].endswith("is disallowed by policy")
    answers = [refused, cloud.viewer.put(f"{PORTS}/{port}", json={"port": {}}), cloud.viewer.delete(f"{PORTS}/{port}")]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert len(found(cloud, id=port)) == 1


def test_filters_and_fields(still: Any) -> None:
    server = still.drill.world.servers[0]
    port = found(still, device_id=server.id, fields=["mac_address", "fixed_ips"])
    subnet = still.drill.world.subnets[0]["id"]
    fixed = [{"subnet_id": subnet, "ip_address": server.address}]
    assert port == [{"mac_address": server.mac, "fixed_ips": fixed}]
    devices = [each.id for each in still.drill.world.servers]
    assert len(found(still, device_id=devices)) == len(devices)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"mac_address": "zz"}, "Invalid input for mac_address. Reason: 'zz' is not a valid MAC address."),
        ({"bogus": 1}, "Unrecognized attribute(s) 'bogus'"),
        (
            {"description": "x" * 256},
            f"Invalid input for description. Reason: '{'x' * 256}' exceeds maximum length of 255.",
        ),
    ],
)
def test_wrong_values_are_named(still: Any, body: dict[str, Any], message: str) -> None:
    answer = create(still, still.operator, **body)
    assert answer.status_code == 400
    assert answer.json()["NeutronError"]["message"] == message


def test_an_unknown_filter_is_an_error(still: Any) -> None:
    answer = still.viewer.get(PORTS, params={"bogus": 1})
    assert answer.status_code == 400
    assert answer.json()["NeutronError"]["message"] == "['bogus'] is invalid attribute for filtering"
