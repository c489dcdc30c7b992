"""PUT of load balancer, listener and pool: name, description, tags. Each locks the load balancer, as any write does."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.drill.octavia import provisioning
from console.drill.octavia.faults import fault, immutable, may_write, missing, said
from console.drill.octavia.objects import Balancer, Listener, Pool
from console.drill.world import World

CHANGED = ("name", "description", "tags")


async def update_balancer(request: Request) -> Response:
    """PUT /loadbalancers/ID; locked, it answers in words of its own."""
    world = may_write(request)
    fields = await _fields(request, "load_balancer.loadbalancer")
    if request.path_params["id"] != world.balancer.id:
        raise missing("Load Balancer", request.path_params["id"])
    if (status := world.balancer.provisioning_status) != "ACTIVE":
        raise fault(409, f"Invalid state {status} of loadbalancer resource {world.balancer.id}")
    return _change(world, world.balancer, fields, "loadbalancer")


async def update_listener(request: Request) -> Response:
    """PUT /listeners/ID."""
    world = may_write(request)
    fields = await _fields(request, "listener_.listener")
    return _below(world, request, "Listener", world.balancer.listeners, fields)


async def update_pool(request: Request) -> Response:
    """PUT /pools/ID."""
    world = may_write(request)
    fields = await _fields(request, "pool_.pool")
    return _below(world, request, "Pool", world.balancer.pools, fields)


async def _fields(request: Request, argument: str) -> dict[str, Any]:
    body = await said(request)
    fields = body.get(argument.partition(".")[2]) if isinstance(body, dict) else None
    if not isinstance(fields, dict):
        raise fault(400, f"Invalid input for field/attribute {argument}. Value: '{body}'. Mandatory field missing.")
    for key in fields:
        if key not in CHANGED:
            raise fault(400, f"Unknown attribute for argument {argument}: {key}")
    return fields


def _below(
    world: World, request: Request, kind: str, things: list[Listener] | list[Pool], fields: dict[str, Any]
) -> Response:
    for thing in things:
        if thing.id == request.path_params["id"]:
            if world.balancer.provisioning_status != "ACTIVE":
                raise immutable("Load Balancer", world.balancer.id)
            return _change(world, thing, fields, kind.lower())
    raise missing(kind, request.path_params["id"])


def _change(world: World, thing: Balancer | Listener | Pool, fields: dict[str, Any], key: str) -> Response:
    for name, value in fields.items():
        setattr(thing, name, value)
    provisioning.begin(world, ())
    return JSONResponse({key: thing.view()})


ROUTES = [
    Route("/loadbalancers/{id}", update_balancer, methods=["PUT"]),
    Route("/listeners/{id}", update_listener, methods=["PUT"]),
    Route("/pools/{id}", update_pool, methods=["PUT"]),
]
