"""Scenes of single instances: out of rotation and back, one for another, clients sent away; a call for each member."""

from __future__ import annotations

from goals import attached, powered, standing
from scene import Scene

from console.drill.octavia import provisioning
from console.drill.octavia.policies import Policy, Rule
from console.drill.server import Drill
from console.plan.kinds.preview import HEADER
from console.plan.orders import SingleOrder
from console.plan.plan import Action, Intent
from console.plan.preview import NAME

WHO = "alice@jump1"
TWO_THIRDS = 0.6


def _intent(action: Action, *names: str, service: str = "nova-api", ratio: float | None = None) -> Intent:
    full = tuple(f"{service}-{name}" for name in names)
    return Intent(action, order=SingleOrder(full, WHO, ratio))


def _spare(drill: Drill) -> None:
    """BLUE's third is out of rotation, held by who drained it, and healthy."""
    member = next(one for one in drill.world.pool.members if one.name == "nova-api-blue-3")
    member.weight, member.operating_status = 0, "DRAINING"
    kept = (tag for tag in member.tags if not tag.startswith("bluegreen:weight"))
    member.tags = [*kept, "bluegreen:weight=100", f"bluegreen:hold={WHO}"]
    provisioning.apply(drill.world, drill.world.entrances[0])


def _bare(drill: Drill) -> None:
    """Nothing attaches the idle pool of keystone."""
    entrance = next(one for one in drill.world.entrances if one.balancer.name == "keystone")
    for listener in entrance.balancer.listeners:
        listener.policies.clear()
    provisioning.apply(drill.world, entrance)


def _kept(drill: Drill) -> None:
    """The standing preview of keystone is ours, on the first of its listeners."""
    _bare(drill)
    entrance = next(one for one in drill.world.entrances if one.balancer.name == "keystone")
    for position, colour in enumerate(("blue", "green"), start=1):
        pool = next(one for one in entrance.balancer.pools if one.name.endswith(colour))
        listener = entrance.balancer.listeners[0]
        policy = Policy(NAME + colour, drill.world.project_id, redirect_pool_id=pool.id, position=position)
        policy.listener_id = listener.id
        policy.rules.append(Rule("", drill.world.project_id, key=HEADER, value=f"secret-{colour}"))
        listener.policies.append(policy)
    provisioning.apply(drill.world, entrance)


GREENS = {"green-1": 0, "green-2": 0, "green-3": 0}

SINGLES = (
    Scene(
        "drain",
        _intent(Action.DRAIN, "blue-1", ratio=TWO_THIRDS),
        keeps=TWO_THIRDS,
        named=("blue-1",),
        goal=standing({"blue-1": 0}, held=True),
    ),
    Scene(
        "restore",
        _intent(Action.RESTORE, "blue-3"),
        prepare=_spare,
        named=("blue-3",),
        goal=standing({"blue-3": 100}),
    ),
    Scene(
        "replace",
        _intent(Action.REPLACE, "blue-1", "blue-3"),
        prepare=_spare,
        named=("blue-1", "blue-3"),
        goal=standing({"blue-3": 100}),
    ),
    Scene(
        "evict",
        Intent(Action.EVICT, order=SingleOrder(who=WHO)),
        named=tuple(GREENS),
        goal=standing(GREENS, up=False),
    ),
    Scene(
        "drain-worker",
        _intent(Action.DRAIN, "blue-1", service="nova-scheduler", ratio=0.5),
        services=3,
        service="nova-scheduler",
        instances=2,
        power=True,
        keeps=0.5,
        named=("blue-1",),
        goal=powered({"blue-1": 4, "blue-2": 1}, held=("blue-1",)),
    ),
)

PREVIEWS = (
    Scene("preview", Intent(Action.PREVIEW), services=2, service="keystone", prepare=_bare, goal=attached(2)),
    Scene("unpreview", Intent(Action.UNPREVIEW), services=2, service="keystone", prepare=_kept, goal=attached(0)),
)
