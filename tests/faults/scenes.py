"""The scenes of the fault matrix: a world and what is to be done in it. A new strategy joins by a scene of its own."""

from __future__ import annotations

import sys
from dataclasses import replace

from life_scenes import LIVES
from scene import Scene
from single_scenes import PREVIEWS, SINGLES

from console.drill.octavia import provisioning
from console.drill.server import Drill
from console.model.colour import Colour
from console.plan.plan import Action, Intent


def _turned(drill: Drill) -> None:
    """GREEN carries the traffic since a while, BLUE is warm."""
    for member in drill.world.pool.members:
        member.weight = 100 if "green" in member.name else 0
        member.operating_status = "ONLINE" if member.weight else "DRAINING"
    provisioning.apply(drill.world, drill.world.entrances[0])


def _mixed(drill: Drill) -> None:
    """Unequal weights, one GREEN held, one admin-down BLUE that must stay so, and a stranger in the pool."""
    world = drill.world
    by_name = {member.name: member for member in world.pool.members}
    by_name["nova-api-green-3"].tags.append("bluegreen:hold=bob")
    for number, weight in ((1, 50), (2, 100), (3, 100)):
        blue = by_name[f"nova-api-blue-{number}"]
        blue.weight, blue.tags = (
            weight,
            [*(tag for tag in blue.tags if "weight" not in tag), f"bluegreen:weight={weight}"],
        )
    stranger = type(world.pool.members[0])("stranger", world.project_id, address="192.0.2.9", protocol_port=80)
    stranger.subnet_id, stranger.weight, stranger.operating_status = world.pool.members[0].subnet_id, 0, "ERROR"
    world.pool.members.append(stranger)
    provisioning.apply(world, world.entrances[0])


def switched(drill: Drill) -> None:
    """Every listener of keystone sends to GREEN's pool."""
    entrance = next(one for one in drill.world.entrances if one.balancer.name == "keystone")
    green = next(pool for pool in entrance.balancer.pools if pool.name.endswith("-green"))
    for listener in entrance.balancer.listeners:
        listener.default_pool_id = green.id
    provisioning.apply(drill.world, entrance)


CUTOVER, BACK = Intent(Action.CUTOVER), Intent(Action.ROLLBACK, Colour.BLUE)
SHARES = {"shift": [50, 100], "confirm_within": "60s", "bake": "20s"}
ASKS_EACH = (
    "import os, urllib.request as u; "
    "[print(e, u.urlopen(f'http://{e}/version', timeout=5).status) for e in os.environ['BLUEGREEN_ENDPOINTS'].split()]"
)
GATE = {"name": "each answers", "run": [sys.executable, "-c", ASKS_EACH], "at": ["shift", "bake"], "timeout": "20m"}

SHIFTS = (
    Scene("at-once", CUTOVER),
    Scene("back", BACK, prepare=_turned),
    Scene("shares", CUTOVER, release=SHARES),
    Scene("mixed", CUTOVER, release={"min_ratio": 0.6}, instances=3, prepare=_mixed),
    Scene("pools", CUTOVER, services=2, service="keystone"),
    Scene("pools-back", BACK, services=2, service="keystone", prepare=switched),
    Scene("workers", CUTOVER, services=3, service="nova-scheduler", instances=2, power=True),
    Scene("one-by-one", replace(CUTOVER, one_by_one=True), instances=2),
    Scene("two-listeners", CUTOVER, services=4, service="glance-api", instances=2),
    *SINGLES,
    *PREVIEWS,
    *LIVES,
)
GATED = (Scene("gated", CUTOVER, release={"bake": "40s", "gates": [GATE]}),)
SCENES = (*SHIFTS, *GATED)
