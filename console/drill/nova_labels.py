"""What is written on servers: metadata and tags; and DELETE of the whole server. Locks and states are obeyed."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.drill import building
from console.drill.api import authenticate, body_of, world_of
from console.drill.nova_create import TAG_LENGTH, TAGS, VALUE_LENGTH
from console.drill.nova_versions import Level, answer, fault, level_of
from console.drill.world import Server

STATES = ("active", "paused", "suspended", "stopped")


def ensure_unlocked(server: Server, level: Level) -> None:
    """Raises 409 for a locked server: no user of the drill is an administrator."""
    if server.locked:
        raise fault(409, f"Instance {server.id} is locked", level)


async def read_metadata(request: Request) -> Response:
    """GET /servers/ID/metadata."""
    authenticate(request)
    return answer({"metadata": _server(request).metadata}, level_of(request))


async def write_metadata(request: Request) -> Response:
    """POST adds and changes keys, PUT replaces them all."""
    level, server = _writing(request, "server-metadata")
    said = (await _body(request, level)).get("metadata")
    if not isinstance(said, dict):
        raise fault(400, "Invalid input for field/attribute metadata.", level)
    for key, value in said.items():
        if not isinstance(value, str) or len(value) > VALUE_LENGTH:
            why = f"'{value}' is too long" if isinstance(value, str) else f"{value} is not of type 'string'"
            raise fault(400, f"Invalid input for field/attribute {key}. Value: {value}. {why}", level)
    ensure_unlocked(server, level)
    _ensure_state(server, "update_instance_metadata", level)
    server.metadata = {**(server.metadata if request.method == "POST" else {}), **said}
    return answer({"metadata": server.metadata}, level)


async def delete_metadata(request: Request) -> Response:
    """DELETE /servers/ID/metadata/KEY."""
    level, server = _writing(request, "server-metadata")
    key = request.path_params["key"]
    if key not in server.metadata:
        raise fault(404, "Metadata item was not found", level)
    ensure_unlocked(server, level)
    _ensure_state(server, "delete_instance_metadata", level)
    server.metadata = {name: value for name, value in server.metadata.items() if name != key}
    return answer(None, level, 204)


async def read_tags(request: Request) -> Response:
    """GET /servers/ID/tags."""
    authenticate(request)
    return answer({"tags": _server(request).tags}, level_of(request))


async def replace_tags(request: Request) -> Response:
    """PUT /servers/ID/tags. A lock does not stop it (facts: Nova 2.5)."""
    level, server = _writing(request, "os-server-tags:update_all")
    said = (await _body(request, level)).get("tags")
    if not isinstance(said, list) or len(said) > TAGS:
        raise fault(400, "Invalid input for field/attribute tags.", level)
    _ensure_state(server, "update_tags", level)
    server.tags = list(dict.fromkeys(map(str, said)))
    return answer({"tags": server.tags}, level)


async def tag(request: Request) -> Response:
    """GET tells whether it is there; PUT answers 201 where it was not, 204 where it was; DELETE 204 or 404."""
    wanted = request.path_params["tag"]
    if request.method == "GET":
        authenticate(request)
        level, server = level_of(request), _server(request)
        if wanted not in server.tags:
            raise fault(404, f"Server {server.id} has no tag '{wanted}'", level)
        return answer(None, level, 204)
    level, server = _writing(request, "os-server-tags:update")
    if request.method == "DELETE":
        _ensure_state(server, "delete_tag", level)
        if wanted not in server.tags:
            raise fault(404, f"Instance {server.id} has no tag '{wanted}'", level)
        server.tags = [one for one in server.tags if one != wanted]
        return answer(None, level, 204)
    _ensure_state(server, "add_tag", level)
    if len(wanted) > TAG_LENGTH or "," in wanted:
        raise fault(400, f"Tag '{wanted}' is invalid. It must be a non empty string without characters '/' and ','")
    if wanted in server.tags:
        return answer(None, level, 204)
    if len(server.tags) >= TAGS:
        raise fault(400, f"The number of tags exceeded the per-server limit {TAGS}", level)
    server.tags = [*server.tags, wanted]
    return answer(None, level, 201)


async def delete_server(request: Request) -> Response:
    """DELETE /servers/ID: 204 at once, gone later; twice is the same as once."""
    level, server = _writing(request, "servers:delete")
    ensure_unlocked(server, level)
    if server.task_state != "deleting":
        server.task_state = "deleting"
        world_of(request).spawn(building.delete(world_of(request), server))
    return answer(None, level, 204)


def _writing(request: Request, rule: str) -> tuple[Level, Server]:
    token = authenticate(request)
    level, server = level_of(request), _server(request)
    if not token.user.may_write:
        raise fault(403, f"Policy doesn't allow os_compute_api:{rule} to be performed.", level)
    return level, server


def _ensure_state(server: Server, word: str, level: Level) -> None:
    where = f"Cannot '{word}' instance {server.id} while it is in"
    if server.task_state is not None and "metadata" in word:
        raise fault(409, f"{where} task_state {server.task_state}", level)
    if server.vm_state not in STATES:
        raise fault(409, f"{where} vm_state {server.vm_state}", level)


async def _body(request: Request, level: Level) -> dict[str, Any]:
    try:
        body = await body_of(request)
    except ValueError:
        raise fault(400, "Malformed request body", level) from None
    return body if isinstance(body, dict) else {}


def _server(request: Request) -> Server:
    wanted = request.path_params["id"]
    for each in world_of(request).servers:
        if each.id == wanted:
            return each
    raise fault(404, f"Instance {wanted} could not be found.", level_of(request))


ROUTES = [
    Route("/v2.1/servers/{id}", delete_server, methods=["DELETE"]),
    Route("/v2.1/servers/{id}/metadata", read_metadata, methods=["GET"]),
    Route("/v2.1/servers/{id}/metadata", write_metadata, methods=["POST", "PUT"]),
    Route("/v2.1/servers/{id}/metadata/{key}", delete_metadata, methods=["DELETE"]),
    Route("/v2.1/servers/{id}/tags", read_tags, methods=["GET"]),
    Route("/v2.1/servers/{id}/tags", replace_tags, methods=["PUT"]),
    Route("/v2.1/servers/{id}/tags/{tag}", tag, methods=["GET", "PUT", "DELETE"]),
]
