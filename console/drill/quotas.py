"""The quotas of Neutron and Octavia in the drill, and Neutron's security groups. Nova's are in `nova_project`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.drill.api import authenticate, world_of
from console.drill.world import JSON


async def network(request: Request) -> Response:
    """GET /quotas/PROJECT."""
    authenticate(request)
    return JSONResponse({"quota": {**_others(), "port": world_of(request).compute.quotas.ports}})


async def network_details(request: Request) -> Response:
    """GET /quotas/PROJECT/details.json: with what is used (extension quota_details)."""
    authenticate(request)
    world = world_of(request)
    limits = {**_others(), "port": world.compute.quotas.ports}
    used = {"port": len(world.ports), "network": len(world.networks), "subnet": len(world.subnets)}
    shown = {key: {"limit": limit, "used": used.get(key, 0), "reserved": 0} for key, limit in limits.items()}
    return JSONResponse({"quota": shown})


def _others() -> JSON:
    return {"network": 100, "subnet": 100, "security_group": 10, "security_group_rule": 100}


async def balancing(request: Request) -> Response:
    """GET /lbaas/quotas/PROJECT."""
    authenticate(request)
    kinds = ("load_balancer", "loadbalancer", "listener", "pool", "health_monitor", "healthmonitor", "l7policy")
    limits = dict.fromkeys((*kinds, "l7rule"), -1)
    return JSONResponse({"quota": {**limits, "member": world_of(request).compute.quotas.members}})


async def security_groups(request: Request) -> Response:
    """GET /security-groups, filtered by name."""
    authenticate(request)
    found = world_of(request).security_groups
    if (name := request.query_params.get("name")) is not None:
        found = [each for each in found if each["name"] == name]
    return JSONResponse({"security_groups": found})


NETWORK_ROUTES = [
    Route("/v2.0/quotas/{project}", network),
    Route("/v2.0/quotas/{project}/details.json", network_details),
    Route("/v2.0/security-groups", security_groups),
]
BALANCING_ROUTES = [Route("/quotas/{project}", balancing)]
