"""The lock of a load balancer, and what becomes of a change: applied, failed in the amphora, stuck, or ERROR."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from console.drill.octavia.faults import fault, immutable
from console.drill.octavia.objects import Listener, Pool
from console.drill.octavia.policies import Policy, Rule
from console.drill.octavia.thing import Thing, stamp
from console.drill.settings import Fault as Scenario
from console.drill.world import Entrance, World

AT_THE_DOOR = ("conflict", "busy", "error")  # answered with an error, nothing applied
AFTERWARDS = ("amphora", "lb-stuck", "lb-error")  # accepted, and goes wrong later
IN_THE_ANSWER = ("applied-error", "silent")  # applied, but the client does not get to know
KINDS = (*AT_THE_DOOR, *AFTERWARDS, *IN_THE_ANSWER)
SILENCE = 60.0  # seconds without an answer
RELOAD_SHARE = 0.9  # of `pending`: traffic moves a little before the load balancer is ACTIVE again
BAD_AFTER = 1.0  # seconds of traffic until green goes bad in that scenario


def take(world: World, kinds: Sequence[str]) -> str:
    """The next trouble of these kinds, used up by one; empty when there is none."""
    for trouble in world.troubles:
        if trouble.kind in kinds:
            trouble.left -= 1
            if trouble.left <= 0:
                world.troubles.remove(trouble)
            return trouble.kind
    return ""


def ensure_mutable(world: World, entrance: Entrance, pool: Pool) -> None:
    """Raises 409 unless load balancer and pool are ACTIVE; also the errors that a trainer asked for."""
    kind = take(world, AT_THE_DOOR)
    if kind == "busy":
        raise fault(503, "The project is busy and unable to lock the resource. Please retry.", "Server")
    if kind == "error":
        raise fault(500, "Provider 'amphora' reports error: told to fail by the drill", "Server")
    statuses = {entrance.balancer.provisioning_status, pool.provisioning_status}
    if kind == "conflict" or statuses != {"ACTIVE"}:
        raise immutable("Pool", pool.id)


def begin(world: World, entrance: Entrance, touched: Sequence[Thing], around: Pool | Listener | None = None) -> None:
    """Lock the load balancer for a change that the API's database already holds, and let it be applied later.

    `touched`: what the change is of; `around`: what is locked with it, a listener, or a pool and who uses it.
    """
    locked: tuple[Thing, ...] = (entrance.balancer,)
    if isinstance(around, Pool):
        locked += (around, *(each for each in entrance.balancer.listeners if each.uses(around.id)))
    elif around is not None:
        locked += (around,)
    for thing in locked:
        thing.provisioning_status, thing.updated_at = "PENDING_UPDATE", stamp()
    world.spawn(_settle(world, entrance, tuple(touched), locked))


async def answer(world: World) -> None:
    """Wait or fail where a trainer wants a client to lose the answer to a change that is under way."""
    kind = take(world, IN_THE_ANSWER)
    if kind == "applied-error":
        raise fault(500, "Internal error after the change was accepted: told to fail by the drill", "Server")
    if kind == "silent":
        await asyncio.sleep(SILENCE)


def apply(world: World, entrance: Entrance) -> None:
    """Push what the API's database says to the amphora, at once."""
    entrance.amphora.push(entrance.balancer)
    for vip in entrance.vips:
        vip.reload()
    if world.settings.fault is Scenario.GREEN_BAD_AFTER_SWITCH:
        world.spawn(_spoil_green(world, entrance))


async def _settle(world: World, entrance: Entrance, touched: Sequence[Thing], locked: Sequence[Thing]) -> None:
    kind = take(world, AFTERWARDS)
    await _pause(world, None if kind == "lb-stuck" else world.settings.pending * RELOAD_SHARE)
    if kind not in ("amphora", "lb-error"):
        apply(world, entrance)
    await _pause(world, world.settings.pending * (1 - RELOAD_SHARE))
    failed = kind in ("amphora", "lb-error")
    pools = entrance.balancer.pools
    leaving = [member for pool in pools for member in pool.members if member.provisioning_status == "PENDING_DELETE"]
    if not failed:
        for pool in pools:
            pool.members = [member for member in pool.members if member not in leaving]
        for listener in entrance.balancer.listeners:
            listener.policies = [each for each in listener.policies if each.provisioning_status != "PENDING_DELETE"]
    for thing in locked:
        thing.provisioning_status, thing.updated_at = "ACTIVE", stamp()
    for thing in touched:
        if isinstance(thing, Policy | Rule):
            thing.operating_status = "ERROR" if failed else "ONLINE"
    for thing in (*touched, *leaving):
        thing.provisioning_status, thing.updated_at = "ERROR" if failed else "ACTIVE", stamp()
    if kind == "lb-error":
        entrance.balancer.provisioning_status = "ERROR"


async def _pause(world: World, seconds: float | None) -> None:
    """Wait, or until the control door releases all that is pending."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await world.settle_now.wait()


async def _spoil_green(world: World, entrance: Entrance) -> None:
    serving = [entrance.amphora.backends.get(route.default or "") for route in entrance.amphora.routes.values()]
    carrying = {t.name for backend in serving if backend for t in backend.targets.values() if t.weight > 0}
    await asyncio.sleep(BAD_AFTER)
    for instance in world.instances:
        if instance.colour == "green" and instance.name in carrying and instance.mode == "ok":
            await instance.set_mode("error-rate=0.5")
