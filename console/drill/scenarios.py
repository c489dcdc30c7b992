"""Faults at run time: one scenario at a time begins, goes on by itself, and ends without a trace."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from console.drill.octavia import provisioning
from console.drill.octavia.objects import Member
from console.drill.settings import Fault
from console.drill.world import Server, Trouble, World, stamp

SLOWNESS = 2.0  # seconds
TOKENS_LAST = 5.0  # seconds
MEDDLING = 12.0  # seconds between two changes of the second operator
MEDDLED = 7  # the weight that the second operator gives

_TROUBLES = {
    Fault.LB_STUCK: Trouble("lb-stuck"),
    Fault.LB_ERROR: Trouble("lb-error"),
    Fault.CONFLICT_STORM: Trouble("conflict", 5),
}
_OUTAGES = {
    Fault.LOGIN_REFUSED: ("identity", "refused"),
    Fault.API_DOWN: ("compute", "down"),
    Fault.API_FORBIDDEN: ("load-balancer", "forbidden"),
    Fault.RATE_LIMITED: ("load-balancer", "limited"),
}


async def begin(world: World, fault: Fault | None) -> None:
    """End the scenario that there is, and begin another one; None: all is well."""
    await end(world)
    world.settings.fault = fault
    if (trouble := _TROUBLES.get(fault)) is not None:  # type: ignore[arg-type]
        world.troubles.append(Trouble(trouble.kind, trouble.left))
    if (outage := _OUTAGES.get(fault)) is not None:  # type: ignore[arg-type]
        world.outages[outage[0]] = outage[1]
    match fault:
        case Fault.GREEN_UNHEALTHY:
            await _last(world, "green").set_mode("unhealthy")
        case Fault.BLUE_DEAD:
            await _die(world, "blue")
        case Fault.SLOW_API:
            world.settings.delay = max(world.settings.delay, SLOWNESS)
        case Fault.SECOND_OPERATOR:
            _haunt(world, _meddle(world))
        case Fault.TOKEN_EXPIRY:
            _haunt(world, _expire(world))
        case Fault.LOGIN_REFUSED:
            world.tokens.clear()
        case Fault.NAMES_LOST:
            world.names_lost = True
            world.tokens.clear()  # a client reads the catalog when it logs in


async def end(world: World) -> None:
    """Everything as it should be: instances well, load balancers ACTIVE, APIs there."""
    was, world.settings.fault = world.settings.fault, None
    for task in tuple(world.haunting):
        task.cancel()
    await asyncio.gather(*world.haunting, return_exceptions=True)
    if was is Fault.SLOW_API:
        world.settings.delay = 0.0
    if was is None:
        return
    world.troubles.clear()
    world.outages.clear()
    world.names_lost = False
    release(world)
    for entrance in world.entrances:
        if entrance.balancer.provisioning_status == "ERROR":
            entrance.balancer.provisioning_status = "ACTIVE"
    for instance in world.instances:
        if instance.mode != "ok":
            await instance.set_mode("ok")
    for server in world.servers:
        if server.status == "ERROR":
            server.status, server.vm_state, server.power_state, server.fault = "ACTIVE", "active", 1, None


def release(world: World) -> None:
    """End what is pending at once."""
    world.settle_now.set()
    world.settle_now = asyncio.Event()


def change(world: World) -> Member:
    """Somebody else changes a weight in the first pool: a real change, that locks the load balancer."""
    entrance, member = world.entrances[0], world.pool.members[-1]
    member.weight = 0 if member.weight == MEDDLED else MEDDLED
    member.provisioning_status = "PENDING_UPDATE"
    provisioning.begin(world, entrance, [member], world.pool)
    return member


def _last(world: World, colour: str) -> Any:
    named = [each for each in world.instances if each.name.startswith(f"{world.balancer.name}-{colour}-")]
    return named[-1]


async def _die(world: World, colour: str) -> None:
    instance = _last(world, colour)
    await instance.set_mode("refuse")
    server = world.server(instance.id)
    if isinstance(server, Server):
        server.status, server.vm_state, server.power_state = "ERROR", "error", 4
        message = "Exceeded maximum number of retries. Connection to the hypervisor is broken on host: cmp-7"
        server.fault = {"code": 500, "created": stamp(), "message": message}


def _haunt(world: World, work: Coroutine[Any, Any, None]) -> None:
    task = world.spawn(work)
    world.haunting.add(task)
    task.add_done_callback(world.haunting.discard)


async def _meddle(world: World) -> None:
    while True:
        if world.balancer.provisioning_status == "ACTIVE" and world.pool.members:
            change(world)
        await asyncio.sleep(MEDDLING)


async def _expire(world: World) -> None:
    while True:
        await asyncio.sleep(TOKENS_LAST)
        world.tokens.clear()
