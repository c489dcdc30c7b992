"""Nova's microversions: which one a request asks for, and the headers and errors of the answers."""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from console.drill.api import Fault, world_of
from console.drill.world import World

NEWEST = (2, 104)
BEFORE_TAGS = (2, 25)
HEADER, OLD_HEADER = "OpenStack-API-Version", "X-OpenStack-Nova-API-Version"
IN_NAMES = {
    400: "badRequest",
    403: "forbidden",
    404: "itemNotFound",
    406: "computeFault",
    409: "conflictingRequest",
}

Level = tuple[int, int]


def newest(world: World) -> Level:
    """The newest microversion: a cloud without tags is an old one."""
    return NEWEST if world.settings.tags else BEFORE_TAGS


def fault(status: int, message: str, level: Level | None = None) -> Fault:
    """An error in Nova's words; `level` is the microversion of the answer."""
    text = "" if level is None else f"{level[0]}.{level[1]}"
    headers = {HEADER: f"compute {text}", OLD_HEADER: text} if text else {}
    return Fault(status, {IN_NAMES[status]: {"code": status, "message": message}}, headers)


def level_of(request: Request) -> Level:
    """The microversion that is asked for; 2.1 if none is."""
    text = request.headers.get(OLD_HEADER, "")
    for part in request.headers.get(HEADER, "").split(","):
        if part.strip().startswith("compute "):
            text = part.strip().removeprefix("compute ")
    if not text:
        return 2, 1
    if text == "latest":
        return newest(world_of(request))
    found = re.fullmatch(r"(\d+)\.(\d+)", text)
    if found is None:
        raise fault(400, f"API Version String {text} is of invalid format. Must be of format MajorNum.MinorNum.")
    level = int(found[1]), int(found[2])
    most = newest(world_of(request))
    if not (2, 1) <= level <= most:
        said = f"Version {text} is not supported by the API. Minimum is 2.1 and maximum is {most[0]}.{most[1]}."
        raise fault(406, said, level)
    return level


def answer(body: dict[str, Any] | None, level: Level, status: int = 200) -> Response:
    """The body, or none, with the headers that every answer of Nova has."""
    text = f"{level[0]}.{level[1]}"
    headers = {HEADER: f"compute {text}", OLD_HEADER: text, "Vary": f"{HEADER}, {OLD_HEADER}"}
    return Response(status_code=status, headers=headers) if body is None else JSONResponse(body, status, headers)


def _version(world: World, *, alone: bool) -> dict[str, Any]:
    links: list[dict[str, str]] = [{"rel": "self", "href": f"{world.url}/compute/v2.1/"}]
    described: dict[str, Any] = {
        "id": "v2.1",
        "status": "CURRENT",
        "version": "{}.{}".format(*newest(world)),
        "min_version": "2.1",
        "updated": "2013-07-23T11:33:21Z",
        "links": links,
    }
    if alone:
        links.append({"rel": "describedby", "type": "text/html", "href": "http://docs.openstack.org/"})
        media = {"base": "application/json", "type": "application/vnd.openstack.compute+json;version=2.1"}
        described["media-types"] = [media]
    return described


async def versions(request: Request) -> Response:
    """GET / lists the versions."""
    return JSONResponse({"versions": [_version(world_of(request), alone=False)]})


async def version(request: Request) -> Response:
    """GET /v2.1 describes the version; no token needed."""
    return answer({"version": _version(world_of(request), alone=True)}, (2, 1))
