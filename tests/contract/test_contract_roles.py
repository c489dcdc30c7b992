"""A user with the role reader sees everything and changes nothing."""

from __future__ import annotations

import pytest
from ground import DrillGround, Ground

from console.cloud.lease_reader import mac_for
from console.cloud.reader import Reader
from console.cloud.writer import Writer
from console.errors import Forbidden
from console.model.call import Call
from console.plan.kinds.weights import item


def test_a_viewer_sees_what_an_operator_sees(ground: Ground) -> None:
    viewer = Reader(ground.viewer)
    assert viewer.load_balancer(ground.balancer_id) == ground.balancer()
    assert {member.id for member in viewer.members(ground.pool_id)} == {member.id for member in ground.members()}
    assert len(viewer.servers(ground.service.instances)) == len(ground.members())
    assert viewer.network("bluegreen-lease")["id"] == ground.lease_network


def test_a_viewer_writes_no_members(pool: Ground) -> None:
    with pytest.raises(Forbidden) as refused:
        pool.put([item(member) for member in pool.members()], writer=Writer(pool.viewer))
    assert refused.value.status == 403
    assert pool.balancer().provisioning_status == "ACTIVE"


def test_a_viewer_changes_no_server(ground: Ground) -> None:
    if isinstance(ground, DrillGround):
        pytest.skip("not run: the drill takes no changes of servers")
    server, *_ = ground.reader.servers(ground.service.instances)
    with pytest.raises(Forbidden):
        Writer(ground.viewer).send(Call("compute", "POST", f"/servers/{server.id}/metadata", {"metadata": {"x": "1"}}))
    (again,) = [one for one in ground.reader.servers(ground.service.instances) if one.id == server.id]
    assert again.metadata == server.metadata


def test_a_viewer_takes_changes_and_releases_no_lease(ground: Ground) -> None:
    writer, mac = Writer(ground.viewer), mac_for("a viewer's wish")
    with pytest.raises(Forbidden):
        writer.create_port(ground.lease_network, mac, "bluegreen-lease-x", "{}")
    port = ground.writer.create_port(ground.lease_network, mac, "bluegreen-lease-x", "mine")
    try:
        with pytest.raises(Forbidden):
            writer.describe_port(port["id"], "theirs")
        with pytest.raises(Forbidden):
            writer.delete_port(port["id"])
        with pytest.raises(Forbidden):
            writer.send(Call("network", "PUT", f"/v2.0/ports/{port['id']}/tags/bluegreen:abort", {}))
        seen = Reader(ground.viewer).ports(mac_address=mac)
        assert [(found["id"], found["description"], found["tags"]) for found in seen] == [(port["id"], "mine", [])]
    finally:
        ground.writer.delete_port(port["id"])
