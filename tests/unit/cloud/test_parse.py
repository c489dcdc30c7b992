from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.cloud import parse
from console.model.balancer import Member
from console.model.moments import when

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(
    [
        "id",
        "name",
        "status",
        "OS-EXT-STS:task_state",
        "OS-EXT-STS:power_state",
        "metadata",
        "tags",
        "addresses",
        "image",
        "created",
        "fault",
        "address",
        "weight",
        "admin_state_up",
        "protocol_port",
        "session_persistence",
        "delay",
        "default_pool_id",
    ]
)
MAKERS: list[Callable[[Any], object]] = [
    parse.server,
    parse.load_balancer,
    parse.listener,
    parse.pool,
    parse.monitor,
    parse.member,
]


@given(JSON | st.dictionaries(KEYS, JSON, max_size=12))
def test_nothing_that_a_cloud_sends_makes_it_raise(raw: Any) -> None:
    for make in MAKERS:
        make(raw)
    parse.items(raw, "servers", parse.server)
    when(raw)


@given(st.dictionaries(KEYS, JSON, max_size=12))
def test_fields_have_their_types_whatever_was_sent(raw: dict[str, Any]) -> None:
    server = parse.server(raw | {"id": "s"})
    assert server is not None
    assert isinstance(server.status, str)
    assert server.status
    assert all(isinstance(value, str) for value in [*server.metadata.values(), *server.tags])
    member = parse.member(raw | {"id": "m", "address": "::1"})
    assert member is not None
    assert type(member.weight) is int
    assert type(member.admin_state_up) is bool


def test_a_server_with_everything() -> None:
    server = parse.server(
        {
            "id": "s1",
            "name": "api-blue-1",
            "status": "ACTIVE",
            "OS-EXT-STS:task_state": "deleting",
            "OS-EXT-STS:power_state": 1,
            "metadata": {"color": "blue"},
            "tags": ["service=api"],
            "image": {"id": "i1"},
            "created": "2026-11-23T13:52:10Z",
            "fault": {"code": 500, "message": "No valid host was found. "},
            "addresses": {
                "ops": [{"addr": "10.0.0.5", "OS-EXT-IPS:type": "fixed"}, {"addr": "2001:db8::5"}],
                "ext": [{"addr": "203.0.113.9", "OS-EXT-IPS:type": "floating"}],
            },
        }
    )
    assert server is not None
    assert (server.name, server.task_state, server.power_state, server.image_id) == ("api-blue-1", "deleting", 1, "i1")
    assert (server.fault, server.created_at) == ("No valid host was found.", 1795441930.0)
    assert [(a.network, a.ip, a.floating) for a in server.addresses] == [
        ("ops", "10.0.0.5", False),
        ("ops", "2001:db8::5", False),
        ("ext", "203.0.113.9", True),
    ]


def test_a_server_of_a_cell_that_is_down_is_unknown_not_running() -> None:
    server = parse.server({"id": "s1", "status": "UNKNOWN", "tenant_id": "p", "created": "2026-11-23T13:52:10Z"})
    assert server is not None
    assert (server.name, server.status, server.running) == ("s1", "UNKNOWN", False)


def test_a_volume_booted_server_has_no_image() -> None:
    server = parse.server({"id": "s1", "image": ""})
    assert server is not None
    assert server.image_id is None


@pytest.mark.parametrize("value", ["HALF_DEGRADED", "online", "Zustand 7"])
def test_statuses_that_nobody_knows_are_kept_as_they_came(value: str) -> None:
    member = parse.member({"id": "m", "address": "10.0.0.1", "operating_status": value, "provisioning_status": value})
    server = parse.server({"id": "s", "status": value})
    assert member is not None
    assert server is not None
    assert (member.operating_status, member.provisioning_status, server.status) == (value, value, value)


def test_null_statuses_are_unknown() -> None:
    pool = parse.pool({"id": "p", "operating_status": None, "session_persistence": None})
    assert pool is not None
    assert (pool.operating_status, pool.provisioning_status, pool.session_persistence) == ("UNKNOWN", "UNKNOWN", "")


def test_what_a_member_leaves_out_is_what_the_api_would_put_there() -> None:
    assert parse.member({"id": "m", "address": "10.0.0.1", "protocol_port": 80}) == Member(
        "m", "", "10.0.0.1", 80, weight=1, admin_state_up=True, backup=False, monitor_address=None, monitor_port=None
    )


def test_weight_0_and_false_are_kept() -> None:
    member = parse.member({"id": "m", "address": "10.0.0.1", "weight": 0, "admin_state_up": False})
    assert member is not None
    assert (member.weight, member.admin_state_up) == (0, False)


def test_operating_status_of_a_load_balancer_is_never_taken() -> None:
    balancer = parse.load_balancer({"id": "l", "operating_status": "ERROR", "provisioning_status": "ACTIVE"})
    assert balancer is not None
    assert (balancer.operating_status, balancer.provisioning_status) == ("UNKNOWN", "ACTIVE")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-11-23T13:52:10Z", 1795441930.0),
        ("2026-11-23T13:52:10", 1795441930.0),
        ("2026-11-23T14:52:10+01:00", 1795441930.0),
        ("yesterday", None),
        ("", None),
        (7, None),
    ],
)
def test_times(text: Any, seconds: float | None) -> None:
    assert when(text) == seconds


def test_numbers_that_cannot_be_are_not_taken() -> None:
    member = parse.member({"id": "m", "address": "10.0.0.1", "weight": 10**400, "protocol_port": -(10**400)})
    assert member is not None
    assert (member.weight, member.protocol_port) == (1, 0)
