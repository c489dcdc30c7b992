"""Instances and VIP of the drill: real sockets, real connections."""

from __future__ import annotations

import socket
import time
from collections import Counter
from typing import Any

import httpx
import pytest
from drill_cloud import until

from console.drill.instances import Behaviour


def mode(cloud: Any, name: str, words: str) -> None:
    answer = cloud.drill.control.put(f"instances/nova-api-{name}", json={"mode": words})
    assert answer.status_code == 200, answer.text


def url(cloud: Any, name: str, path: str) -> str:
    instance = cloud.drill.world.instance(f"nova-api-{name}")
    return f"http://{instance.address}:{instance.port}{path}"


def test_an_instance_says_who_it_is(still: Any) -> None:
    with httpx.Client(trust_env=False) as client:
        assert client.get(url(still, "blue-1", "/healthcheck")).text == "OK"
        said = client.get(url(still, "blue-1", "/version")).json()
        assert client.get(url(still, "blue-1", "/bogus")).status_code == 404
        assert client.head(url(still, "blue-1", "/version")).content == b""
    server = still.drill.world.servers[0]
    assert said.pop("seq") > 0
    assert said == {
        "server": server.id, "name": server.name, "version": "2026.1",
        "git_commit": server.metadata["git_commit"], "color": "blue",
    }  # fmt: skip


def test_modes(cloud: Any) -> None:
    with httpx.Client(trust_env=False) as client:
        mode(cloud, "blue-1", "unhealthy")
        assert client.get(url(cloud, "blue-1", "/healthcheck")).status_code == 503
        assert client.get(url(cloud, "blue-1", "/version")).status_code == 200
        mode(cloud, "blue-1", "error-rate=1")
        assert client.get(url(cloud, "blue-1", "/healthcheck")).status_code == 200
        assert client.get(url(cloud, "blue-1", "/version")).status_code == 500
        mode(cloud, "blue-1", "slow=200")
        began = time.monotonic()
        client.get(url(cloud, "blue-1", "/version"))
        assert time.monotonic() - began >= 0.2
        mode(cloud, "blue-1", "hang")
        with pytest.raises(httpx.ReadTimeout):
            client.get(url(cloud, "blue-1", "/version"), timeout=0.3)
        mode(cloud, "blue-1", "refuse")
        with pytest.raises(httpx.ConnectError):
            client.get(url(cloud, "blue-1", "/version"))
        mode(cloud, "blue-1", "ok")
        assert client.get(url(cloud, "blue-1", "/healthcheck")).text == "OK"


@pytest.mark.parametrize("words", ["broken", "slow=much", "hang=1", "ok=1"])
def test_an_unknown_mode_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match=words if words != "slow=much" else "much"):
        Behaviour.parse(words)


def test_connections_follow_the_weights(cloud: Any) -> None:
    cloud.batch(cloud.item("blue-1", weight=1), cloud.item("blue-2", weight=2), cloud.item("green-1", weight=3))
    cloud.settle()
    assert Counter(cloud.answers(24)) == {"blue": 12, "green": 12}


def test_a_member_that_refuses_is_passed_over_before_its_check_fails(quiet: Any) -> None:
    mode(quiet, "blue-1", "refuse")
    assert quiet.answers(8) == ["blue"] * 8


def test_an_unhealthy_member_gets_nothing(cloud: Any) -> None:
    mode(cloud, "blue-1", "unhealthy")
    until(lambda: cloud.members()["blue-1"]["operating_status"] == "ERROR")
    served = cloud.drill.world.instance("nova-api-blue-1").served
    assert cloud.answers(8) == ["blue"] * 8
    assert cloud.drill.world.instance("nova-api-blue-1").served == served


def test_a_reload_closes_idle_connections_and_spares_busy_ones(cloud: Any) -> None:
    where = (cloud.drill.world.balancer.vip_address, cloud.drill.world.vip.port)
    for name in ("blue-1", "blue-2"):
        mode(cloud, name, "slow=700")
    request = b"GET /version HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection(where, 5) as idle, socket.create_connection(where, 5) as busy:
        idle.sendall(request)
        assert b"200 OK" in idle.recv(65536)
        time.sleep(0.4)
        busy.sendall(request)
        cloud.swap()
        assert idle.recv(65536) == b""
        assert b'"color": "blue"' in busy.recv(65536)


def test_nothing_is_lost_while_all_traffic_moves(cloud: Any) -> None:
    cloud.drill.control.post("trouble", json={"kind": "lb-stuck"})
    cloud.swap()
    got = cloud.answers(4)
    cloud.drill.control.post("release")
    while cloud.balancer()["provisioning_status"] != "ACTIVE":
        got += cloud.answers(2)
    got += cloud.answers(4)
    assert set(got) == {"blue", "green"}
    assert got == sorted(got), "blue came back after green"
