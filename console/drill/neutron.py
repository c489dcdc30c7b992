"""Neutron v2.0 of the drill: networks, subnets, and ports with the unique (network, MAC) that makes a port a lock."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.drill.api import Fault, authenticate, body_of, html, world_of
from console.drill.network_objects import new_port
from console.drill.world import JSON, World, stamp

MAC = re.compile(r"([0-9a-f]{2}:){5}[0-9a-f]{2}", re.IGNORECASE)
LONGEST = 255  # characters of a name or description
EXTENSIONS = {
    "standard-attr-revisions": "Resource revision numbers",
    "revision-if-match": "If-Match constraints based on revision_number",
    "standard-attr-tag": "Tag support for resources with standard attribute: port, network, subnet, ...",
    "standard-attr-timestamp": "Resource timestamps",
    "standard-attr-description": "standard-attr-description",
    "pagination": "Pagination support",
    "quota_details": "Quota details management support",
    "filter-validation": "Filter parameters validation",
}
# fmt: off
POSTED = frozenset((
    "network_id", "mac_address", "fixed_ips", "name", "description", "admin_state_up", "device_id",
    "device_owner", "port_security_enabled", "security_groups", "tags", "binding:vnic_type", "tenant_id",
    "project_id",
))
# fmt: on
CHANGED = frozenset(("name", "description", "admin_state_up", "device_id", "device_owner"))


def fault(status: int, kind: str, message: str) -> Fault:
    """An error in Neutron's words."""
    return Fault(status, {"NeutronError": {"type": kind, "message": message, "detail": ""}})


def _may_write(request: Request, rule: str) -> World:
    if not authenticate(request).user.may_write:
        message = f"{rule} is disallowed by policy"
        raise fault(403, "PolicyNotAuthorized", message)
    return world_of(request)


async def versions(request: Request) -> Response:
    """GET / lists the versions."""
    links = [{"rel": "self", "href": f"{world_of(request).url}/network/v2.0/"}]
    return JSONResponse({"versions": [{"id": "v2.0", "status": "CURRENT", "links": links}]})


async def networks(request: Request) -> Response:
    """GET /networks."""
    authenticate(request)
    return _list(request, "networks", world_of(request).networks)


async def network(request: Request) -> Response:
    """GET /networks/ID."""
    authenticate(request)
    return JSONResponse({"network": _one(world_of(request).networks, "Network", request.path_params["id"])})


async def subnets(request: Request) -> Response:
    """GET /subnets."""
    authenticate(request)
    return _list(request, "subnets", world_of(request).subnets)


async def subnet(request: Request) -> Response:
    """GET /subnets/ID."""
    authenticate(request)
    return JSONResponse({"subnet": _one(world_of(request).subnets, "Subnet", request.path_params["id"])})


async def ports(request: Request) -> Response:
    """GET /ports."""
    authenticate(request)
    return _list(request, "ports", world_of(request).ports)


async def port(request: Request) -> Response:
    """GET /ports/ID."""
    authenticate(request)
    found = _one(world_of(request).ports, "Port", request.path_params["id"])
    return JSONResponse({"port": _fields(found, request.query_params.getlist("fields"))})


async def create_port(request: Request) -> Response:
    """POST /ports: 409 MacAddressInUse when the network has a port with this MAC (facts: 7a)."""
    authenticate(request)
    said = await _said(request)
    rule = "rule:create_port"
    if "mac_address" in said:
        rule = f"({rule} and {rule}:mac_address)"
    if "fixed_ips" in said:
        rule = f"({rule} and rule:create_port:fixed_ips)"
    world = _may_write(request, rule)
    if unknown := sorted(set(said) - POSTED):
        raise fault(400, "HTTPBadRequest", f"Unrecognized attribute(s) '{', '.join(unknown)}'")
    _check(said)
    if "network_id" not in said:
        raise fault(400, "HTTPBadRequest", "Failed to parse request. Required attribute 'network_id' not specified")
    _one(world.networks, "Network", str(said["network_id"]))
    mac = str(said.get("mac_address") or _free_mac(world))
    for other in world.ports:
        if other["network_id"] == said["network_id"] and other["mac_address"] == mac:
            message = f"Unable to complete operation for network {said['network_id']}. The mac address {mac} is in use."
            raise fault(409, "MacAddressInUse", message)
    made = new_port(world.project_id, **{**said, "mac_address": mac})
    world.ports.append(made)
    return JSONResponse({"port": made}, 201)


async def update_port(request: Request) -> Response:
    """PUT /ports/ID: a value that differs bumps revision_number and updated_at."""
    world = _may_write(request, "rule:update_port")
    found = _one(world.ports, "Port", request.path_params["id"])
    said = await _said(request)
    if unknown := sorted(set(said) - CHANGED):
        raise fault(400, "HTTPBadRequest", f"Cannot update read-only attribute {', '.join(unknown)}")
    _check(said)
    wanted = re.fullmatch(r"revision_number=(\d+)", request.headers.get("if-match", ""))
    if wanted is not None and int(wanted[1]) != found["revision_number"]:
        message = f"Constrained to {wanted[1]}, but current revision is {found['revision_number']}"
        raise fault(412, "RevisionNumberConstraintFailed", message)
    if any(found[key] != value for key, value in said.items()):
        found.update(said)
        _touch(found)
    return JSONResponse({"port": found})


async def delete_port(request: Request) -> Response:
    """DELETE /ports/ID."""
    world = _may_write(request, "rule:delete_port")
    found = _one(world.ports, "Port", request.path_params["id"])
    world.ports.remove(found)
    return Response(status_code=204)


async def tags(request: Request) -> Response:
    """GET /ports/ID/tags."""
    authenticate(request)
    return JSONResponse({"tags": _one(world_of(request).ports, "Port", request.path_params["id"])["tags"]})


async def tag(request: Request) -> Response:
    """GET (204 or 404), PUT (201) and DELETE (204) of one tag; any writer of the project may set one."""
    if request.method == "GET":
        authenticate(request)
        world = world_of(request)
    else:
        world = _may_write(request, "rule:update_port:tags")
    found, name = _one(world.ports, "Port", request.path_params["id"]), request.path_params["tag"]
    if request.method == "PUT":
        if name not in found["tags"]:
            found["tags"].append(name)
            _touch(found)
        return JSONResponse(None, 201)
    if name not in found["tags"]:
        raise fault(404, "TagNotFound", f"Tag {name} could not be found.")
    if request.method == "DELETE":
        found["tags"].remove(name)
        _touch(found)
    return Response(status_code=204)


async def extensions(request: Request) -> Response:
    """GET /extensions."""
    authenticate(request)
    return JSONResponse({"extensions": [_extension(alias) for alias in EXTENSIONS]})


async def extension(request: Request) -> Response:
    """GET /extensions/ALIAS."""
    authenticate(request)
    alias = request.path_params["alias"]
    if alias not in EXTENSIONS:
        said = f"Extension with alias {alias} does not exist"
        raise Fault(404, html(404, "Not Found", "The resource could not be found.", said))
    return JSONResponse({"extension": _extension(alias)})


def _extension(alias: str) -> JSON:
    name = EXTENSIONS[alias]
    return {"name": name, "alias": alias, "description": name, "updated": "2016-04-11T10:00:00-00:00", "links": []}


async def _said(request: Request) -> JSON:
    try:
        body = await body_of(request)
    except ValueError:
        raise fault(400, "HTTPBadRequest", "Body contains invalid data") from None
    said = body.get("port") if isinstance(body, dict) else None
    if not isinstance(said, dict):
        raise fault(400, "HTTPBadRequest", "Unable to find 'port' in request body")
    return said


def _check(said: JSON) -> None:
    mac = said.get("mac_address")
    if mac is not None and not MAC.fullmatch(str(mac)):
        message = f"Invalid input for mac_address. Reason: '{mac}' is not a valid MAC address."
        raise fault(400, "HTTPBadRequest", message)
    for key in ("name", "description"):
        value = said.get(key, "")
        if len(value) > LONGEST:
            message = f"Invalid input for {key}. Reason: '{value}' exceeds maximum length of {LONGEST}."
            raise fault(400, "HTTPBadRequest", message)


def _free_mac(world: World) -> str:
    return f"fa:16:3e:{len(world.ports) >> 16 & 255:02x}:{uuid4().hex[:2]}:{uuid4().hex[:2]}"


def _touch(thing: JSON) -> None:
    thing["revision_number"] += 1
    thing["updated_at"] = stamp()


def _one(things: Sequence[JSON], kind: str, thing_id: str) -> JSON:
    for thing in things:
        if thing["id"] == thing_id:
            return thing
    raise fault(404, f"{kind}NotFound", f"{kind} {thing_id} could not be found.")


def _fields(thing: JSON, wanted: Sequence[str]) -> JSON:
    return {key: value for key, value in thing.items() if key in wanted} if wanted else thing


def _matches(thing: JSON, key: str, values: Sequence[str]) -> bool:
    if key == "tags":
        return all(set(value.split(",")) <= set(thing["tags"]) for value in values)
    if key == "fixed_ips":
        pairs = [value.partition("=")[::2] for value in values]
        return any(str(ip.get(name)) == value for ip in thing["fixed_ips"] for name, value in pairs)
    return str(thing[key]).lower() in [value.lower() for value in values]


def _list(request: Request, kind: str, things: Sequence[JSON]) -> Response:
    """Filters are ANDed, the values of one are ORed; an unknown one is an error (extension filter-validation)."""
    params = request.query_params
    filters = [
        key for key in params if key not in ("fields", "limit", "marker", "sort_key", "sort_dir", "page_reverse")
    ]
    known = set(things[0]) if things else set(filters)
    if unknown := [key for key in filters if key not in known]:
        raise fault(400, "HTTPBadRequest", f"{unknown} is invalid attribute for filtering")
    found = [thing for thing in things if all(_matches(thing, key, params.getlist(key)) for key in filters)]
    found.sort(key=lambda thing: str(thing["id"]))
    body: JSON = {}
    limit_text = params.get("limit", "0")
    if not limit_text.isdecimal():
        raise fault(400, "HTTPBadRequest", f"Invalid input for limit. Reason: '{limit_text}' is not an integer.")
    if (limit := int(limit_text)) > 0:
        ids = [thing["id"] for thing in found]
        start = ids.index(params["marker"]) + 1 if params.get("marker") in ids else 0
        found = found[start : start + limit]
        if len(found) == limit:
            query = str(request.url.include_query_params(marker=found[-1]["id"]).query)
            href = f"{world_of(request).url}{request.url.path}?{query}"
            body[f"{kind}_links"] = [{"rel": "next", "href": href}]
    return JSONResponse({kind: [_fields(thing, params.getlist("fields")) for thing in found], **body})


ROUTES = [
    Route("/", versions),
    Route("/v2.0/networks", networks),
    Route("/v2.0/networks/{id}", network),
    Route("/v2.0/subnets", subnets),
    Route("/v2.0/subnets/{id}", subnet),
    Route("/v2.0/ports", ports, methods=["GET"]),
    Route("/v2.0/ports", create_port, methods=["POST"]),
    Route("/v2.0/ports/{id}", port, methods=["GET"]),
    Route("/v2.0/ports/{id}", update_port, methods=["PUT"]),
    Route("/v2.0/ports/{id}", delete_port, methods=["DELETE"]),
    Route("/v2.0/ports/{id}/tags", tags),
    Route("/v2.0/ports/{id}/tags/{tag}", tag, methods=["GET", "PUT", "DELETE"]),
    Route("/v2.0/extensions", extensions),
    Route("/v2.0/extensions/{alias}", extension),
]
