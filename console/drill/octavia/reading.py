"""GET of Octavia's objects: lists with filters, `fields` and paging, single objects, the status tree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from console.drill.api import Fault, authenticate, world_of
from console.drill.octavia.faults import fault, missing, missing_parent
from console.drill.octavia.objects import Balancer, Counted, Listener, Member, Monitor, Pool
from console.drill.octavia.policies import Policy, Rule
from console.drill.octavia.thing import JSON
from console.drill.octavia.tree import tree

NEWEST_MINOR = 30
BEFORE_TAGS = 4
PAGE = 1000  # pagination_max_limit
NOT_FILTERS = frozenset(("fields", "limit", "marker", "sort", "page_reverse"))
TAG_FILTERS = frozenset(("tags", "tags-any", "not-tags", "not-tags-any"))


class Viewed(Protocol):
    """Anything that the API shows."""

    id: str

    def view(self) -> JSON: ...  # noqa: D102


Found = TypeVar("Found", bound=Viewed)


async def versions(request: Request) -> Response:
    """GET / lists v2.0 to v2.30; there is no microversion header."""
    newest = NEWEST_MINOR if world_of(request).settings.tags else BEFORE_TAGS
    links = [{"href": f"{world_of(request).url}/load-balancer/v2", "rel": "self"}]
    listed = [
        {
            "id": f"v2.{minor}",
            "status": "CURRENT" if minor == newest else "SUPPORTED",
            "updated": "2025-02-26T00:00:00Z",
            "links": links,
        }
        for minor in range(newest + 1)
    ]
    return JSONResponse({"versions": listed})


async def version(request: Request) -> Response:
    """GET /v2 is just its name."""
    authenticate(request)
    return JSONResponse("v2")


async def balancers(request: Request) -> Response:
    """GET /loadbalancers."""
    return _list(request, "loadbalancers", _balancers(request))


async def balancer(request: Request) -> Response:
    """GET /loadbalancers/ID."""
    return _one(request, "loadbalancer", "Load Balancer", _balancers(request))


async def listeners(request: Request) -> Response:
    """GET /listeners."""
    return _list(request, "listeners", _listeners(request))


async def listener(request: Request) -> Response:
    """GET /listeners/ID."""
    return _one(request, "listener", "Listener", _listeners(request))


async def pools(request: Request) -> Response:
    """GET /pools."""
    return _list(request, "pools", _pools(request))


async def pool(request: Request) -> Response:
    """GET /pools/ID."""
    return _one(request, "pool", "Pool", _pools(request))


async def monitors(request: Request) -> Response:
    """GET /healthmonitors."""
    return _list(request, "healthmonitors", _monitors(request))


async def monitor(request: Request) -> Response:
    """GET /healthmonitors/ID."""
    return _one(request, "healthmonitor", "Health Monitor", _monitors(request))


async def policies(request: Request) -> Response:
    """GET /l7policies; unlike the others it has no filter by load balancer."""
    return _list(request, "l7policies", _policies(request))


async def policy(request: Request) -> Response:
    """GET /l7policies/ID."""
    return _one(request, "l7policy", "L7 Policy", _policies(request))


async def rules(request: Request) -> Response:
    """GET /l7policies/ID/rules: values in clear, for every reader."""
    return _list(request, "rules", _rules(request))


async def rule(request: Request) -> Response:
    """GET /l7policies/ID/rules/ID."""
    return _one(request, "rule", "L7 Rule", _rules(request))


async def members(request: Request) -> Response:
    """GET /pools/ID/members: during PENDING_UPDATE it shows the values to come."""
    return _list(request, "members", _members(request))


async def member(request: Request) -> Response:
    """GET /pools/ID/members/ID."""
    return _one(request, "member", "Member", _members(request))


async def statuses(request: Request) -> Response:
    """GET /loadbalancers/ID/status: the tree of what a listener uses; no weights in it."""
    found = _find(request, "Load Balancer", _balancers(request))
    return JSONResponse({"statuses": {"loadbalancer": tree(found)}})


async def statistics(request: Request) -> Response:
    """GET /loadbalancers/ID/stats: the sum of its listeners."""
    found = _find(request, "Load Balancer", _balancers(request))
    total: dict[str, int] = dict.fromkeys(Counted().view(), 0)
    for each in found.listeners:
        for key, value in each.counted.view().items():
            total[key] += value
    return JSONResponse({"stats": total})


async def listener_statistics(request: Request) -> Response:
    """GET /listeners/ID/stats: as of the last heartbeat."""
    return JSONResponse({"stats": _find(request, "Listener", _listeners(request)).counted.view()})


def _balancers(request: Request) -> list[Balancer]:
    """Those of the token's project: what others have is not there for it."""
    project_id = authenticate(request).project_id
    found = (entrance.balancer for entrance in world_of(request).entrances)
    return [each for each in found if each.project_id == project_id]


def _listeners(request: Request) -> list[Listener]:
    return [each for found in _balancers(request) for each in found.listeners]


def _pools(request: Request) -> list[Pool]:
    return [each for found in _balancers(request) for each in found.pools]


def _monitors(request: Request) -> list[Monitor]:
    return [each.monitor for each in _pools(request) if each.monitor is not None]


def _policies(request: Request) -> list[Policy]:
    return [each for found in _listeners(request) for each in found.policies]


def _members(request: Request) -> list[Member]:
    wanted = request.path_params["pool"]
    for each in _pools(request):
        if each.id == wanted:
            return each.members
    authenticate(request)
    raise missing_parent("Pool", wanted)


def _rules(request: Request) -> list[Rule]:
    wanted = request.path_params["policy"]
    for each in _policies(request):
        if each.id == wanted:
            return each.rules
    authenticate(request)
    raise missing_parent("L7Policy", wanted)


def _find(request: Request, kind: str, things: Sequence[Found]) -> Found:
    authenticate(request)
    wanted = request.path_params["id"]
    for thing in things:
        if thing.id == wanted:
            return thing
    raise missing(kind, wanted)


def _one(request: Request, key: str, kind: str, things: Sequence[Found]) -> Response:
    found = _find(request, kind, things)
    return JSONResponse({key: _fields(request, found.view(), request.query_params.getlist("fields"))})


def _fields(request: Request, view: JSON, wanted: Sequence[str]) -> JSON:
    if not world_of(request).settings.tags:
        view.pop("tags", None)
    return {key: value for key, value in view.items() if key in wanted} if wanted else view


def _list(request: Request, kind: str, things: Sequence[Viewed]) -> Response:
    """Filters are ANDed. The links carry limit and marker only: filters and fields are lost, as in Octavia."""
    authenticate(request)
    views = [thing.view() for thing in things]
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
    shown = [_fields(request, view, params.getlist("fields")) for view in page]
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
    parents = f"{key.removesuffix('_id').replace('_', '')}s"
    if key in ("loadbalancer_id", "load_balancer_id", "listener_id", "pool_id") and parents in view:
        return value in [each["id"] for each in view[parents]]
    if key not in view:
        raise fault(400, "One or more arguments are either duplicate or invalid")
    return str(view[key]).lower() == value.lower()


ROUTES = [
    Route("/loadbalancers", balancers, methods=["GET"]),
    Route("/loadbalancers/{id}", balancer, methods=["GET"]),
    Route("/loadbalancers/{id}/status", statuses, methods=["GET"]),
    Route("/loadbalancers/{id}/statuses", statuses, methods=["GET"]),
    Route("/loadbalancers/{id}/stats", statistics, methods=["GET"]),
    Route("/listeners", listeners, methods=["GET"]),
    Route("/listeners/{id}", listener, methods=["GET"]),
    Route("/listeners/{id}/stats", listener_statistics, methods=["GET"]),
    Route("/pools", pools, methods=["GET"]),
    Route("/pools/{id}", pool, methods=["GET"]),
    Route("/healthmonitors", monitors, methods=["GET"]),
    Route("/healthmonitors/{id}", monitor, methods=["GET"]),
    Route("/l7policies", policies, methods=["GET"]),
    Route("/l7policies/{id}", policy, methods=["GET"]),
    Route("/l7policies/{policy}/rules", rules, methods=["GET"]),
    Route("/l7policies/{policy}/rules/{id}", rule, methods=["GET"]),
    Route("/pools/{pool}/members", members, methods=["GET"]),
    Route("/pools/{pool}/members/{id}", member, methods=["GET"]),
]


def root(routes: Sequence[Route]) -> list[BaseRoute]:
    """All of Octavia: the version list, and the API under both of its names."""
    paths: list[BaseRoute] = [Route("/", versions)]
    for prefix in ("/v2", "/v2.0"):
        paths += [Route(prefix, version), Mount(f"{prefix}/lbaas", routes=list(routes))]
    return paths
