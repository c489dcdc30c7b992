"""Several services in one drill: how each is kept in rotation, and what the config says of it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from drill_cloud import start, until

from console import config
from console.drill.catalogue import sketches
from console.drill.scene import choose_network
from console.drill.settings import Settings
from console.model.balancer import LoadBalancer

NO_ENVIRONMENT = {"HOME": os.environ.get("HOME", "/")}


@pytest.fixture(scope="module")
def fleet() -> Iterator[Any]:
    yield from start(services=9, instances=1)


def entrance(cloud: Any, name: str) -> Any:
    return next(each for each in cloud.drill.world.entrances if each.balancer.name == name)


def url(cloud: Any, name: str, number: int = 0, path: str = "/version") -> str:
    found = entrance(cloud, name)
    listener = found.balancer.listeners[number]
    host = found.balancer.vip_address
    return f"http://{f'[{host}]' if ':' in host else host}:{listener.protocol_port}{path}"


def get(address: str, **headers: str) -> httpx.Response:
    return httpx.get(address, trust_env=False, headers=headers)


def test_the_config_has_every_service_and_is_understood(fleet: Any) -> None:
    loaded = config.load(fleet.drill.config_file, NO_ENVIRONMENT)
    assert list(loaded.services) == [each.name for each in sketches(9)]
    kinds = {name: one.rotation.kind for name, one in loaded.services.items()}
    assert (kinds["keystone"], kinds["nova-scheduler"], kinds["nova-api"]) == ("pools", "power", "weights")
    assert loaded.services["placement-api"].instances.static["blue"] == (
        f"{fleet.drill.world.instance('placement-api-blue-1').address}:8774",
    )
    assert loaded.services["nova-scheduler"].group == loaded.services["nova-api"].group == "compute"


def test_a_fleet_has_as_many_services_as_asked_for_and_room_for_them() -> None:
    names = [each.name for each in sketches(50)]
    assert len(names) == len(set(names)) == 50
    assert choose_network(Settings(services=50, instances=10)).num_addresses > 50 * 20
    assert choose_network(Settings()).prefixlen == 22


def test_the_preview_header_reaches_either_pool_and_both_are_checked(fleet: Any) -> None:
    found = entrance(fleet, "keystone").balancer
    seen = {
        get(url(fleet, "keystone"), **{policy.rules[0].key: policy.rules[0].value}).json()["color"]
        for policy in found.listeners[0].policies
    }
    assert seen == {"blue", "green"}
    assert get(url(fleet, "keystone")).json()["color"] == "blue"
    assert get(url(fleet, "keystone", 1)).json()["color"] == "blue"
    fleet.drill.control.post("beat")
    assert [pool.operating_status for pool in found.pools] == ["ONLINE", "ONLINE"]


def test_idle_workers_are_switched_off_until_they_are_started(fleet: Any) -> None:
    green = fleet.drill.world.instance("nova-scheduler-green-1")
    where = f"http://{green.address}:{green.port}/healthcheck"
    with pytest.raises(httpx.ConnectError):
        get(where)
    fleet.drill.control.post("servers/nova-scheduler-green-1/start").raise_for_status()
    assert get(where).text == "OK"
    (server,) = fleet.viewer.get("/compute/v2.1/servers/detail?name=nova-scheduler-green-1").json()["servers"]
    assert (server["status"], server["OS-EXT-STS:power_state"]) == ("ACTIVE", 1)
    fleet.drill.control.post("servers/nova-scheduler-green-1/stop").raise_for_status()
    with pytest.raises(httpx.ConnectError):
        get(where)


def test_a_neighbours_pool_in_error_takes_the_load_balancer_with_it(fleet: Any) -> None:
    found = entrance(fleet, "glance-api").balancer
    until(lambda: found.operating_status == "ERROR")
    assert {pool.name: pool.operating_status for pool in found.pools} == {"glance-api": "ONLINE", "reports": "ERROR"}
    assert {listener.operating_status for listener in found.listeners} == {"ONLINE"}
    assert get(url(fleet, "glance-api")).json()["color"] == "blue"


def test_metrics_name_each_member_and_its_sessions(fleet: Any) -> None:
    from prometheus_client.parser import text_string_to_metric_families

    found = entrance(fleet, "glance-api").balancer
    get(url(fleet, "glance-api"))
    answer = get(url(fleet, "glance-api", 2, "/metrics"))
    families = {each.name: each for each in text_string_to_metric_families(answer.text)}
    sessions = {sample.labels["member"]: sample.value for sample in families["octavia_member_current_sessions"].samples}
    assert set(sessions) >= {member.id for member in found.pools[0].members}
    assert sum(sample.value for sample in families["octavia_member_sessions"].samples) >= 1
    assert get(url(fleet, "glance-api", 2)).status_code == 503


def test_an_ipv6_vip_has_an_ipv4_address_beside_it(fleet: Any) -> None:
    found = entrance(fleet, "neutron-server").balancer
    if found.vip_address != "::1":
        pytest.skip("not run: this machine has no IPv6")
    (other,) = found.view()["additional_vips"]
    assert get(url(fleet, "neutron-server")).json()["color"] == "blue"
    port = found.listeners[0].protocol_port
    assert get(f"http://{other['ip_address']}:{port}/version").json()["color"] == "blue"


def test_static_members_are_no_servers(fleet: Any) -> None:
    listed = fleet.viewer.get("/compute/v2.1/servers/detail?name=placement").json()["servers"]
    assert listed == []
    assert not any(
        tag.startswith("server=") for tag in entrance(fleet, "placement-api").balancer.pools[0].members[0].tags
    )
    assert get(url(fleet, "placement-api")).json()["color"] == "blue"


def test_green_can_be_the_live_colour(fleet: Any) -> None:
    assert get(url(fleet, "heat-api")).json()["color"] == "green"
    scheduler, conductor = (fleet.drill.world.server(f"nova-{name}-blue-1") for name in ("scheduler", "conductor"))
    assert (scheduler.status, conductor.status) == ("ACTIVE", "SHUTOFF")


def test_a_tcp_listener_carries_what_is_no_request() -> None:
    for cloud in start(services=11, instances=1):
        found = entrance(cloud, "designate-api").balancer
        assert (found.listeners[0].view()["protocol"], found.pools[0].view()["protocol"]) == ("TCP", "TCP")
        assert get(url(cloud, "designate-api")).json()["color"] == "blue"
        with socket.create_connection((found.vip_address, found.listeners[0].protocol_port), 5) as client:
            client.sendall(b"this is no request\r\n\r\n")
            assert client.recv(4096) == b"", "the instance hangs up: nobody answers in its place"


def test_a_change_leaves_the_neighbour_s_listener_alone(fleet: Any) -> None:
    found = entrance(fleet, "glance-api").balancer
    fleet.drill.control.post("trouble", json={"kind": "lb-stuck"})
    member = found.pools[0].members[0]
    path = f"/load-balancer/v2/lbaas/pools/{found.pools[0].id}/members/{member.id}"
    assert fleet.operator.put(path, json={"member": {"weight": 50}}).status_code == 200
    statuses = {thing.name: thing.provisioning_status for thing in (found, *found.listeners, *found.pools)}
    fleet.drill.control.post("release")
    until(lambda: found.provisioning_status == "ACTIVE")
    locked = {name for name, status in statuses.items() if status == "PENDING_UPDATE"}
    assert locked == {"glance-api", "glance-api-http", "glance-api-internal"}, "load balancer and pool have one name"
    assert statuses["reports"] == "ACTIVE"


def test_a_change_locks_one_load_balancer_only(fleet: Any) -> None:
    fleet.drill.control.post("trouble", json={"kind": "lb-stuck"})
    fleet.swap()
    statuses = {each.balancer.name: each.balancer.provisioning_status for each in fleet.drill.world.entrances}
    fleet.drill.control.post("release")
    assert [name for name, status in statuses.items() if status != "ACTIVE"] == ["nova-api"]
    fleet.settle()


def test_a_cloud_without_tags() -> None:
    for cloud in start(tags=False, instances=1):
        level = {"OpenStack-API-Version": "compute 2.26"}
        assert cloud.viewer.get("/compute/v2.1/servers/detail", headers=level).status_code == 406
        assert cloud.viewer.get("/load-balancer").json()["versions"][-1]["id"] == "v2.4"
        (balancer,) = cloud.viewer.get("/load-balancer/v2/lbaas/loadbalancers").json()["loadbalancers"]
        assert "tags" not in balancer
        service = config.load(cloud.drill.config_file, NO_ENVIRONMENT).services["nova-api"]
        assert (service.instances.tags, service.instances.metadata) == ((), {"service": "nova-api"})


def test_the_address_of_the_proof_is_the_load_balancers(fleet: Any) -> None:
    loaded = config.load(fleet.drill.config_file, NO_ENVIRONMENT)
    for name, service in loaded.services.items():
        if service.vip is not None:
            balancer = LoadBalancer("", name, entrance(fleet, name).balancer.vip_address)
            assert get(service.vip.at(balancer.vip_address)).status_code == 200
