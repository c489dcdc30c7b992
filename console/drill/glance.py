"""Glance v2 of the drill: images, for the commit that they were built from."""

from __future__ import annotations

import hashlib
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.drill.api import Fault, authenticate, html, world_of
from console.drill.world import Image, World, stamp

MINORS = (17, 15, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
PAGE = 25  # Glance's own default
# Everything else is a property, the images' own ones too: one that no image has finds none.
NOT_FILTERS = frozenset(("limit", "marker", "sort_key", "sort_dir", "sort", "member_status"))


async def versions(request: Request) -> Response:
    """GET / lists the versions, with 300 as Glance does."""
    links = [{"rel": "self", "href": f"{world_of(request).url}/image/v2/"}]
    listed = [{"id": f"v2.{m}", "status": "CURRENT" if m == MINORS[0] else "SUPPORTED", "links": links} for m in MINORS]
    return JSONResponse({"versions": listed}, 300)


async def images(request: Request) -> Response:
    """GET /v2/images, filtered by any property, the newest first, paged."""
    authenticate(request)
    world, params = world_of(request), request.query_params
    found = [_view(world, image) for image in world.images]
    for key, wanted in params.items():
        if key not in NOT_FILTERS:
            values = wanted.removeprefix("in:").split(",") if wanted.startswith("in:") else [wanted]
            found = [image for image in found if str(image.get(key)) in values]
    newest, *_ = params.get("sort_dir", "desc").split(",")
    key = params.get("sort_key", "created_at").split(",")[0]
    found.sort(key=lambda image: (str(image.get(key, "")), image["id"]), reverse=newest == "desc")
    try:
        limit = int(params.get("limit", PAGE))
    except ValueError:
        raise Fault(400, html(400, "Bad Request", "limit param must be an integer")) from None
    ids = [image["id"] for image in found]
    start = ids.index(params["marker"]) + 1 if params.get("marker") in ids else 0
    page = found[start : start + limit]
    query = f"?{request.url.query}" if request.url.query else ""
    answer: dict[str, Any] = {"images": page, "first": f"/v2/images{query}", "schema": "/v2/schemas/images"}
    if page and len(found) > start + limit:
        answer["next"] = f"/v2/images?limit={limit}&marker={page[-1]['id']}"
    return JSONResponse(answer)


async def image(request: Request) -> Response:
    """GET /v2/images/ID."""
    authenticate(request)
    world, wanted = world_of(request), request.path_params["id"]
    for each in world.images:
        if each.id == wanted:
            return JSONResponse(_view(world, each))
    raise Fault(404, html(404, "Not Found", f"No image found with ID {wanted}"))


def _view(world: World, image: Image) -> dict[str, Any]:
    content = image.name.encode()
    return {
        **image.properties,
        "name": image.name,
        "disk_format": "raw",
        "container_format": "bare",
        "visibility": "private",
        "size": 4096,
        "virtual_size": 4096,
        "status": "active",
        "checksum": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        "protected": False,
        "min_ram": image.min_ram,
        "min_disk": image.min_disk,
        "owner": world.project_id,
        "os_hidden": False,
        "os_hash_algo": "sha512",
        "os_hash_value": hashlib.sha512(content).hexdigest(),
        "id": image.id,
        "created_at": stamp(image.created_at),
        "updated_at": stamp(image.created_at),
        "tags": [],
        "self": f"/v2/images/{image.id}",
        "file": f"/v2/images/{image.id}/file",
        "schema": "/v2/schemas/image",
        "stores": "file",
    }


ROUTES = [
    Route("/", versions),
    Route("/versions", versions),
    Route("/v2/images", images),
    Route("/v2/images/{id}", image),
]
