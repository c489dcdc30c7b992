"""Right before a label is written the member is where it was, and its server has its address: else nothing is sent."""

from __future__ import annotations

import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from life_worlds import BLUE, settings
from plan_worlds import NOW, service

from console.errors import Drift, NotFound
from console.model.balancer import Balanced, Member
from console.model.colour import Colour
from console.model.server import Address, Server
from console.plan.desired import MembersLabelled, ServerLabelled, ServerTagged
from console.plan.orders import AdoptOrder, Pair
from console.plan.plan import Action, Intent, Plan, Step, Write
from console.plan.planner import plan
from console.rollout.runner.kinds.registry import under_way
from console.rollout.runner.run import Run

MEMBERS = [replace(one.member, tags=()) for one in BLUE if one.member is not None]
SERVERS = [Server(f"s{n}", f"shop-{n}", "ACTIVE", addresses=(Address("ops-net", one.address),))
           for n, one in enumerate(MEMBERS)]  # fmt: skip


class Cloud:
    """What the last look reads."""

    def __init__(self) -> None:
        self.there = {one.id: one for one in SERVERS}
        self.found = list(MEMBERS)

    def server(self, server_id: str) -> Server:
        if server_id not in self.there:
            raise NotFound("no such server", status=404)
        return self.there[server_id]

    def members(self, pool_id: str) -> list[Member]:
        assert pool_id == "pool-1"
        return self.found


def adopted() -> Plan:
    there = service([], [])
    assert there.balancer is not None
    assert there.pool is not None
    part = Balanced(there.balancer, pools=(there.pool,), members={"pool-1": tuple(MEMBERS)})
    there = replace(there, foreign=tuple(MEMBERS), balanced=(part,))
    pairs = tuple(
        Pair(one.id, "pool-1", server.id, server.name, one.address)
        for one, server in zip(MEMBERS, SERVERS, strict=True)
    )
    order = AdoptOrder(pairs, {"color": "blue"}, ("service=shop",))
    made = plan(there, settings(), Intent(Action.ADOPT, Colour.BLUE, order=order), NOW)
    assert isinstance(made, Plan), made
    return made


def written(made: Plan) -> dict[type, tuple[Step, Write]]:
    """The first write of each kind."""
    return {type(write.desired): (step, write) for step in reversed(made.steps) for write in reversed(step.writes)}


@pytest.mark.parametrize("kind", [ServerLabelled, ServerTagged, MembersLabelled])
@pytest.mark.parametrize("change", ["", "spelt", "address", "floating", "member", "gone"])
def test_a_label_is_only_written_behind_its_member(kind: type, change: str) -> None:
    made, cloud = adopted(), Cloud()
    one, first = SERVERS[0], MEMBERS[0]
    if change == "address":
        cloud.there[one.id] = replace(one, addresses=(Address("ops-net", "10.9.9.9"),))
    if change == "floating":
        cloud.there[one.id] = replace(one, addresses=(Address("ops-net", first.address, floating=True),))
    if change == "spelt":
        cloud.there[one.id] = replace(one, addresses=(Address("ops-net", f"::FFFF:{first.address}"),))
    if change == "member":
        cloud.found[0] = replace(first, address="10.9.9.9")
    if change == "gone":
        del cloud.there[one.id]
    run = cast("Run", SimpleNamespace(reader=cloud, written=False, now=time.time))
    writing: Any = under_way(run, made, *written(made)[kind])
    if change in ("", "spelt"):
        assert writing.last_look() == writing.write.call
        return
    with pytest.raises(Drift) as found:
        writing.last_look()
    said = {"member": "10.9.9.9" if kind is MembersLabelled else "is not at 10.0.1.1 any more", "gone": "is gone"}
    assert said.get(change, "does not have 10.0.1.1 any more") in str(found.value)
