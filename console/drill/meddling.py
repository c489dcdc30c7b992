"""More of the trainer's door, under /drill/: single requests that go wrong, and what others do to the cloud.

POST   /drill/mischief       {"kind": "down", "moment": "after", "method": "PUT", "path": "/members", "count": 1}: see
                             `mischief.Mischief`; the kinds are those of `mischief.KINDS`
GET    /drill/mischief       what is wanted, and which requests have met it
DELETE /drill/mischief       nothing more is to go wrong
POST   /drill/leases         {"owner": "bob@jump2"}: every lease is taken over by somebody else, whatever its age
DELETE /drill/leases         nobody holds one
POST   /drill/neighbour      {"every": 0.2, "name": ...}: another team changes its part of the load balancer, again and
                             again; without a name it is the first one
DELETE /drill/neighbour      it has ended
DELETE /drill/members/NAME   somebody else takes the member out of its pool, applied at once
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, fields, replace
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.cloud.lease_reader import NAME_PREFIX, describe, holder_of
from console.drill.api import Fault, body_of, world_of
from console.drill.mischief import AFTER as AFTERWARDS
from console.drill.mischief import BEFORE, KINDS, Mischief
from console.drill.network_objects import new_port
from console.drill.octavia import provisioning
from console.drill.world import JSON, Entrance, World

SAID = tuple(each.name for each in fields(Mischief) if each.name != "hits")


def _wrong(message: str, status: int = 400) -> Fault:
    return Fault(status, {"error": message})


async def wish(request: Request) -> Response:
    """Let some of the next requests go wrong."""
    try:
        wanted = msgspec.convert(await body_of(request), Mischief)
    except (ValueError, msgspec.ValidationError) as error:
        raise _wrong(f"say one or more of {', '.join(SAID)}: {error}") from None
    if wanted.kind not in KINDS or wanted.moment not in (BEFORE, AFTERWARDS):
        raise _wrong(f"kind is one of {', '.join(KINDS)}; moment is {BEFORE} or {AFTERWARDS}")
    world_of(request).mischiefs.append(wanted)
    return Response(status_code=204)


async def wishes(request: Request) -> Response:
    """All of them, those that have come true as well."""
    return JSONResponse([asdict(each) for each in world_of(request).mischiefs])


async def forget(request: Request) -> Response:
    """Nothing more goes wrong."""
    world_of(request).mischiefs.clear()
    return Response(status_code=204)


def _leases(world: World) -> list[JSON]:
    return [port for port in world.ports if str(port["name"]).startswith(NAME_PREFIX)]


async def steal(request: Request) -> Response:
    """Take every lease over."""
    world, said = world_of(request), await body_of(request)
    if not isinstance(said, dict) or not isinstance(said.get("owner"), str):
        raise _wrong("say the owner")
    for port in _leases(world):
        world.ports.remove(port)
        description = describe(replace(holder_of(port), owner=said["owner"], rollout="other"))
        again: dict[str, Any] = {key: port[key] for key in ("name", "network_id", "mac_address")}
        world.ports.append(new_port(port["project_id"], **again, description=description))
    return JSONResponse({"taken": len(_leases(world))})


async def give_up(request: Request) -> Response:
    """Let every lease go."""
    world = world_of(request)
    for port in _leases(world):
        world.ports.remove(port)
    return Response(status_code=204)


async def move_in(request: Request) -> Response:
    """A neighbour begins to write."""
    world, said = world_of(request), await body_of(request)
    every = said.get("every") if isinstance(said, dict) else None
    if not isinstance(every, int | float) or every <= 0:
        raise _wrong("say every how many seconds")
    name = said.get("name", world.balancer.name)
    entrance = next((each for each in world.entrances if each.balancer.name == name), None)
    if entrance is None:
        raise _wrong(f"there is no load balancer {name}", 404)
    task = world.spawn(_write_again_and_again(world, entrance, float(every)))
    world.haunting.add(task)
    task.add_done_callback(world.haunting.discard)
    return Response(status_code=204)


async def _write_again_and_again(world: World, entrance: Entrance, every: float) -> None:
    while True:
        if entrance.balancer.provisioning_status == "ACTIVE":
            provisioning.begin(world, entrance, (), entrance.balancer.listeners[0])
        await asyncio.sleep(every)


async def move_out(request: Request) -> Response:
    """No neighbour writes any more."""
    for task in tuple(world_of(request).haunting):
        task.cancel()
    return Response(status_code=204)


async def take_out(request: Request) -> Response:
    """A member is gone."""
    world, name = world_of(request), request.path_params["name"]
    for entrance, pool in world.pools():
        for member in pool.members:
            if name in (member.name, member.id):
                pool.members.remove(member)
                provisioning.apply(world, entrance)
                return Response(status_code=204)
    raise _wrong(f"there is no member {name}", 404)


ROUTES = [
    Route("/mischief", wish, methods=["POST"]),
    Route("/mischief", wishes, methods=["GET"]),
    Route("/mischief", forget, methods=["DELETE"]),
    Route("/leases", steal, methods=["POST"]),
    Route("/leases", give_up, methods=["DELETE"]),
    Route("/neighbour", move_in, methods=["POST"]),
    Route("/neighbour", move_out, methods=["DELETE"]),
    Route("/members/{name}", take_out, methods=["DELETE"]),
]
