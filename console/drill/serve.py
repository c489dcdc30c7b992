"""`bluegreen drill --serve`: the simulation in the foreground, until it is told to end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path

from console.drill import CLOUDS, CONFIG, READY, REPOSITORY
from console.drill.server import simulation
from console.drill.settings import Fault, Settings
from console.drill.world import World

LOOK_FOR_PARENT = 0.5  # seconds between two looks


async def serve(settings: Settings, directory: Path, say: Callable[[str], None], parent: int | None = None) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP, or until the process `parent` is no longer ours. Raises BluegreenError."""
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, ending.set)
    async with simulation(settings, directory) as world:
        for line in introduction(world, directory):
            say(line)
        say(READY)
        watching = asyncio.ensure_future(_outlive(parent, ending))
        await ending.wait()
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


def introduction(world: World, directory: Path) -> list[str]:
    """How to use the drill, for people."""
    vip = f"http://{world.balancer.vip_address}:{world.vip.port}/version"
    lines = [
        _services(world),
        f"It listens on loopback only: APIs {world.url}, VIP {vip}",
        "",
        f"  export OS_CLIENT_CONFIG_FILE={directory / CLOUDS}",
        f"  bluegreen --config {directory / CONFIG}",
        f"  openstack --os-cloud drill loadbalancer member list {world.balancer.name}",
        f"  curl {vip}",
        "",
        "Clouds: drill (may change), drill-viewer (may only look), drill-credential (application credential).",
        f'Break it: curl -X PUT -d \'{{"fault": "{Fault.LB_STUCK}"}}\' {world.url}/drill/fault (null: all is well)',
        f'Make things happen: curl -X PUT -d \'{{"mode": "unhealthy"}}\' {world.url}/drill/instances/NAME',
    ]
    if world.settings.fault is not None:
        lines.append(f"Fault {world.settings.fault.value}: {world.settings.fault.words}.")
    if not (directory / REPOSITORY).exists():
        lines.append("There is no git on this machine, so the drill has no commits to compare.")
    return lines


def _services(world: World) -> str:
    settings = world.settings
    count, name = settings.instances, world.balancer.name
    if settings.brownfield:
        return f"A simulated cloud with the service {name}, made by hand: {count} instances, and no label on anything."
    idle = f"{count} green ones warm" if settings.idle else "no green ones yet"
    more = f"; {settings.services - 1} more services like it" if settings.services > 1 else ""
    return f"A simulated cloud with the service {name}: {count} blue instances live, {idle}{more}."


async def _outlive(parent: int | None, ending: asyncio.Event) -> None:
    while parent is not None:
        if os.getppid() != parent:
            ending.set()
            return
        await asyncio.sleep(LOOK_FOR_PARENT)
