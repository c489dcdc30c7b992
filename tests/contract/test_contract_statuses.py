"""What the health monitor makes of weights and switches, some heartbeats later."""

from __future__ import annotations

from dataclasses import replace

from ground import Ground, until

from console.plan.kinds.weights import item


def test_weight_zero_is_draining_and_back(pool: Ground) -> None:
    blue, *_ = pool.of("blue")
    until(lambda: pool.member(blue.id).operating_status, "ONLINE", 30)
    pool.put([item(replace(blue, weight=0))])
    pool.settle()
    until(lambda: pool.member(blue.id).operating_status, "DRAINING")
    pool.put([item(blue)])
    pool.settle()
    until(lambda: pool.member(blue.id).operating_status, "ONLINE", 30)


def test_a_healthy_member_at_weight_zero_is_draining(pool: Ground) -> None:
    until(lambda: {member.operating_status for member in pool.of("green")}, {"DRAINING"}, 30)


def test_a_disabled_member_is_offline(pool: Ground) -> None:
    green, *_ = pool.of("green")
    pool.put([item(replace(green, admin_state_up=False))])
    pool.settle()
    until(lambda: pool.member(green.id).operating_status, "OFFLINE")
