"""The member batch of the drill's Octavia: matching, resets, refusals."""

from __future__ import annotations

from typing import Any

import pytest

IMMUTABLE = "is immutable and cannot be updated."


def told(answer: Any) -> str:
    text: str = answer.json()["faultstring"]
    return text


def test_a_batch_answers_202_with_nothing_and_keeps_ids(cloud: Any) -> None:
    before = cloud.members()
    answer = cloud.swap()
    assert (answer.status_code, answer.content) == (202, b"")
    after = cloud.members()
    assert {name: member["id"] for name, member in after.items()} == {name: m["id"] for name, m in before.items()}
    assert {name: member["weight"] for name, member in after.items()} == {
        "blue-1": 0, "blue-2": 0, "green-1": 100, "green-2": 100,
    }  # fmt: skip


def test_omitted_fields_are_reset_but_name_and_tags_are_kept(cloud: Any) -> None:
    full = cloud.item("green-1", weight=7, backup=True, admin_state_up=False, monitor_port=99)
    cloud.batch(full)
    cloud.settle()
    key = {"address": full["address"], "protocol_port": full["protocol_port"]}
    cloud.batch(key)
    cloud.settle()
    green = cloud.members()["green-1"]
    assert (green["weight"], green["backup"], green["admin_state_up"], green["monitor_port"]) == (1, False, True, None)
    assert green["tags"] == sorted(full["tags"])
    assert green["subnet_id"] == full["subnet_id"]


def test_additive_leaves_the_others_and_a_plain_batch_removes_them(cloud: Any) -> None:
    cloud.batch(cloud.item("green-1", weight=1))
    assert cloud.settle() == "ACTIVE"
    assert len(cloud.members()) == 4
    cloud.batch(cloud.item("blue-1"), additive=False)
    assert {name: m["provisioning_status"] for name, m in cloud.members().items()}["green-1"] == "PENDING_DELETE"
    assert cloud.settle() == "ACTIVE"
    assert set(cloud.members()) == {"blue-1"}


def test_an_unknown_address_is_a_new_member_that_no_heartbeat_has_seen(quiet: Any) -> None:
    quiet.batch({"address": "127.0.0.1", "protocol_port": 9, "weight": 0, "name": "foreign"})
    member = quiet.members()["foreign"]
    assert (member["provisioning_status"], member["operating_status"]) == ("PENDING_CREATE", "OFFLINE")
    quiet.settle()
    assert quiet.members()["foreign"]["provisioning_status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"weight": 257}, 400, "attribute weight. Value: '257'. Value should be lower or equal to 256"),
        ({"weight": -1}, 400, "attribute weight. Value: '-1'. Value should be greater or equal to 0"),
        ({"address": "nope"}, 400, "attribute address. Value: 'nope'. Value should be IPv4 or IPv6 format"),
        ({"id": "x"}, 400, "Unknown attribute for argument members_.members: id"),
        ({"tags": ["a", "a"]}, 500, "Duplicate entry"),
    ],
)
def test_a_bad_item_is_refused_and_nothing_changes(still: Any, change: dict[str, Any], status: int, words: str) -> None:
    before = still.members()
    answer = still.batch(still.item("blue-2", weight=3), still.item("blue-1", **change))
    assert answer.status_code == status
    assert words in told(answer)
    assert still.members() == before
    assert still.settle() == "ACTIVE"


def test_the_same_member_twice_is_refused(still: Any) -> None:
    answer = still.batch(still.item("blue-1"), still.item("blue-1", weight=0))
    assert answer.status_code == 400
    assert told(answer) == "Validation failure: Member must be updated only once in the same request."
    assert still.balancer()["provisioning_status"] == "ACTIVE"


def test_everything_is_locked_while_a_change_is_under_way(cloud: Any) -> None:
    blue = cloud.members()["blue-1"]["id"]
    green, pool = cloud.item("green-1"), cloud.drill.world.pool.id
    cloud.drill.control.post("trouble", json={"kind": "lb-stuck"})
    assert cloud.batch(cloud.item("blue-1", weight=50)).status_code == 202
    member = f"{cloud.pool}/members/{blue}"
    answers = [
        cloud.batch(green),
        cloud.operator.post(f"{cloud.pool}/members", json={"member": green}),
        cloud.operator.put(member, json={"member": {"weight": 3}}),
        cloud.operator.delete(member),
    ]
    assert [answer.status_code for answer in answers] == [409] * 4
    assert {told(answer) for answer in answers} == {f"Pool {pool} {IMMUTABLE}"}
    balancer = f"/load-balancer/v2/lbaas/loadbalancers/{cloud.drill.world.balancer.id}"
    itself = cloud.operator.put(balancer, json={"loadbalancer": {"description": "x"}})
    assert told(itself) == f"Invalid state PENDING_UPDATE of loadbalancer resource {cloud.drill.world.balancer.id}"
    named = cloud.operator.put(cloud.pool, json={"pool": {"description": "x"}})
    assert told(named) == f"Load Balancer {cloud.drill.world.balancer.id} {IMMUTABLE}"
    cloud.drill.control.post("release")
    assert cloud.settle() == "ACTIVE"
    assert cloud.batch(green).status_code == 202


def test_a_load_balancer_in_error_is_immutable(cloud: Any) -> None:
    cloud.drill.control.put("load-balancer", json={"provisioning_status": "ERROR"})
    answer = cloud.swap()
    assert answer.status_code == 409
    assert told(answer).endswith(IMMUTABLE)


def test_single_writes(cloud: Any) -> None:
    item = cloud.item("green-1")
    duplicate = cloud.operator.post(f"{cloud.pool}/members", json={"member": item})
    assert duplicate.status_code == 409
    assert told(duplicate).startswith("Another member on this pool is already using ip")
    where = f"{cloud.pool}/members/{cloud.members()['green-1']['id']}"
    changed = cloud.operator.put(where, json={"member": {"weight": 3}}).json()["member"]
    assert (changed["weight"], changed["provisioning_status"]) == (3, "PENDING_UPDATE")
    assert changed["tags"] == sorted(item["tags"])
    cloud.settle()
    assert cloud.operator.put(where, json={"member": {"address": "127.0.0.1"}}).status_code == 400
    assert cloud.operator.delete(where).status_code == 204
    cloud.settle()
    assert cloud.operator.delete(where).status_code == 404
    assert cloud.operator.post(f"{cloud.pool}/members", json={"member": item}).status_code == 201


def test_the_viewer_may_not_write(still: Any) -> None:
    member = f"{still.pool}/members/{still.members()['blue-1']['id']}"
    answers = [
        still.viewer.put(f"{still.pool}/members", json={"members": []}),
        still.viewer.put(member, json={"member": {"weight": 0}}),
        still.viewer.post(f"{still.pool}/members", json={"member": {}}),
        still.viewer.delete(member),
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert {told(answer) for answer in answers} == {"Policy does not allow this request to be performed."}


@pytest.mark.parametrize(
    ("body", "status"), [("{", 400), ("{}", 500), ('{"members": null}', 500), ('{"members": "x"}', 400), ("[]", 500)]
)
def test_a_body_that_is_no_batch_changes_nothing(still: Any, body: str, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    assert still.operator.put(f"{still.pool}/members", content=body, headers=headers).status_code == status
    assert len(still.members()) == 4


def test_a_pool_that_is_not_there(still: Any) -> None:
    answer = still.operator.put("/load-balancer/v2/lbaas/pools/nobody/members", json={"members": []})
    assert answer.status_code == 404
    assert answer.json()["description"] == "Pool nobody not found."
