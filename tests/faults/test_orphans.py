"""What the oracle says of things that are left behind, on a drill in which they are."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from life_scenes import LIVES
from mishaps import MISHAPS
from oracle import Violation
from orphans import Belongings, no_orphans, nobody_else_deleted

from console.drill.server import Drill, running_drill
from console.drill.world import Write
from console.plan.plan import Action, Intent
from console.rollout.records import RolloutState

KILL = next(one for one in MISHAPS if one.name == "kill")
RETIRE = next(one for one in LIVES if one.name == "retire")


def play(drill: Drill) -> Any:
    """A rollout that went back, as far as the oracle looks at it."""
    plan = SimpleNamespace(intent=Intent(Action.RETIRE))
    rollout = SimpleNamespace(state=RolloutState.ROLLED_BACK)
    return SimpleNamespace(drill=drill, plan=plan, scene=RETIRE, rollout=lambda: rollout)


def test_what_is_new_when_a_rollout_went_back_is_named() -> None:
    with running_drill(instances=1) as drill:
        there = Belongings.of(drill.world)
        no_orphans(play(drill), KILL, there)
        one = next(iter(there.servers))
        fewer = {key: name for key, name in there.servers.items() if key != one}
        with pytest.raises(Violation, match=f"servers are left.*{there.servers[one]}"):
            no_orphans(play(drill), KILL, replace(there, servers=fewer))
        with pytest.raises(Violation, match="members are left"):
            no_orphans(play(drill), KILL, replace(there, members=frozenset()))
        drill.world.servers = [server for server in drill.world.servers if server.id != one]
        with pytest.raises(Violation, match=f"ports of no server are left.*{one}"):
            no_orphans(play(drill), KILL, there)


def test_a_server_that_nobody_named_is_not_to_be_deleted() -> None:
    with running_drill(instances=1) as drill:
        there = Belongings.of(drill.world)
        by_name = {name: key for key, name in there.servers.items()}
        for name in ("nova-api-green-1", "nova-api-blue-1"):
            seen = {"servers": {by_name[name]: [name, "ACTIVE", 1, None]}, "leases": {}}
            drill.world.writes[:] = [_deletion(by_name[name], seen)]
            if "green" in name:
                nobody_else_deleted(play(drill), there)
            else:
                with pytest.raises(Violation, match=name):
                    nobody_else_deleted(play(drill), there)


def _deletion(ident: str, seen: dict[str, Any]) -> Write:
    gone = {**seen, "servers": {}}
    path, agent = f"/compute/v2.1/servers/{ident}", "bluegreen rollout/abc123 (jump1:1)"
    return Write("compute", "DELETE", path, "", "operator", 1.0, agent, 204, "", seen, gone)
