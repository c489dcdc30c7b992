"""Writes to members: the batch with its real semantics, and single create, update and delete.

The database holds the new values at once; traffic follows when `provisioning` applies them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.drill.octavia import provisioning
from console.drill.octavia.faults import fault, may_write, missing, missing_parent, said
from console.drill.octavia.objects import Member, Pool
from console.drill.octavia.thing import stamp
from console.drill.octavia.validate import JSON, member_said
from console.drill.world import Entrance, World

TRUE = ("1", "t", "true", "on", "y", "yes")  # oslo's strutils.bool_from_string
# What MemberPOST gives to fields that a batch item leaves out; name and tags are kept (facts: Octavia 1.2).
RESET: JSON = {"weight": 1, "admin_state_up": True, "backup": False, "monitor_address": None, "monitor_port": None}
KEPT = ("name", "tags")


async def batch(request: Request) -> Response:
    """PUT /pools/ID/members: replaces all members, or with additive_only=true changes and adds those that are named."""
    world = may_write(request)
    for argument in request.query_params:
        if argument != "additive_only":
            raise fault(400, f'Unknown argument: "{argument}"')
    items = _items(await said(request))
    entrance, pool = _pool(world, request)
    provisioning.ensure_mutable(world, entrance, pool)
    additive = request.query_params.get("additive_only", "").lower() in TRUE
    keys = [(item["address"], item["protocol_port"]) for item in items]
    if len(set(keys)) != len(keys):
        raise fault(400, "Validation failure: Member must be updated only once in the same request.")
    known = {(member.address, member.protocol_port): member for member in pool.members}
    _ensure_subnets(world, [item for item, key in zip(items, keys, strict=True) if key not in known])
    if not items and (additive or not known):
        if known:
            provisioning.begin(world, entrance, (), pool)
        return Response(status_code=202)
    touched = [_write(pool, known.get(key), item) for key, item in zip(keys, items, strict=True)]
    if not additive:
        for key, member in known.items():
            if key not in keys:
                member.provisioning_status, member.updated_at = "PENDING_DELETE", stamp()
    provisioning.begin(world, entrance, touched, pool)
    await provisioning.answer(world)
    return Response(status_code=202)


async def create(request: Request) -> Response:
    """POST /pools/ID/members."""
    world = may_write(request)
    body = await said(request)
    if not isinstance(body, dict) or "member" not in body:
        raise fault(500, "'UnsetType' object has no attribute 'address'", "Server")
    item = member_said(body["member"], "member_.member", new=True, whole=body)
    entrance, pool = _pool(world, request)
    provisioning.ensure_mutable(world, entrance, pool)
    address, port = item["address"], item["protocol_port"]
    if any((member.address, member.protocol_port) == (address, port) for member in pool.members):
        raise fault(409, f"Another member on this pool is already using ip {address} on protocol_port {port}")
    _ensure_subnets(world, [item])
    member = _write(pool, None, item)
    provisioning.begin(world, entrance, [member], pool)
    await provisioning.answer(world)
    return JSONResponse({"member": member.view()}, 201)


async def update(request: Request) -> Response:
    """PUT /pools/ID/members/ID: only what is said changes; null means the default."""
    world = may_write(request)
    body = await said(request)
    if not isinstance(body, dict) or "member" not in body:
        raise fault(500, "'UnsetType' object has no attribute 'backup'", "Server")
    item = member_said(body["member"], "member_.member", new=False, whole=body)
    entrance, pool, member = _member(world, request)
    provisioning.ensure_mutable(world, entrance, pool)
    defaults = {**RESET, "name": "", "tags": member.tags}
    for key, value in item.items():
        setattr(member, key, defaults[key] if value is None else value)
    member.provisioning_status, member.updated_at = "PENDING_UPDATE", stamp()
    provisioning.begin(world, entrance, [member], pool)
    await provisioning.answer(world)
    return JSONResponse({"member": member.view()})


async def delete(request: Request) -> Response:
    """DELETE /pools/ID/members/ID."""
    world = may_write(request)
    entrance, pool, member = _member(world, request)
    provisioning.ensure_mutable(world, entrance, pool)
    member.provisioning_status, member.updated_at = "PENDING_DELETE", stamp()
    provisioning.begin(world, entrance, (), pool)
    await provisioning.answer(world)
    return Response(status_code=204)


def _items(body: Any) -> list[JSON]:
    if not isinstance(body, dict):
        raise fault(500, f"'{type(body).__name__}' object has no attribute 'keys'", "Server")
    for key in body:
        if key != "members":
            raise fault(400, f"Unknown attribute for argument members_: {key}")
    items = body.get("members", "unset")
    if items == "unset" or items is None:
        kind = "NoneType" if items is None else "UnsetType"
        raise fault(500, f"'{kind}' object is not iterable", "Server")
    if not isinstance(items, list):
        text = f"Invalid input for field/attribute members_. Value: '{body}'. Value not a valid list: {items}"
        raise fault(400, text)
    return [member_said(item, "members_.members", new=True, whole=body) for item in items]


def _write(pool: Pool, member: Member | None, item: JSON) -> Member:
    if member is None:
        member = Member(item.get("name") or "", pool.project_id, provisioning_status="PENDING_CREATE")
        member.address, member.protocol_port = item["address"], item["protocol_port"]
        member.subnet_id = item.get("subnet_id")
        member.tags = item.get("tags") or []
        pool.members.append(member)
    else:
        member.provisioning_status, member.updated_at = "PENDING_UPDATE", stamp()
        for key in KEPT:
            if item.get(key) is not None:
                setattr(member, key, item[key])
    for key, default in RESET.items():
        setattr(member, key, item.get(key, default))
    return member


def _ensure_subnets(world: World, items: Sequence[JSON]) -> None:
    """Only members that are not there yet have their subnet looked up."""
    known = {subnet["id"] for subnet in world.subnets}
    for item in items:
        wanted = item.get("subnet_id")
        if wanted is not None and wanted not in known:
            raise fault(400, f"Subnet {wanted} not found.")


def _pool(world: World, request: Request) -> tuple[Entrance, Pool]:
    wanted = request.path_params["pool"]
    for entrance, pool in world.pools():
        if pool.id == wanted:
            return entrance, pool
    raise missing_parent("Pool", wanted)


def _member(world: World, request: Request) -> tuple[Entrance, Pool, Member]:
    entrance, pool = _pool(world, request)
    wanted = request.path_params["id"]
    for member in pool.members:
        if member.id == wanted:
            return entrance, pool, member
    raise missing("Member", wanted)


ROUTES = [
    Route("/pools/{pool}/members", batch, methods=["PUT"]),
    Route("/pools/{pool}/members", create, methods=["POST"]),
    Route("/pools/{pool}/members/{id}", update, methods=["PUT"]),
    Route("/pools/{pool}/members/{id}", delete, methods=["DELETE"]),
]
