"""Who is told early that a write would fail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from console.cloud.roles import cannot_write, ends_too_soon
from console.cloud.session import Identity

NOW = 1_000_000.0
ALICE = Identity("alice", "u1", "ops", "p1", ("member", "reader"), NOW - 60, NOW + 3600, "http://k", "prod", "r1")


@pytest.mark.parametrize(
    ("roles", "can"),
    [
        (("reader",), False),
        (("reader", "load-balancer_observer"), False),
        (("member", "reader"), True),
        (("admin",), True),
        (("ops-team",), True),  # a role of the cloud's own: the cloud knows what it allows
        ((), True),
    ],
)
def test_only_roles_that_are_known_to_be_for_reading_are_refused(roles: tuple[str, ...], can: bool) -> None:
    assert (cannot_write(replace(ALICE, roles=roles)) == "") is can


def test_a_login_that_cannot_be_repeated_must_last() -> None:
    once = replace(ALICE, renewable=False)
    assert ends_too_soon(ALICE, NOW, 7200) == ""
    assert ends_too_soon(once, NOW, 1800) == ""
    assert "ends in 60 min" in ends_too_soon(once, NOW, 7200)
    assert ends_too_soon(replace(once, expires_at=0.0), NOW, 7200) == ""
