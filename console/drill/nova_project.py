"""What Nova has beside servers: flavours, zones, key pairs, limits, server groups."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.drill.api import authenticate, body_of, world_of
from console.drill.compute_objects import UNLIMITED, Flavor, ServerGroup
from console.drill.nova_versions import Level, answer, fault, level_of
from console.drill.world import World

POLICIES = ("anti-affinity", "affinity", "soft-anti-affinity", "soft-affinity")


async def flavors(request: Request) -> Response:
    """GET /flavors and /flavors/detail."""
    authenticate(request)
    world, level = world_of(request), level_of(request)
    detail = request.url.path.endswith("/detail")
    shown = [_flavor(world, each) if detail else _brief(world, each) for each in world.compute.flavors]
    return answer({"flavors": shown}, level)


async def flavor(request: Request) -> Response:
    """GET /flavors/ID."""
    authenticate(request)
    level, wanted = level_of(request), request.path_params["id"]
    found = world_of(request).compute.flavor(wanted)
    if found is None:
        raise fault(404, f"Flavor {wanted} could not be found.", level)
    return answer({"flavor": _flavor(world_of(request), found)}, level)


def _brief(world: World, each: Flavor) -> dict[str, Any]:
    links = [{"rel": "self", "href": f"{world.url}/compute/v2.1/flavors/{each.id}"}]
    return {"id": each.id, "name": each.name, "links": links, "description": None}


def _flavor(world: World, each: Flavor) -> dict[str, Any]:
    sizes = {"vcpus": each.vcpus, "ram": each.ram, "disk": each.disk, "swap": 0, "OS-FLV-EXT-DATA:ephemeral": 0}
    flags = {"rxtx_factor": 1.0, "os-flavor-access:is_public": True, "OS-FLV-DISABLED:disabled": False}
    return {**_brief(world, each), **sizes, **flags, "extra_specs": {}}


def embedded(each: Flavor) -> dict[str, Any]:
    """As servers show it from 2.47."""
    sizes = {"vcpus": each.vcpus, "ram": each.ram, "disk": each.disk, "ephemeral": 0, "swap": 0}
    return {**sizes, "original_name": each.name, "extra_specs": {}}


async def zones(request: Request) -> Response:
    """GET /os-availability-zone."""
    authenticate(request)
    names = world_of(request).compute.zones
    shown = [{"zoneName": name, "zoneState": {"available": True}, "hosts": None} for name in names]
    return answer({"availabilityZoneInfo": shown}, level_of(request))


async def keypairs(request: Request) -> Response:
    """GET /os-keypairs."""
    authenticate(request)
    names = world_of(request).compute.keypairs
    shown = [{"keypair": {"name": name, "public_key": "ssh-ed25519 AAAA", "type": "ssh"}} for name in names]
    return answer({"keypairs": shown}, level_of(request))


async def limits(request: Request) -> Response:
    """GET /limits: what is allowed, and what is used of it."""
    authenticate(request)
    world, quotas = world_of(request), world_of(request).compute.quotas
    absolute = {
        "maxTotalInstances": quotas.instances,
        "maxTotalCores": quotas.cores,
        "maxTotalRAMSize": quotas.ram,
        "maxServerGroups": quotas.server_groups,
        "maxServerGroupMembers": quotas.server_group_members,
        "maxServerMeta": 128,
        "maxTotalKeypairs": 100,
        "totalInstancesUsed": len(world.servers),
        "totalCoresUsed": sum(server.flavor.vcpus for server in world.servers),
        "totalRAMUsed": sum(server.flavor.ram for server in world.servers),
        "totalServerGroupsUsed": len(world.compute.groups),
    }
    return answer({"limits": {"rate": [], "absolute": absolute}}, level_of(request))


async def groups(request: Request) -> Response:
    """GET /os-server-groups."""
    authenticate(request)
    world, level = world_of(request), level_of(request)
    return answer({"server_groups": [_group(world, each, level) for each in world.compute.groups]}, level)


async def group(request: Request) -> Response:
    """GET /os-server-groups/ID."""
    authenticate(request)
    level = level_of(request)
    return answer({"server_group": _group(world_of(request), _one(request), level)}, level)


async def create_group(request: Request) -> Response:
    """POST /os-server-groups: `policy` from 2.64, `policies` before."""
    token = authenticate(request)
    world, level = world_of(request), level_of(request)
    try:
        said = (await body_of(request)).get("server_group")
    except (ValueError, AttributeError):
        raise fault(400, "Malformed request body", level) from None
    if not token.user.may_write:
        raise fault(403, "Policy doesn't allow os_compute_api:os-server-groups:create to be performed.", level)
    policy = (said or {}).get("policy") if level >= (2, 64) else next(iter((said or {}).get("policies", [])), None)
    if policy not in POLICIES or not said.get("name"):
        raise fault(400, f"Invalid input for field/attribute server_group. Value: {said}.", level)
    if len(world.compute.groups) >= world.compute.quotas.server_groups != UNLIMITED:
        raise fault(403, "Quota exceeded, too many server groups.", level)
    made = ServerGroup(str(said["name"]), policy, token.user.id)
    world.compute.groups.append(made)
    return answer({"server_group": _group(world, made, level)}, level)


async def delete_group(request: Request) -> Response:
    """DELETE /os-server-groups/ID: its servers stay."""
    token, level = authenticate(request), level_of(request)
    if not token.user.may_write:
        raise fault(403, "Policy doesn't allow os_compute_api:os-server-groups:delete to be performed.", level)
    world_of(request).compute.groups.remove(_one(request))
    return answer(None, level, 204)


def _one(request: Request) -> ServerGroup:
    wanted = request.path_params["id"]
    found = world_of(request).compute.group(wanted)
    if found is None:
        raise fault(404, f"Instance group {wanted} could not be found.", level_of(request))
    return found


def _group(world: World, each: ServerGroup, level: Level) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": each.id, "name": each.name, "members": list(each.members)}
    if level >= (2, 13):
        shown |= {"project_id": world.project_id, "user_id": each.user_id}
    if level >= (2, 64):
        return {**shown, "policy": each.policy, "rules": {}}
    return {**shown, "policies": [each.policy], "metadata": {}}


ROUTES = [
    Route("/v2.1/flavors", flavors),
    Route("/v2.1/flavors/detail", flavors),
    Route("/v2.1/flavors/{id}", flavor),
    Route("/v2.1/os-availability-zone", zones),
    Route("/v2.1/os-keypairs", keypairs),
    Route("/v2.1/limits", limits),
    Route("/v2.1/os-server-groups", groups, methods=["GET"]),
    Route("/v2.1/os-server-groups", create_group, methods=["POST"]),
    Route("/v2.1/os-server-groups/{id}", group, methods=["GET"]),
    Route("/v2.1/os-server-groups/{id}", delete_group, methods=["DELETE"]),
]
