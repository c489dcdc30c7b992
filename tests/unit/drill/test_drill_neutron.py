"""Neutron of the drill: a port with a MAC is a lock."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

PORTS = "/network/v2.0/ports"


@pytest.fixture
def mac() -> str:
    """A MAC of one's own: the tests share a drill."""
    return "02:" + ":".join(f"{random.randrange(256):02x}" for _ in range(5))


def lease(still: Any) -> str:
    found: str = still.operator.get("/network/v2.0/networks", params={"name": "bluegreen-lease"}).json()["networks"][0][
        "id"
    ]
    return found


def create(still: Any, client: httpx.Client, mac: str, **more: Any) -> httpx.Response:
    body = {"network_id": lease(still), "mac_address": mac, "fixed_ips": [], "name": "lock", **more}
    return client.post(PORTS, json={"port": body})


def test_one_of_twenty_racers_gets_the_mac(still: Any, mac: str) -> None:
    with ThreadPoolExecutor(20) as racers:
        answers = list(racers.map(lambda _: create(still, still.operator, mac), range(20)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 19}
    loser = next(answer for answer in answers if answer.status_code == 409).json()["NeutronError"]
    assert loser["type"] == "MacAddressInUse"
    assert loser["message"].endswith(f"The mac address {mac} is in use.")


def test_the_same_mac_is_free_on_another_network(still: Any, mac: str) -> None:
    assert create(still, still.operator, mac).status_code == 201
    other = still.drill.world.networks[0]["id"]
    assert create(still, still.operator, mac, network_id=other).status_code == 201


def test_a_deleted_port_frees_its_mac_and_its_id_is_gone(still: Any, mac: str) -> None:
    first = create(still, still.operator, mac).json()["port"]["id"]
    assert still.operator.delete(f"{PORTS}/{first}").status_code == 204
    second = create(still, still.operator, mac).json()["port"]["id"]
    assert still.operator.delete(f"{PORTS}/{first}").status_code == 404
    assert [port["id"] for port in found(still, mac_address=mac)] == [second]


def found(still: Any, **filters: Any) -> list[dict[str, Any]]:
    ports: list[dict[str, Any]] = still.viewer.get(PORTS, params=filters).json()["ports"]
    return ports


def test_only_a_changed_value_bumps_the_revision(still: Any, mac: str) -> None:
    port = create(still, still.operator, mac).json()["port"]
    where = f"{PORTS}/{port['id']}"
    same = still.operator.put(where, json={"port": {"description": ""}}).json()["port"]
    assert same["revision_number"] == port["revision_number"]
    changed = still.operator.put(where, json={"port": {"description": "step 2"}}).json()["port"]
    assert changed["revision_number"] == port["revision_number"] + 1
    assert changed["updated_at"] >= port["updated_at"]
    stale = still.operator.put(where, json={"port": {"description": "x"}}, headers={"If-Match": "revision_number=1"})
    assert stale.status_code == 412


def test_tags_come_and_go(still: Any, mac: str) -> None:
    port = create(still, still.operator, mac).json()["port"]["id"]
    where = f"{PORTS}/{port}/tags/bluegreen:abort"
    assert still.viewer.get(where).status_code == 404
    assert still.viewer.put(where).status_code == 403
    assert still.operator.put(where).status_code == 201
    assert still.viewer.get(where).status_code == 204
    assert [each["id"] for each in found(still, tags="bluegreen:abort")] == [port]
    assert still.operator.delete(where).status_code == 204
    assert found(still, tags="bluegreen:abort") == []


def test_the_viewer_may_look_but_not_touch(still: Any, mac: str) -> None:
    port = create(still, still.operator, mac).json()["port"]["id"]
    refused = create(still, still.viewer, mac)
    assert refused.json()["NeutronError"]["message"].endswith("is disallowed by policy")
    answers = [refused, still.viewer.put(f"{PORTS}/{port}", json={"port": {}}), still.viewer.delete(f"{PORTS}/{port}")]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert len(found(still, id=port)) == 1


def test_filters_and_fields(still: Any, mac: str) -> None:
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
def test_wrong_values_are_named(still: Any, mac: str, body: dict[str, Any], message: str) -> None:
    answer = create(still, still.operator, mac, **body)
    assert answer.status_code == 400
    assert answer.json()["NeutronError"]["message"] == message


def test_an_unknown_filter_is_an_error(still: Any) -> None:
    answer = still.viewer.get(PORTS, params={"bogus": 1})
    assert answer.status_code == 400
    assert answer.json()["NeutronError"]["message"] == "['bogus'] is invalid attribute for filtering"
