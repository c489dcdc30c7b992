"""What is read, and how: the same of the drill as of a real OpenStack."""

from __future__ import annotations

from typing import Any

import pytest
from ground import Ground

from console.cloud import parse
from console.cloud.reader import version_number
from console.config.model import Selection
from console.errors import NotFound


def test_servers_by_tag(ground: Ground) -> None:
    servers = ground.reader.servers(ground.service.instances)
    assert len(servers) == len(ground.members())
    assert all(server.running and server.power_state == 1 for server in servers)
    assert {server.metadata["color"] for server in servers} == {"blue", "green"}
    assert all(f"service={ground.service.name}" in server.tags for server in servers)
    assert all(server.created_at and not server.fault for server in servers)


def test_no_server_has_an_unknown_tag(ground: Ground) -> None:
    assert ground.reader.servers(Selection(tags=("service=nobody",))) == []


def test_members_join_their_servers_by_tag_and_address(ground: Ground) -> None:
    servers = {server.id: server for server in ground.reader.servers(ground.service.instances)}
    for member in ground.members():
        assert member.server_id in servers
        server = servers[member.server_id or ""]
        assert member.address in [address.ip for address in server.addresses]
        assert f"-{server.metadata['color']}-" in member.name


def test_images_carry_the_commit(ground: Ground) -> None:
    for server in ground.reader.servers(ground.service.instances):
        assert server.image_id
        assert ground.reader.image_properties(server.image_id)["git_commit"] == server.metadata["git_commit"]


def test_load_balancer_by_name_and_id(ground: Ground) -> None:
    balancer = ground.balancer()
    assert balancer == ground.reader.load_balancer(balancer.id)
    assert balancer.provisioning_status == ground.reader.provisioning_status(balancer.id) == "ACTIVE"
    assert balancer.vip_address.startswith(("127.", "10."))
    assert balancer.provider == "amphora"


def test_a_missing_load_balancer_is_not_found(ground: Ground) -> None:
    with pytest.raises(NotFound, match="there is no load balancer nobody"):
        ground.reader.load_balancer("nobody")


def test_listener_pool_and_monitor(ground: Ground) -> None:
    pool = ground.reader.pool(ground.service.rotation.pool, ground.balancer_id)
    assert pool.protocol == "HTTP"
    assert pool.monitor is not None
    assert (pool.monitor.kind, pool.monitor.url_path) == ("HTTP", "/healthcheck")
    listeners = ground.reader.listeners(ground.balancer_id)
    assert [listener.default_pool_id for listener in listeners] == [pool.id]
    assert listeners[0].protocol == "HTTP"


def test_members_have_every_field(ground: Ground) -> None:
    for member in ground.members():
        live = "-blue-" in member.name
        assert member.weight == (100 if live else 0)
        assert member.intended_weight == 100
        assert member.protocol_port == 8774
        assert member.admin_state_up
        assert not member.backup
        assert member.subnet_id
        assert member.provisioning_status == "ACTIVE"


def test_members_of_a_missing_pool(ground: Ground) -> None:
    with pytest.raises(NotFound):
        ground.reader.members("00000000-0000-0000-0000-000000000000")


def test_the_api_has_additive_batches(ground: Ground) -> None:
    versions = ground.reader.octavia_versions()
    assert version_number(versions[-1]) >= (2, 11)
    assert list(versions) == sorted(versions, key=version_number)


def test_the_lease_network_has_no_subnet(ground: Ground) -> None:
    network = ground.reader.network("bluegreen-lease")
    assert network["subnets"] == []
    assert network["project_id"] == ground.session.identity().project_id


@pytest.mark.parametrize(
    ("service", "path", "key"),
    [
        ("compute", "/servers/detail", "servers"),
        ("load-balancer", "/v2/lbaas/pools/{pool}/members", "members"),
        ("network", "/v2.0/ports", "ports"),
    ],
)
def test_lists_come_in_pages(ground: Ground, service: str, path: str, key: str) -> None:
    where = path.format(pool=ground.pool_id)
    whole = _ids(ground.session.get(service, where)[key])
    first = ground.session.get(service, where, [("limit", "1")])
    assert len(first[key]) == 1
    assert [link["rel"] for link in first[f"{key}_links"]].count("next") == 1
    paged: list[str] = ground.reader._list(service, where, key, _id, params=[("limit", "1")])
    assert sorted(paged) == sorted(whole)
    assert len(set(paged)) == len(paged) > 1


def test_fields_limit_the_answer(ground: Ground) -> None:
    answer = ground.session.get("load-balancer", "/v2/lbaas/loadbalancers", [("fields", "id"), ("fields", "name")])
    assert all(set(balancer) == {"id", "name"} for balancer in answer["loadbalancers"])


def test_a_pool_names_its_members(ground: Ground) -> None:
    answer = ground.session.get("load-balancer", f"/v2/lbaas/pools/{ground.pool_id}")
    assert sorted(parse.ids(answer["pool"]["members"])) == sorted(member.id for member in ground.members())


def test_who_we_are(ground: Ground) -> None:
    identity, viewer = ground.session.identity(), ground.viewer.identity()
    assert "member" in identity.roles
    assert viewer.roles == ("reader",)
    assert identity.project_id == viewer.project_id
    assert 0 < identity.expires_at - identity.issued_at <= 86400


def _id(raw: Any) -> str | None:
    return str(raw["id"])


def _ids(rows: list[dict[str, Any]]) -> list[str]:
    return [str(row["id"]) for row in rows]
