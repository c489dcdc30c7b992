"""Nova v2.1 of the drill: servers with metadata and tags, microversions, paging."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.drill import nova_actions, nova_create, nova_labels, nova_project
from console.drill.api import authenticate, world_of
from console.drill.nova_versions import Level, answer, fault, level_of, version, versions
from console.drill.world import Server, World, stamp

PAGE = 1000  # Nova's max_limit


async def servers(request: Request) -> Response:
    """GET /servers and /servers/detail. Filters that Nova does not know are dropped, as Nova does below 2.102."""
    token = authenticate(request)
    level, world = level_of(request), world_of(request)
    params = request.query_params
    limit_text = params.get("limit", str(PAGE))
    name = params.get("name", "")
    if not _is_pattern(name):
        said = f"Invalid input for query parameters name. Value: {name}. '{name}' is not a 'regex'"
        raise fault(400, said, level)
    if not limit_text.isdecimal():
        said = (
            f"Invalid input for query parameters limit. Value: {limit_text}. '{limit_text}' does not match '^[0-9]*$'"
        )
        raise fault(400, said, level)
    mine = token.project_id == world.project_id
    listed = [server for server in _newest_first(world) if mine and _matches(server, dict(params), level)]
    if marker := params.get("marker"):
        ids = [server.id for server in _newest_first(world)]
        if marker not in ids:
            raise fault(400, f"marker [{marker}] not found", level)
        after = set(ids[ids.index(marker) + 1 :])
        listed = [server for server in listed if server.id in after]
    limit = min(int(limit_text), PAGE)
    page = listed[:limit]
    detail = request.url.path.endswith("/detail")
    views = [_view(world, each, level, token.user.id) if detail else _brief(world, each) for each in page]
    body: dict[str, Any] = {"servers": views}
    if page and len(page) == limit:  # Nova does not look whether there is more
        query = urlencode({**params, "marker": page[-1].id})
        tail = "/detail" if detail else ""
        body["servers_links"] = [{"rel": "next", "href": f"{world.url}/compute/v2.1/servers{tail}?{query}"}]
    return answer(body, level)


async def server(request: Request) -> Response:
    """GET /servers/ID."""
    token = authenticate(request)
    level, world, wanted = level_of(request), world_of(request), request.path_params["id"]
    for each in world.servers:
        if each.id == wanted and token.project_id == world.project_id:
            inside = [group.id for group in world.compute.groups if each.id in group.members]
            groups: dict[str, Any] = {"server_groups": inside} if level >= (2, 71) else {}
            return answer({"server": {**_view(world, each, level, token.user.id), **groups}}, level)
    raise fault(404, f"Instance {wanted} could not be found.", level)


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


def _newest_first(world: World) -> list[Server]:
    return sorted(world.servers, key=lambda server: (server.created_at, server.id), reverse=True)


def _matches(server: Server, params: dict[str, str], level: Level) -> bool:
    if level >= (2, 26):
        if "tags" in params and not set(params["tags"].split(",")) <= set(server.tags):
            return False
        if "tags-any" in params and not set(params["tags-any"].split(",")) & set(server.tags):
            return False
        if "not-tags" in params and set(params["not-tags"].split(",")) <= set(server.tags):
            return False
    if "status" in params and params["status"].upper() != server.status:
        return False
    return "name" not in params or re.search(params["name"], server.name) is not None


def _brief(world: World, server: Server) -> dict[str, Any]:
    return {"id": server.id, "name": server.name, "links": _links(world, server)}


def _links(world: World, server: Server) -> list[dict[str, str]]:
    where = f"{world.url}/compute"
    return [
        {"rel": "self", "href": f"{where}/v2.1/servers/{server.id}"},
        {"rel": "bookmark", "href": f"{where}/servers/{server.id}"},
    ]


def _view(world: World, server: Server, level: Level, user_id: str) -> dict[str, Any]:
    image_link = {"rel": "bookmark", "href": f"{world.url}/compute/images/{server.image.id}"}
    image: dict[str, Any] = {"id": server.image.id, "links": [image_link]}
    if level >= (2, 98):
        image["properties"] = {}  # only properties that Nova itself knows get here: never a commit
    address = {
        "version": 4,
        "addr": server.address,
        "OS-EXT-IPS:type": "fixed",
        "OS-EXT-IPS-MAC:mac_addr": server.mac,
    }
    flavor_link = {"rel": "bookmark", "href": f"{world.url}/compute/flavors/{server.flavor.id}"}
    launched = stamp(server.created_at + 5).replace("Z", ".000000") if server.launched else None
    shown: dict[str, Any] = {
        "accessIPv4": "",
        "accessIPv6": "",
        "addresses": {"ops-net": [address]} if server.address else {},
        "created": stamp(server.created_at),
        "flavor": nova_project.embedded(server.flavor)
        if level >= (2, 47)
        else {"id": server.flavor.id, "links": [flavor_link]},
        "hostId": nova_actions.host_id(server),
        "id": server.id,
        "image": image,
        "links": _links(world, server),
        "metadata": server.metadata,
        "name": server.name,
        "status": server.status,
        "tenant_id": world.project_id,
        "user_id": user_id,
        "updated": stamp(server.created_at + 5),
        "OS-DCF:diskConfig": "MANUAL",
        "progress": 0,
        "OS-EXT-AZ:availability_zone": server.zone,
        "config_drive": "",
        "key_name": server.key_name,
        "OS-SRV-USG:launched_at": launched,
        "OS-SRV-USG:terminated_at": None,
        "OS-EXT-STS:task_state": server.task_state,
        "OS-EXT-STS:vm_state": server.vm_state,
        "OS-EXT-STS:power_state": server.power_state,
        "os-extended-volumes:volumes_attached": [
            {"id": each, "delete_on_termination": False} for each in server.volumes
        ],
        "security_groups": [{"name": name} for name in server.security_groups],
    }
    for minimum, keys in _since(server).items():
        if level >= minimum:
            shown.update(keys)
    if server.fault is not None:
        shown["fault"] = server.fault
    return shown


def _since(server: Server) -> dict[Level, dict[str, Any]]:
    """What each microversion has added."""
    return {
        (2, 9): {"locked": server.locked},
        (2, 19): {"description": None},
        (2, 26): {"tags": server.tags},
        (2, 63): {"trusted_image_certificates": None},
        (2, 73): {"locked_reason": server.locked_reason},
        (2, 90): {"OS-EXT-SRV-ATTR:hostname": server.name},
        (2, 96): {"pinned_availability_zone": None},
        (2, 100): {"scheduler_hints": {}},
    }


ROUTES = [
    Route("/", versions),
    Route("/v2.1", version),
    Route("/v2.1/", version),
    Route("/v2.1/servers", servers, methods=["GET"]),
    Route("/v2.1/servers", nova_create.create, methods=["POST"]),
    Route("/v2.1/servers/detail", servers),
    Route("/v2.1/servers/{id}", server, methods=["GET"]),
    *nova_labels.ROUTES,
    *nova_actions.ROUTES,
    *nova_project.ROUTES,
]
