"""The batch of members: what it changes, what it leaves, what it refuses, and the lock while it is applied."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ground import Ground, intent, until

from console.errors import ApiError, Conflict
from console.model.balancer import Member
from console.model.call import Call
from console.plan.kinds.weights import item


def test_an_additive_batch_keeps_the_others(pool: Ground) -> None:
    blue, *_ = pool.of("blue")
    others = [intent(member) for member in pool.members() if member.id != blue.id]
    pool.put([item(replace(blue, weight=7))])
    pool.settle()
    assert pool.member(blue.id).weight == 7
    assert [intent(member) for member in pool.members() if member.id != blue.id] == others


def test_a_batch_that_is_not_additive_removes_the_others(pool: Ground) -> None:
    blue = pool.of("blue")
    pool.put([item(member) for member in blue], additive=False)
    pool.settle()
    assert [member.id for member in pool.members()] == [member.id for member in blue]


def test_weight_and_tags_in_one_write_keep_the_member(pool: Ground) -> None:
    green, *_ = pool.of("green")
    wanted = replace(green, weight=5, tags=(*green.tags, "bluegreen:hold=somebody"))
    pool.put([item(wanted)])
    pool.settle()
    found = pool.member(green.id)
    assert intent(found) == intent(wanted)
    assert found.provisioning_status == "ACTIVE"
    assert (found.held_by, found.intended_weight, found.server_id) == ("somebody", 100, green.server_id)


def test_fields_that_are_left_out_are_reset(pool: Ground) -> None:
    green, *_ = pool.of("green")
    pool.put([item(replace(green, weight=5, backup=True, admin_state_up=False, monitor_port=8774))])
    pool.settle()
    changed = pool.member(green.id)
    assert (changed.backup, changed.admin_state_up, changed.monitor_port) == (True, False, 8774)
    pool.put([{"address": green.address, "protocol_port": green.protocol_port}])
    pool.settle()
    found = pool.member(green.id)
    assert (found.weight, found.backup, found.admin_state_up, found.monitor_port) == (1, False, True, None)
    assert (found.name, sorted(found.tags), found.subnet_id) == (green.name, sorted(green.tags), green.subnet_id)


def test_both_colours_in_one_batch(pool: Ground) -> None:
    swapped = [replace(member, weight=0 if member.weight else 100) for member in pool.members()]
    pool.put([item(member) for member in swapped])
    pool.settle()
    assert [intent(member) for member in pool.members()] == [intent(member) for member in swapped]


def _rename(kind: str, object_id: str) -> Call:
    return Call("load-balancer", "PUT", f"/v2/lbaas/{kind}s/{object_id}", {kind: {"description": "renamed"}})


def _duplicate(member: Member) -> list[dict[str, Any]]:
    return [item(member), item(replace(member, weight=3))]


def _heavy(member: Member) -> list[dict[str, Any]]:
    return [item(replace(member, weight=257))]


def _without_port(member: Member) -> list[dict[str, Any]]:
    return [{"address": member.address}]


def _unknown_subnet(member: Member) -> list[dict[str, Any]]:
    # Only a member that is not there yet has its subnet looked up.
    return [item(replace(member, address="192.0.2.10", subnet_id="00000000-0000-0000-0000-000000000000"))]


@pytest.mark.parametrize("wrong", [_duplicate, _heavy, _without_port, _unknown_subnet])
def test_a_wrong_batch_is_refused_whole(pool: Ground, wrong: Any) -> None:
    blue, *_ = pool.of("blue")
    before = [intent(member) for member in pool.members()]
    with pytest.raises(ApiError) as refused:
        pool.put(wrong(blue))
    assert refused.value.status == 400
    assert pool.balancer().provisioning_status == "ACTIVE"
    assert [intent(member) for member in pool.members()] == before


def test_while_pending_everything_is_locked_and_the_database_is_ahead(pool: Ground) -> None:
    blue, *_ = pool.of("blue")
    with pool.pending():
        pool.put([item(replace(blue, weight=9))])
        assert pool.balancer().provisioning_status == "PENDING_UPDATE"
        found = pool.member(blue.id)
        assert (found.weight, found.provisioning_status) == (9, "PENDING_UPDATE")
        with pytest.raises(Conflict, match=r"Pool \S+ is immutable and cannot be updated") as busy:
            pool.put([item(replace(blue, weight=1))])
        assert busy.value.status == 409
        path = f"/v2/lbaas/pools/{pool.pool_id}/members/{blue.id}"
        single = Call("load-balancer", "PUT", path, {"member": {"weight": 1}})
        with pytest.raises(Conflict, match="is immutable and cannot be updated"):
            pool.writer.send(single)
        listener, *_ = pool.reader.listeners(pool.balancer_id)
        with pytest.raises(Conflict, match=f"Load Balancer {pool.balancer_id} is immutable and cannot be updated"):
            pool.writer.send(_rename("listener", listener.id))
        with pytest.raises(Conflict, match="Invalid state PENDING_UPDATE of loadbalancer resource"):
            pool.writer.send(_rename("loadbalancer", pool.balancer_id))
    pool.settle()
    assert pool.member(blue.id).weight == 9


def test_a_batch_that_fails_in_the_amphora_shows_weights_that_do_not_serve(pool: Ground) -> None:
    until(lambda: {member.operating_status for member in pool.of("blue")}, {"ONLINE"}, 30)
    swapped = [item(replace(member, weight=0 if member.weight else 100)) for member in pool.members()]
    with pool.broken():
        pool.put(swapped)
        pool.settle()
    assert {(member.weight, member.provisioning_status) for member in pool.of("blue")} == {(0, "ERROR")}
    assert {(member.weight, member.provisioning_status) for member in pool.of("green")} == {(100, "ERROR")}
    assert {member.operating_status for member in pool.of("blue")} == {"ONLINE"}  # they serve, whatever the weight says
    pool.put(swapped)
    pool.settle()
    assert {(member.weight, member.provisioning_status) for member in pool.of("blue")} == {(0, "ACTIVE")}
    until(lambda: {member.operating_status for member in pool.of("blue")}, {"DRAINING"}, 30)
