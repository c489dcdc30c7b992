"""After a write every member and field is compared with what was written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from console.model.balancer import Member
from console.rollout.runner.readback import read_back

WRITTEN = Member("m1", "api-1", "10.0.0.1", 80, weight=100, tags=("a", "b"), provisioning_status="ACTIVE")


def test_what_was_written_is_applied() -> None:
    assert read_back([WRITTEN], [replace(WRITTEN, tags=("b", "a"), operating_status="ONLINE")]).applied


@pytest.mark.parametrize(
    ("field", "value"),
    [("weight", 0), ("admin_state_up", False), ("backup", True), ("tags", ("a",)), ("monitor_port", 81), ("name", "x")],
)
def test_each_field_that_differs_is_named(field: str, value: object) -> None:
    found = read_back([WRITTEN], [replace(WRITTEN, **{field: value})])  # type: ignore[arg-type]
    assert not found.applied
    assert field in found.wrong[0]


def test_active_again_is_not_success_when_a_member_is_in_error() -> None:
    found = read_back([WRITTEN], [replace(WRITTEN, provisioning_status="ERROR")])
    assert (found.applied, found.failed) == (False, ("api-1",))


def test_new_weights_of_a_pending_member_are_never_taken_for_applied() -> None:
    found = read_back([WRITTEN], [replace(WRITTEN, provisioning_status="PENDING_UPDATE")])
    assert (found.applied, found.pending) == (False, ("api-1",))


def test_a_member_that_is_gone_is_named() -> None:
    assert read_back([WRITTEN], []).wrong == ("api-1 is gone",)
