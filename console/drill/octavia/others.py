"""PUT of load balancer, listener and pool: name, description, tags; a listener's default pool as well.

Each locks the load balancer, as any write does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.drill.octavia import provisioning
from console.drill.octavia.faults import fault, immutable, may_write, missing, said
from console.drill.octavia.objects import Balancer, Listener, Pool
from console.drill.world import Entrance, World

CHANGED = ("name", "description", "tags")
OF_LISTENER = (*CHANGED, "default_pool_id")


async def update_balancer(request: Request) -> Response:
    """PUT /loadbalancers/ID; locked, it answers in words of its own."""
    world = may_write(request)
    fields = await _fields(request, "load_balancer.loadbalancer")
    for entrance in world.entrances:
        if entrance.balancer.id == request.path_params["id"]:
            if (status := entrance.balancer.provisioning_status) != "ACTIVE":
                raise fault(409, f"Invalid state {status} of loadbalancer resource {entrance.balancer.id}")
            return _change(world, entrance, entrance.balancer, fields, "loadbalancer")
    raise missing("Load Balancer", request.path_params["id"])


async def update_listener(request: Request) -> Response:
    """PUT /listeners/ID: with another default pool, traffic moves at the reload."""
    world = may_write(request)
    fields = await _fields(request, "listener_.listener", OF_LISTENER)
    for entrance in world.entrances:
        if (found := _of(entrance.balancer.listeners, request)) is not None:
            wanted = fields.get("default_pool_id")
            if wanted is not None and wanted not in [pool.id for pool in entrance.balancer.pools]:
                raise missing("Pool", str(wanted))
            return _below(world, entrance, found, fields)
    raise missing("Listener", request.path_params["id"])


async def update_pool(request: Request) -> Response:
    """PUT /pools/ID."""
    world = may_write(request)
    fields = await _fields(request, "pool_.pool")
    for entrance in world.entrances:
        if (found := _of(entrance.balancer.pools, request)) is not None:
            return _below(world, entrance, found, fields)
    raise missing("Pool", request.path_params["id"])


async def _fields(request: Request, argument: str, changed: Sequence[str] = CHANGED) -> dict[str, Any]:
    body = await said(request)
    fields = body.get(argument.partition(".")[2]) if isinstance(body, dict) else None
    if not isinstance(fields, dict):
        raise fault(400, f"Invalid input for field/attribute {argument}. Value: '{body}'. Mandatory field missing.")
    for key in fields:
        if key not in changed:
            raise fault(400, f"Unknown attribute for argument {argument}: {key}")
    return fields


def _of(things: Sequence[Any], request: Request) -> Any:
    return next((thing for thing in things if thing.id == request.path_params["id"]), None)


def _below(world: World, entrance: Entrance, thing: Listener | Pool, fields: dict[str, Any]) -> Response:
    if entrance.balancer.provisioning_status != "ACTIVE":
        raise immutable("Load Balancer", entrance.balancer.id)
    return _change(world, entrance, thing, fields, type(thing).__name__.lower())


def _change(
    world: World, entrance: Entrance, thing: Balancer | Listener | Pool, fields: dict[str, Any], key: str
) -> Response:
    for name, value in fields.items():
        setattr(thing, name, value)
    around = None if isinstance(thing, Balancer) else thing
    provisioning.begin(world, entrance, [thing] if isinstance(thing, Listener) else [], around)
    return JSONResponse({key: thing.view()})


ROUTES = [
    Route("/loadbalancers/{id}", update_balancer, methods=["PUT"]),
    Route("/listeners/{id}", update_listener, methods=["PUT"]),
    Route("/pools/{id}", update_pool, methods=["PUT"]),
]
