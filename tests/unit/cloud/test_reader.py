from __future__ import annotations

from pathlib import Path

import pytest
from fake_openstack import FakeOpenStack, Json, queries

from console.cloud.reader import Reader, choose, selects, version_number
from console.cloud.session import Session
from console.config.model import Selection
from console.errors import ApiError, Forbidden, NotFound
from console.model.balancer import LoadBalancer
from console.model.server import Server


@pytest.fixture
def reader(cloud: FakeOpenStack, tmp_path: Path) -> Reader:
    cloud.clouds_yaml(tmp_path)
    return Reader(Session.open("test"))


def servers(count: int, **more: object) -> list[Json]:
    return [
        {"id": f"s{n}", "name": f"api-{n}", "status": "ACTIVE", "tags": ["service=api"]} | more for n in range(count)
    ]


def test_servers_come_from_every_page(cloud: FakeOpenStack, reader: Reader) -> None:
    cloud.servers, cloud.page = servers(7), 3
    assert [server.id for server in reader.servers(Selection())] == [f"s{n}" for n in range(7)]
    assert len(cloud.asked("GET /compute")) == 3


def test_members_come_from_every_page(cloud: FakeOpenStack, reader: Reader) -> None:
    cloud.members["p1"] = [{"id": f"m{n}", "address": f"10.0.0.{n}"} for n in range(5)]
    cloud.page = 2
    assert [member.id for member in reader.members("p1")] == ["m0", "m1", "m2", "m3", "m4"]


def test_a_next_page_keeps_the_filters_and_our_own_host(cloud: FakeOpenStack, reader: Reader) -> None:
    cloud.servers, cloud.page = servers(3), 2  # the fake's links name a host that does not exist
    reader.servers(Selection(tags=("service=api",)))
    assert [queries(line)["tags"] for line in cloud.asked("GET /compute")] == ["service=api", "service=api"]


def test_a_list_that_never_ends_is_an_error_not_a_hang(cloud: FakeOpenStack, reader: Reader) -> None:
    link = {"rel": "next", "href": "http://inside.invalid/compute/v2.1/servers/detail?marker=s0"}
    cloud.faults["/compute"] = (200, {"servers": servers(1), "servers_links": [link]})
    with pytest.raises(ApiError, match="round in circles"):
        reader.servers(Selection())


def test_tags_are_asked_of_nova_and_checked_again(cloud: FakeOpenStack, reader: Reader) -> None:
    cloud.servers = [*servers(1), *servers(1, id="other", tags=["service=web"]), *servers(1, id="none", tags=None)]
    cloud.nova_filters = False  # a filter that Nova does not know returns the whole project
    assert [server.id for server in reader.servers(Selection(tags=("service=api",)))] == ["s0"]
    assert queries(cloud.asked("GET /compute")[0])["tags"] == "service=api"


def test_metadata_is_checked_here_because_nova_cannot(cloud: FakeOpenStack, reader: Reader) -> None:
    cloud.servers = [*servers(1, metadata={"role": "api"}), *servers(1, id="x", metadata={"role": "web"})]
    assert [server.id for server in reader.servers(Selection(metadata={"role": "api"}))] == ["s0"]


def test_several_services_share_one_list(cloud: FakeOpenStack, reader: Reader) -> None:
    cloud.servers = [*servers(1), *servers(1, id="w", tags=["service=web"]), *servers(1, id="x", tags=["service=x"])]
    found = reader.servers_tagged(some=("service=api", "service=web"))
    assert [server.id for server in found] == ["s0", "w"]
    assert len(cloud.asked("GET /compute")) == 1


def test_an_older_nova_is_asked_in_its_own_version_from_then_on(cloud: FakeOpenStack, reader: Reader) -> None:
    cloud.servers, cloud.nova_microversions = servers(1), ("2.26",)
    assert len(reader.servers(Selection())) == 1
    assert len(reader.servers(Selection())) == 1
    assert len(cloud.asked("GET /compute")) == 3, "one refused, then two answered"


def test_a_nova_without_tags_is_an_error_not_an_empty_list(cloud: FakeOpenStack, reader: Reader) -> None:
    cloud.nova_microversions = ()
    with pytest.raises(ApiError, match="406"):
        reader.servers(Selection())


def test_load_balancers_ask_only_for_what_is_used(cloud: FakeOpenStack, reader: Reader) -> None:
    cloud.balancers = [{"id": "l1", "name": "api-lb", "provisioning_status": "ACTIVE", "vip_address": "203.0.113.7"}]
    assert reader.load_balancers() == [LoadBalancer("l1", "api-lb", "203.0.113.7", provisioning_status="ACTIVE")]
    line = cloud.asked("GET /load-balancer")[0]
    assert "fields=provisioning_status" in line
    assert "operating_status" not in line


def test_a_load_balancer_by_name_and_by_id(cloud: FakeOpenStack, reader: Reader) -> None:
    cloud.balancers = [{"id": "l1", "name": "api-lb"}, {"id": "l2", "name": "l1"}]
    assert reader.load_balancer("api-lb").id == "l1"
    assert reader.load_balancer("l1").id == "l1", "an id wins over a name"


def test_a_load_balancer_that_is_not_there_names_near_ones(cloud: FakeOpenStack, reader: Reader) -> None:
    cloud.balancers = [{"id": "l1", "name": "nova-api"}]
    with pytest.raises(NotFound, match="there is no load balancer nova-apl") as caught:
        reader.load_balancer("nova-apl")
    assert caught.value.hint == "did you mean nova-api?"
    cloud.balancers = []
    with pytest.raises(NotFound) as caught:
        reader.load_balancer("nova-api")
    assert "see none" in caught.value.hint


def test_two_load_balancers_of_one_name_must_be_told_apart_by_id(cloud: FakeOpenStack, reader: Reader) -> None:
    cloud.balancers = [{"id": "l1", "name": "api"}, {"id": "l2", "name": "api"}]
    with pytest.raises(ApiError, match="2 load balancers are named api") as caught:
        reader.load_balancer("api")
    assert "l1, l2" in caught.value.hint


def test_a_pool_with_its_monitor(cloud: FakeOpenStack, reader: Reader) -> None:
    cloud.pools = [
        {
            "id": "p1",
            "name": "api",
            "healthmonitor_id": "h1",
            "session_persistence": {"type": "HTTP_COOKIE"},
            "loadbalancers": [{"id": "l1"}],
        }
    ]
    cloud.monitors = [{"id": "h1", "type": "HTTP", "url_path": "/healthcheck", "delay": 5, "timeout": 3}]
    pool = reader.pool("api", "l1")
    assert pool.session_persistence == "HTTP_COOKIE"
    assert pool.monitor is not None
    assert (pool.monitor.kind, pool.monitor.delay) == ("HTTP", 5)


def test_a_pool_of_another_load_balancer_is_not_ours(cloud: FakeOpenStack, reader: Reader) -> None:
    cloud.pools = [{"id": "p1", "name": "api", "loadbalancers": [{"id": "l2"}]}]
    with pytest.raises(NotFound, match="no pool api"):
        reader.pool("api", "l1")


def test_a_listener_of_another_load_balancer_is_not_ours(cloud: FakeOpenStack, reader: Reader) -> None:
    cloud.listeners = [
        {"id": "a", "name": "a", "protocol_port": 80, "loadbalancers": [{"id": "l1"}], "default_pool_id": "p1"},
        {"id": "b", "name": "b", "loadbalancers": [{"id": "l2"}]},
    ]
    listeners = reader.listeners("l1")
    assert [(one.id, one.protocol_port, one.default_pool_id) for one in listeners] == [("a", 80, "p1")]


def test_one_forbidden_api_leaves_the_others(cloud: FakeOpenStack, reader: Reader) -> None:
    cloud.faults["/compute"] = (403, {"forbidden": {"code": 403, "message": "Policy doesn't allow it"}})
    cloud.balancers = [{"id": "l1", "name": "api-lb"}]
    with pytest.raises(Forbidden, match="Policy doesn't allow it"):
        reader.servers(Selection())
    assert reader.load_balancer("api-lb").id == "l1"


def test_image_properties_are_the_strings(cloud: FakeOpenStack, reader: Reader) -> None:
    cloud.images["i1"] = {"id": "i1", "git_commit": "3f2a9c1", "size": 4096, "tags": []}
    assert reader.image_properties("i1") == {"id": "i1", "git_commit": "3f2a9c1"}


def test_versions_are_sorted_by_number(cloud: FakeOpenStack, reader: Reader) -> None:
    cloud.versions = ("v2.9", "v2.11", "v2.10", "v2.0")
    assert reader.octavia_versions() == ("v2.0", "v2.9", "v2.10", "v2.11")
    assert version_number("v2.11") > version_number("v2.9") > version_number("beta")


def test_networks_and_ports_are_raw(cloud: FakeOpenStack, reader: Reader) -> None:
    cloud.networks = [{"id": "n1", "name": "lease", "subnets": []}]
    cloud.ports = [
        {"id": "a", "name": "x", "mac_address": "02:00:00:00:00:01"},
        {"id": "b", "name": "y", "mac_address": "02:00:00:00:00:02"},
    ]
    assert reader.network("lease")["id"] == "n1"
    assert [port["id"] for port in reader.ports(mac_address="02:00:00:00:00:02")] == ["b"]
    with pytest.raises(NotFound, match="no network leas"):
        reader.network("leas")


@pytest.mark.parametrize("body", [[], None, {"servers": "text"}, {"servers": None}, {"servers": {}}, {"server": []}])
def test_an_answer_that_is_no_list_tells_nothing(cloud: FakeOpenStack, reader: Reader, body: object) -> None:
    cloud.faults["/compute"] = (200, body)
    with pytest.raises(ApiError, match="answered without servers"):
        reader.servers(Selection())


def test_items_of_the_wrong_shape_are_no_facts(cloud: FakeOpenStack, reader: Reader) -> None:
    cloud.faults["/compute"] = (200, {"servers": [None, 1, {}, {"id": "s1"}, {"id": "s1", "name": "again"}]})
    assert [(server.id, server.name) for server in reader.servers(Selection())] == [("s1", "s1")]


def test_selection_needs_every_tag_and_entry() -> None:
    server = Server("s", "s", tags=("a", "b"), metadata={"k": "v"})
    assert selects(Selection(), server)
    assert selects(Selection(tags=("a", "b"), metadata={"k": "v"}), server)
    assert not selects(Selection(tags=("a", "c")), server)
    assert not selects(Selection(metadata={"k": "w"}), server)


def test_choosing_is_not_fooled_by_control_characters() -> None:
    with pytest.raises(NotFound) as caught:
        choose("pool", [LoadBalancer("l", "ap\x1b[2Ji")], "api", "test")
    assert "\x1b" not in caught.value.hint
