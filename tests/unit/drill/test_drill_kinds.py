"""What an OpenStack has besides plain HTTP in one project: TLS and UDP listeners, load balancers of another project."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator

import httpx
import pytest

from console.cloud.session import Session
from console.config.loader import load
from console.drill import CA
from console.drill.server import Drill, running_drill
from console.drill.world import Entrance
from console.model.service import Service
from console.watch.observe import Observer

EDGE, TLS, UDP = "octavia-api", "barbican-api", "designate-mdns"


@pytest.fixture(scope="module")
def drill() -> Iterator[Drill]:
    """All services there are, one instance of each colour."""
    with running_drill(services=16, instances=1, heartbeat=0.3) as running:
        yield running


@pytest.fixture(autouse=True)
def _its_clouds(drill: Drill, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(drill.clouds_file))


def entrance(drill: Drill, name: str) -> Entrance:
    return next(each for each in drill.world.entrances if each.balancer.name == name)


def seen(drill: Drill, *names: str) -> dict[str, Service]:
    """What the read lane makes of them."""
    return dict(Observer(load(drill.config_file, {}), names).observe().services)


def test_a_listener_that_ends_tls_shows_a_certificate_that_the_config_trusts(drill: Drill) -> None:
    vip = entrance(drill, TLS).vips[0]
    url = f"https://{vip.balancer.vip_address}:{vip.port}/version"
    with pytest.raises(httpx.ConnectError, match="certificate"):
        httpx.get(url, trust_env=False)
    trusted = ssl.create_default_context(cafile=str(drill.dir / CA))
    assert httpx.get(url, trust_env=False, verify=trusted).json()["color"] == "green"
    service = seen(drill, TLS)[TLS]
    assert [each.protocol for each in service.listeners] == ["TERMINATED_HTTPS"]
    assert service.traffic is not None
    assert {answer.status for answer in service.traffic.answers} == {200}, "proven through the VIP, over TLS"


def test_a_udp_listener_carries_datagrams_to_the_live_colour(drill: Drill) -> None:
    vip = entrance(drill, UDP).vips[0]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(10)
        client.sendto(b"who?", (vip.balancer.vip_address, vip.port))
        assert json.loads(client.recv(4096))["color"] == "blue"
    service = seen(drill, UDP)[UDP]
    assert [each.protocol for each in service.listeners] == ["UDP"]
    assert service.pool is not None
    assert service.pool.protocol == "UDP"
    assert not service.traffic_watched, "a VIP cannot be asked over UDP"
    assert {one.member.operating_status for one in service.blue.instances if one.member} == {"ONLINE"}


def test_a_closed_udp_port_is_a_member_in_error(drill: Drill) -> None:
    drill.control.put(f"instances/{UDP}-green-1", json={"mode": "refuse"}).raise_for_status()
    try:
        for _ in range(20):
            drill.control.post("beat").raise_for_status()
            member = next(each for each in entrance(drill, UDP).balancer.pools[0].members if "-green-" in each.name)
            if member.operating_status == "ERROR":
                break
        assert member.operating_status == "ERROR"
    finally:
        drill.control.put(f"instances/{UDP}-green-1", json={"mode": "ok"}).raise_for_status()


def test_each_project_sees_its_own_alone(drill: Drill) -> None:
    ours, theirs = Session.open("drill"), Session.open("drill-edge")
    names = {each["name"] for each in ours.get("load-balancer", "/v2/lbaas/loadbalancers")["loadbalancers"]}
    assert EDGE not in names
    assert TLS in names
    (alone,) = theirs.get("load-balancer", "/v2/lbaas/loadbalancers")["loadbalancers"]
    assert (alone["name"], alone["project_id"]) == (EDGE, drill.world.edge_id)
    assert theirs.get("compute", "/servers/detail")["servers"] == []


def test_a_service_with_its_load_balancer_in_another_project_is_seen_whole(drill: Drill) -> None:
    service = seen(drill, EDGE)[EDGE]
    assert {source.problem for source in service.sources.values()} == {""}
    assert service.balancer is not None
    assert [one.member is not None and one.server is not None for one in service.blue.instances] == [True]
