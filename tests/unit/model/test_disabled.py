from __future__ import annotations

from dataclasses import replace

import pytest
from test_verdict import NOW, instance, service, side

from console.model.balancer import Balanced, Listener, LoadBalancer, Pool
from console.model.colour import Colour
from console.model.remedies import ENABLE
from console.model.service import POOLS, WEIGHTS
from console.model.verdict import verdict


@pytest.mark.parametrize("rotation", [WEIGHTS, POOLS])
def test_members_that_have_weight_and_are_disabled_are_named_as_why_nothing_serves(rotation: str) -> None:
    ours = [replace(instance(Colour.BLUE, n, 100, admin_state_up=False), pool_id="b") for n in (1, 2)]
    part = Balanced(
        LoadBalancer("l", "api-lb", provisioning_status="ACTIVE"),
        (Listener("d", "http", protocol_port=80, default_pool_id="b", provisioning_status="ACTIVE"),),
        pools=(Pool("b", "b", provisioning_status="ACTIVE"),),
        pool_of={Colour.BLUE: "b"} if rotation == POOLS else {},
        members={"b": tuple(member for one in ours for member in one.members)},
    )
    first, *_ = verdict(service(rotation=rotation, balanced=(part,), blue=side(Colour.BLUE, *ours)), NOW).found
    assert "the members of api-blue-1, api-blue-2 are disabled (admin_state_up is false)" in first.text
    assert "weight" not in first.text
    assert first.hint == ENABLE
