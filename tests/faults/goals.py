"""What must be true when the rollout of a scene has reached its goal. Each raises Violation unless it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from oracle import HOLD, Violation, carries, whole

from console.drill.world import World
from console.plan.plan import Plan

if TYPE_CHECKING:
    from scene import Scene

Goal = Callable[[World, "Scene", Plan], None]


def carried(world: World, scene: Scene, plan: Plan) -> None:
    """The target carries the traffic, and only it."""
    carries(world, scene, plan.target)


def standing(weights: dict[str, int], *, held: bool = False, up: bool = True) -> Goal:
    """The members of these instances have that weight, are enabled or not, and held or not."""

    def goal(world: World, scene: Scene, _plan: Plan) -> None:
        found = {member["name"]: member for member in whole(world)["members"].values()}
        for name, weight in weights.items():
            member = found.get(f"{scene.service}-{name}", {"weight": None, "admin_state_up": None, "tags": []})
            has = member["weight"], member["admin_state_up"], any(tag.startswith(HOLD) for tag in member["tags"])
            if has != (weight, up, held):
                raise Violation(f"{name} stands at {has}, not at {(weight, up, held)}")

    return goal


def powered(states: dict[str, int], *, held: tuple[str, ...] = ()) -> Goal:
    """The servers of these instances are on (1) or off (4), and those that are `held` are so by a tag, nobody else."""

    def goal(world: World, scene: Scene, _plan: Plan) -> None:
        found = {name: power for name, _status, power, _task in whole(world)["servers"].values()}
        wrong = {name: found.get(f"{scene.service}-{name}") for name, power in states.items()} != states
        if wrong:
            raise Violation(f"on and off: {found}, not {states}")
        tagged = {one.name for one in world.servers if any(tag.startswith(HOLD) for tag in one.tags)}
        if tagged != {f"{scene.service}-{name}" for name in held}:
            raise Violation(f"held: {sorted(tagged)}, not {held}")

    return goal


def attached(count: int) -> Goal:
    """So many policies stand on the service's listeners, each with its rule."""

    def goal(world: World, scene: Scene, _plan: Plan) -> None:
        policies = list(_policies(world, scene))
        if len(policies) != count or not all(one.rules for one in policies):
            raise Violation(f"{len(policies)} policies, not {count}: {[one.name for one in policies]}")

    return goal


def _policies(world: World, scene: Scene) -> Iterator[Any]:
    for entrance in world.entrances:
        if entrance.balancer.name == scene.service:
            for listener in entrance.balancer.listeners:
                yield from listener.policies


def counted(blue: int, green: int, *, weights: dict[str, int]) -> Goal:
    """So many servers of each colour, each with one member; and what the colours' members weigh, each."""

    def goal(world: World, scene: Scene, _plan: Plan) -> None:
        seen = whole(world)
        for colour, count in (("blue", blue), ("green", green)):
            prefix = f"{scene.service}-{colour}-"
            servers = sorted(name for name, *_ in seen["servers"].values() if name.startswith(prefix))
            members = [one for one in seen["members"].values() if one["name"].startswith(prefix)]
            if len(servers) != count or sorted(one["name"] for one in members) != servers:
                raise Violation(f"{colour}: servers {servers}, members {members}; {count} are to be there")
            if {one["weight"] for one in members} - {weights.get(colour)}:
                raise Violation(f"{colour}: {[(one['name'], one['weight']) for one in members]}")

    return goal
