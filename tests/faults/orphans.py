"""What a rollout may not leave behind or take away: servers, their ports and members, server groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle import Violation, done, sent, whole

from console.drill.world import World
from console.plan.orders import LaunchOrder
from console.rollout.records import RolloutState

if TYPE_CHECKING:
    from mishaps import Mishap
    from playing import Play


@dataclass(frozen=True)
class Belongings:
    """All there is: servers by id with their names, ids of members, device ids of servers' ports, names of groups."""

    servers: dict[str, str]
    members: frozenset[str]
    ports: frozenset[str]
    groups: frozenset[str]

    @classmethod
    def of(cls, world: World) -> Belongings:
        """Look at it."""
        seen = whole(world)
        return cls(
            {key: one[0] for key, one in seen["servers"].items()},
            frozenset(seen["members"]),
            frozenset(port["device_id"] for port in world.ports if port["device_owner"] == "compute:nova"),
            frozenset(group.name for group in world.compute.groups),
        )


def no_orphans(play: Play, mishap: Mishap, begin: Belongings) -> None:
    """What is new belongs to a launch that is done, each once; a port and a member have a server. Raises Violation."""
    now, plan = Belongings.of(play.drill.world), play.plan
    assert plan is not None
    order = plan.intent.order
    kept = play.rollout().state is RolloutState.DONE and isinstance(order, LaunchOrder)
    allowed = sorted(order.names) if kept and isinstance(order, LaunchOrder) else []
    made = sorted(name for key, name in now.servers.items() if key not in begin.servers)
    if [name for name in made if name not in allowed] or len(set(made)) != len(made):
        raise Violation(f"servers are left that nobody asked for: {made}, asked for: {allowed}")
    if (lost := now.ports - now.servers.keys()) and not (mishap.meddles and lost <= begin.servers.keys()):
        raise Violation(f"ports of no server are left: {sorted(lost)}")
    members = {key: one["name"] for key, one in whole(play.drill.world)["members"].items()}
    new = [name for key, name in members.items() if key not in begin.members]
    if [name for name in new if name not in made] or len(set(new)) != len(new):
        raise Violation(f"members are left that have no server: {new}, servers: {made}")
    # of a colour that goes on the group stays, empty: nobody can tell that it was not there before
    groups = {name for name in now.groups - begin.groups if not name.endswith(tuple(_colours(now)))}
    if groups and not kept:
        raise Violation(f"server groups are left: {sorted(groups)}")


def _colours(there: Belongings) -> set[str]:
    return {f"-{colour}" for colour in ("blue", "green") if any(f"-{colour}-" in n for n in there.servers.values())}


def nobody_else_deleted(play: Play, begin: Belongings) -> None:
    """A server that was deleted is one that was to be, or that this rollout has made. Raises Violation."""
    for write in sent(play):
        gone = write.before.get("servers", {}).keys() - write.after.get("servers", {}).keys() if done(write) else ()
        for key in gone:
            name = write.before["servers"][key][0]
            if key in begin.servers and name not in play.scene.full(play.scene.deletes):
                raise Violation(f"a server was deleted that nobody named: {name}")
