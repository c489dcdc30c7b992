"""GET of Octavia's objects: lists with filters, `fields` and paging, single objects, the status tree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from console.drill.api import Fault, authenticate, world_of
from console.drill.octavia.faults import fault, missing, missing_parent
from console.drill.octavia.objects import JSON, Member, Pool, Thing
from console.drill.world import World

NEWEST_MINOR = 30
PAGE = 1000  # pagination_max_limit
NOT_FILTERS = frozenset(("fields", "limit", "marker", "sort", "page_reverse"))
TAG_FILTERS = frozenset(("tags", "tags-any", "not-tags", "not-tags-any"))


async def versions(request: Request) -> Response:
    """GET / lists v2.0 to v2.30; there is no microversion header."""
    links = [{"href": f"{world_of(request).url}/load-balancer/v2", "rel": "self"}]
    listed = [
        {
            "id": f"v2.{minor}",
            "status": "CURRENT" if minor == NEWEST_MINOR else "SUPPORTED",
            "updated": "2025-02-26T00:00:00Z",
            "links": links,
        }
        for minor in range(NEWEST_MINOR + 1)
    ]
    return JSONResponse({"versions": listed})


async def version(request: Request) -> Response:
    """GET /v2 is just its name."""
    authenticate(request)
    return JSONResponse("v2")


async def balancers(request: Request) -> Response:
    """GET /loadbalancers."""
    authenticate(request)
    return _list(request, "loadbalancers", [world_of(request).balancer.view()])


async def balancer(request: Request) -> Response:
    """GET /loadbalancers/ID."""
    return _one(request, "loadbalancer", "Load Balancer", [world_of(request).balancer])


async def listeners(request: Request) -> Response:
    """GET /listeners."""
    authenticate(request)
    return _list(request, "listeners", [each.view() for each in world_of(request).balancer.listeners])


async def listener(request: Request) -> Response:
    """GET /listeners/ID."""
    return _one(request, "listener", "Listener", world_of(request).balancer.listeners)


async def pools(request: Request) -> Response:
    """GET /pools."""
    authenticate(request)
    return _list(request, "pools", [each.view() for each in world_of(request).balancer.pools])


async def pool(request: Request) -> Response:
    """GET /pools/ID."""
    return _one(request, "pool", "Pool", world_of(request).balancer.pools)


async def monitors(request: Request) -> Response:
    """GET /healthmonitors."""
    authenticate(request)
    return _list(request, "healthmonitors", [each.monitor.view() for each in _monitored(request)])


async def monitor(request: Request) -> Response:
    """GET /healthmonitors/ID."""
    return _one(request, "healthmonitor", "Health Monitor", [each.monitor for each in _monitored(request)])


async def members(request: Request) -> Response:
    """GET /pools/ID/members: during PENDING_UPDATE it shows the values to come."""
    authenticate(request)
    return _list(request, "members", [member.view() for member in _members(request)])


async def member(request: Request) -> Response:
    """GET /pools/ID/members/ID."""
    return _one(request, "member", "Member", _members(request))


async def statuses(request: Request) -> Response:
    """GET /loadbalancers/ID/status: the tree of what a listener uses; no weights in it."""
    authenticate(request)
    world = world_of(request)
    if request.path_params["id"] != world.balancer.id:
        raise missing("Load Balancer", request.path_params["id"])
    return JSONResponse({"statuses": {"loadbalancer": _tree(world)}})


async def statistics(request: Request) -> Response:
    """GET /loadbalancers/ID/stats."""
    authenticate(request)
    world = world_of(request)
    total = sum(target.connections for target in world.amphora.targets.values())
    counted = {"active_connections": 0, "total_connections": total, "request_errors": world.amphora.lost}
    return JSONResponse({"stats": {"bytes_in": 0, "bytes_out": 0, **counted}})


def _monitored(request: Request) -> list[Any]:
    return [each for each in world_of(request).balancer.pools if each.monitor is not None]


def _members(request: Request) -> list[Member]:
    wanted = request.path_params["pool"]
    for each in world_of(request).balancer.pools:
        if each.id == wanted:
            return each.members
    raise missing_parent(wanted)


def _one(request: Request, key: str, kind: str, things: Sequence[Any]) -> Response:
    authenticate(request)
    wanted = request.path_params["id"]
    for thing in things:
        if thing.id == wanted:
            return JSONResponse({key: _fields(thing.view(), request.query_params.getlist("fields"))})
    raise missing(kind, wanted)


def _fields(view: JSON, wanted: Sequence[str]) -> JSON:
    return {key: value for key, value in view.items() if key in wanted} if wanted else view


def _list(request: Request, kind: str, views: Sequence[JSON]) -> Response:
    """Filters are ANDed. The links carry limit and marker only: filters and fields are lost, as in Octavia."""
    params = request.query_params
    filters = {key: value for key, value in params.items() if key not in NOT_FILTERS}
    found = [view for view in views if all(_matches(view, key, value) for key, value in filters.items())]
    found.sort(key=lambda view: (view["created_at"], view["id"]))
    limit = _limit(params.get("limit"))
    marker = params.get("marker")
    ids = [view["id"] for view in found]
    if marker is not None and marker not in [view["id"] for view in views]:
        raise fault(400, f"Supplied pagination marker '{marker}' is not valid.")
    start = ids.index(marker) + 1 if marker in ids else 0
    page = found[start : start + limit]
    links = []
    base = f"{world_of(request).url}{request.url.path}?limit={limit}"
    if page and marker is not None:
        links.append({"href": f"{base}&marker={page[0]['id']}&page_reverse=True", "rel": "previous"})
    if page and len(page) == limit:
        links.append({"href": f"{base}&marker={page[-1]['id']}", "rel": "next"})
    shown = [_fields(view, params.getlist("fields")) for view in page]
    return JSONResponse({kind: shown, f"{kind}_links": links})


def _limit(text: str | None) -> int:
    if text is None:
        return PAGE
    if not text.isdecimal():
        said = f"Supplied pagination limit '{text}' is not valid."
        raise Fault(400, {"code": 400, "title": "Bad Request", "description": said})
    return min(int(text), PAGE) or PAGE


def _matches(view: JSON, key: str, value: str) -> bool:
    if key in TAG_FILTERS:
        wanted, has = set(value.split(",")), set(view["tags"])
        met = bool(wanted & has) if key.endswith("-any") else wanted <= has
        return met is not key.startswith("not-")
    if key in ("loadbalancer_id", "load_balancer_id"):
        return value in [each["id"] for each in view.get("loadbalancers", ())]
    if key in ("listener_id", "pool_id"):
        return value in [each["id"] for each in view.get(f"{key.removesuffix('_id')}s", ())]
    if key not in view:
        raise fault(400, "One or more arguments are either duplicate or invalid")
    return str(view[key]).lower() == value.lower()


def _brief(thing: Thing) -> JSON:
    return {
        "id": thing.id,
        "name": thing.name,
        "operating_status": thing.operating_status,
        "provisioning_status": thing.provisioning_status,
    }


def _tree(world: World) -> JSON:
    branches = []
    for each in world.balancer.listeners:
        used = [_pool_tree(p) for p in world.balancer.pools if p.id == each.default_pool_id]
        branches.append({**_brief(each), "pools": used})
    return {**_brief(world.balancer), "listeners": branches}


def _pool_tree(each: Pool) -> JSON:
    tree = _brief(each)
    if each.monitor is not None:
        tree["health_monitor"] = {**_brief(each.monitor), "type": "HTTP"}
    tree["members"] = [{**_brief(m), "address": m.address, "protocol_port": m.protocol_port} for m in each.members]
    return tree


ROUTES = [
    Route("/loadbalancers", balancers, methods=["GET"]),
    Route("/loadbalancers/{id}", balancer, methods=["GET"]),
    Route("/loadbalancers/{id}/status", statuses, methods=["GET"]),
    Route("/loadbalancers/{id}/statuses", statuses, methods=["GET"]),
    Route("/loadbalancers/{id}/stats", statistics, methods=["GET"]),
    Route("/listeners", listeners, methods=["GET"]),
    Route("/listeners/{id}", listener, methods=["GET"]),
    Route("/pools", pools, methods=["GET"]),
    Route("/pools/{id}", pool, methods=["GET"]),
    Route("/healthmonitors", monitors, methods=["GET"]),
    Route("/healthmonitors/{id}", monitor, methods=["GET"]),
    Route("/pools/{pool}/members", members, methods=["GET"]),
    Route("/pools/{pool}/members/{id}", member, methods=["GET"]),
]


def root(routes: Sequence[Route]) -> list[BaseRoute]:
    """All of Octavia: the version list, and the API under both of its names."""
    paths: list[BaseRoute] = [Route("/", versions)]
    for prefix in ("/v2", "/v2.0"):
        paths += [Route(prefix, version), Mount(f"{prefix}/lbaas", routes=list(routes))]
    return paths
