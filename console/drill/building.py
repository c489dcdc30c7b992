"""What becomes of a server after it was asked for: scheduled, wired, spawned, booted; or ERROR; and its deletion."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import random
import time
from collections.abc import Sequence

from console.drill.instances import Instance
from console.drill.network_objects import new_port
from console.drill.world import JSON, Deed, Server, World, stamp

APP_PORT = 8774
LISTEN_ATTEMPTS = 3
NO_HOST = "No valid host was found. There are not enough hosts available."
EXCEEDED = "Exceeded maximum number of retries. Exhausted all hosts available for retrying build failures for instance "
SLOW = 10  # times as long
DELETING = 0.5  # of `build`


async def build(world: World, server: Server, networks: Sequence[JSON]) -> None:
    """Build it, in `settings.build` seconds; then it boots, in `settings.boot`."""
    length = world.settings.build
    kind = world.compute.trouble(("no-host", "error", "slow", "never"), server.zone)
    await asyncio.sleep(length * 0.1)
    if kind == "no-host" or not server.flavor.fits:
        _fail(server, NO_HOST)
        return
    server.task_state = "networking"
    await asyncio.sleep(length * 0.2)
    if not _there(world, server):
        return
    _wire(world, server, networks)
    server.task_state = "spawning"
    if kind == "never":
        return
    await asyncio.sleep(length * 0.7 * (SLOW if kind == "slow" else 1))
    if not _there(world, server):
        return
    if kind == "error":
        _fail(server, f"{EXCEEDED}{server.id}.")
        return
    server.status, server.vm_state, server.task_state, server.power_state = "ACTIVE", "active", None, 1
    server.launched = True
    server.deeds[0].finish = time.time()
    await _boot(world, server)


async def delete(world: World, server: Server) -> None:
    """Delete it: its instance ends, its own ports go, pre-made ones and its member stay."""
    server.task_state = "deleting"
    server.deeds.append(Deed("delete", "compute_terminate_instance", world.users[0], time.time()))
    await asyncio.sleep(DELETING * world.settings.build)
    if (instance := world.instance(server.id)) is not None:
        world.instances.remove(instance)
        await instance.stop()
    own = [port for port in world.ports if port["device_id"] == server.id]
    for port in own:
        if port["id"] in server.kept_ports:
            port["device_id"], port["device_owner"], port["status"] = "", "", "DOWN"
        else:
            world.ports.remove(port)
    if server in world.servers:
        world.servers.remove(server)
    for group in world.compute.groups:
        if server.id in group.members:
            group.members.remove(server.id)


def _there(world: World, server: Server) -> bool:
    return server in world.servers and server.task_state != "deleting"


def _fail(server: Server, message: str) -> None:
    server.status, server.vm_state, server.task_state = "ERROR", "error", None
    server.fault = {"code": 500, "created": stamp(), "message": message}
    server.deeds[0].finish, server.deeds[0].result, server.deeds[0].message = time.time(), "Error", "Error"


def _wire(world: World, server: Server, networks: Sequence[JSON]) -> None:
    """Its ports: made here, or pre-made. The drill's servers have one address, on the first network with a subnet."""
    for each in networks:
        if (port := next((one for one in world.ports if one["id"] == each.get("port")), None)) is not None:
            port["device_id"], port["device_owner"], port["status"] = server.id, "compute:nova", "ACTIVE"
        else:
            port = _port(world, server, str(each.get("uuid")))
            world.ports.append(port)
        if port["fixed_ips"] and not server.address:
            server.address, server.mac = port["fixed_ips"][0]["ip_address"], port["mac_address"]


def _port(world: World, server: Server, network_id: str) -> JSON:
    subnet = next((one for one in world.subnets if one["network_id"] == network_id), None)
    fixed = [{"subnet_id": subnet["id"], "ip_address": _free_address(world, subnet)}] if subnet is not None else []
    mac = "fa:16:3e:" + ":".join(f"{random.randrange(256):02x}" for _ in range(3))  # noqa: S311 no secret
    where = {"network_id": network_id, "mac_address": mac, "fixed_ips": fixed}
    return new_port(world.project_id, **where, device_id=server.id, device_owner="compute:nova")


def _free_address(world: World, subnet: JSON) -> str:
    taken = {ip["ip_address"] for port in world.ports for ip in port["fixed_ips"]}
    taken |= {each.address for each in world.instances}
    pool = subnet["allocation_pools"][0]
    first, last = (int(ipaddress.IPv4Address(pool[end])) for end in ("start", "end"))
    # from the end: the scene's own addresses are at the start
    return next(found for n in range(last, first, -1) if (found := str(ipaddress.IPv4Address(n))) not in taken)


async def _boot(world: World, server: Server) -> None:
    """What runs in it tells the version of its image, and the colour that its metadata had at boot."""
    if not server.address:
        return
    properties = server.image.properties
    told = {"version": properties.get("app_version", ""), "git_commit": properties.get("git_commit", "")}
    colour = server.metadata.get("color", "")
    instance = Instance(server.id, server.name, colour, server.address, APP_PORT, {**told, "color": colour})
    world.instances.append(instance)
    await asyncio.sleep(world.settings.boot)
    for _ in range(LISTEN_ATTEMPTS):
        if not _there(world, server):
            return
        with contextlib.suppress(OSError):
            await instance.set_mode(str(server.metadata.get("drill_app", "ok")))
            return
        await asyncio.sleep(0.2)
