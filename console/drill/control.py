"""The trainer's door, under /drill/: make things happen, and see what was written. Loopback only, no login.

The objects that are named are those of any service; without a name they are those of the first one.

GET  /drill                          the whole state: instances, members, what the amphora runs, troubles
PUT  /drill/fault                    {"fault": "lb-stuck"}: that scenario begins, another one ends; null: all is well
PUT  /drill/outages                  {"compute": "down"}: an API does not do its work, in the words of
                                     `outages.KINDS`; null: it does
PUT  /drill/instances/NAME           {"mode": "unhealthy"}; the modes are those of `instances.MODES`
PUT  /drill/servers/NAME             {"status": "ERROR", "task_state": "rebooting", "metadata": {...}, ...}
POST /drill/servers/NAME/stop        Nova stops it, as a user would; and /start
DELETE /drill/servers/NAME           the server is gone, its instance with it; its member stays
PUT  /drill/members/NAME             {"weight": 5, "tags": [...]}: as somebody else would, applied at once;
                                     {"operating_status": "ERROR" | "auto"}: what the check is to say
PUT  /drill/load-balancer            {"provisioning_status": "PENDING_UPDATE" | "ERROR" | "ACTIVE", "name": ...}
POST /drill/change                   somebody else changes a weight, through Octavia, which locks the load balancer
POST /drill/release                  end what is pending at once
POST /drill/beat                     check every member and let the operating statuses follow, at once
PUT  /drill/settings                 {"pending": 1.5, "heartbeat": 3, "delay": 0, "token_life": 3600,
                                     "build": 4, "boot": 2}
POST /drill/trouble                  {"kind": "amphora", "count": 1} for the next writes of the load balancer;
                                     the kinds are those of `provisioning.KINDS`
POST /drill/builds                   {"kind": "no-host", "count": 1, "zone": ""} for the next servers that are made;
                                     the kinds are those of `compute_objects.BUILD_TROUBLES`
PUT  /drill/quotas                   {"instances": 4, ...}: the fields of `compute_objects.Quotas`
POST /drill/tokens/revoke            every token is invalid from here on
GET  /drill/writes?since=N           the writes after mark N: {"mark", "count", "writes"}; each with who sent it, and
                                     what it could change before and after it

More of it is in `meddling`.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.drill import nova_actions, outages, scenarios
from console.drill.api import SERVICES, Fault, body_of, world_of
from console.drill.compute_objects import BUILD_TROUBLES, BuildTrouble
from console.drill.octavia import provisioning
from console.drill.octavia.objects import Member
from console.drill.octavia.thing import stamp
from console.drill.settings import Fault as Scenario
from console.drill.world import Entrance, Server, Trouble, World

SETTINGS = ("pending", "heartbeat", "delay", "token_life", "build", "boot")
SERVER_FIELDS = ("name", "status", "vm_state", "task_state", "power_state", "metadata", "tags", "fault")
MEMBER_FIELDS = ("name", "weight", "admin_state_up", "backup", "tags", "provisioning_status")
STATUSES = ("ACTIVE", "PENDING_UPDATE", "ERROR")


def _wrong(message: str, status: int = 400) -> Fault:
    return Fault(status, {"error": message})


async def _words(request: Request, allowed: tuple[str, ...]) -> dict[str, Any]:
    try:
        body = await body_of(request)
    except ValueError:
        raise _wrong("the body is not JSON") from None
    if not isinstance(body, dict) or not set(body) <= set(allowed):
        raise _wrong(f"say one or more of: {', '.join(allowed)}")
    return body


async def state(request: Request) -> Response:
    """Everything a trainer wants to see."""
    world = world_of(request)
    return JSONResponse(
        {
            "instances": [
                {"name": i.name, "address": i.address, "port": i.port, "mode": i.mode, "served": i.served}
                for i in world.instances
            ],
            "load_balancer": world.balancer.view(),
            "members": [member.view() for _, pool in world.pools() for member in pool.members],
            "applied": {t.name: asdict(t) for entrance in world.entrances for t in entrance.amphora.targets.values()},
            "lost": sum(entrance.amphora.lost for entrance in world.entrances),
            "outages": world.outages,
            "troubles": [asdict(trouble) for trouble in world.troubles],
            "settings": asdict(world.settings),
            "writes": len(world.writes),
        }
    )


async def set_instance(request: Request) -> Response:
    """Change an instance's mode."""
    world, name = world_of(request), request.path_params["name"]
    instance = world.instance(name)
    if instance is None:
        raise _wrong(f"there is no instance {name}", 404)
    said = await _words(request, ("mode",))
    try:
        await instance.set_mode(str(said.get("mode", "ok")))
    except ValueError as error:
        raise _wrong(str(error)) from None
    return JSONResponse({"name": instance.name, "mode": instance.mode})


async def set_server(request: Request) -> Response:
    """Change what Nova says of a server."""
    server = _server(request)
    for key, value in (await _words(request, SERVER_FIELDS)).items():
        setattr(server, key, value)
    return Response(status_code=204)


def _server(request: Request) -> Server:
    server = world_of(request).server(request.path_params["name"])
    if server is None:
        raise _wrong(f"there is no server {request.path_params['name']}", 404)
    return server


async def stop_server(request: Request) -> Response:
    """Stop a server through Nova."""
    world, server = world_of(request), _server(request)
    await nova_actions.power(world, server, world.users[0], on=False)
    return Response(status_code=204)


async def start_server(request: Request) -> Response:
    """Start one."""
    world, server = world_of(request), _server(request)
    await nova_actions.power(world, server, world.users[0], on=True)
    return Response(status_code=204)


async def delete_server(request: Request) -> Response:
    """Delete a server as somebody else would."""
    world, name = world_of(request), request.path_params["name"]
    instance = world.instance(name)
    if instance is None:
        raise _wrong(f"there is no server {name}", 404)
    await instance.stop()
    world.instances.remove(instance)
    world.servers = [server for server in world.servers if server.id != instance.id]
    return Response(status_code=204)


async def set_member(request: Request) -> Response:
    """Change a member as somebody else would, or what its check is to say."""
    world, (entrance, member) = world_of(request), _member(world_of(request), request.path_params["name"])
    said = await _words(request, (*MEMBER_FIELDS, "operating_status"))
    if (status := said.pop("operating_status", None)) is not None:
        entrance.amphora.forced.pop(member.id, None)
        if status != "auto":
            entrance.amphora.forced[member.id] = member.operating_status = status
    for key, value in said.items():
        setattr(member, key, value)
        member.updated_at = stamp()
    if said:
        provisioning.apply(world, entrance)
    return JSONResponse(member.view())


def _member(world: World, name: str) -> tuple[Entrance, Member]:
    for entrance, pool in world.pools():
        for member in pool.members:
            if name in (member.name, member.id):
                return entrance, member
    raise _wrong(f"there is no member {name}", 404)


async def set_balancer(request: Request) -> Response:
    """Lock a load balancer, put it in ERROR, or heal it."""
    world = world_of(request)
    said = await _words(request, ("provisioning_status", "name"))
    status, name = said.get("provisioning_status"), said.get("name", world.balancer.name)
    if status not in STATUSES:
        raise _wrong(f"provisioning_status is one of {', '.join(STATUSES)}")
    balancer = next((each.balancer for each in world.entrances if each.balancer.name == name), None)
    if balancer is None:
        raise _wrong(f"there is no load balancer {name}", 404)
    balancer.provisioning_status, balancer.updated_at = status, stamp()
    for thing in (*balancer.pools, *balancer.listeners):
        thing.updated_at = stamp()
        thing.provisioning_status = "PENDING_UPDATE" if status == "PENDING_UPDATE" else "ACTIVE"
    return JSONResponse(balancer.view())


async def set_fault(request: Request) -> Response:
    """Begin a scenario, or end it."""
    world = world_of(request)
    fault = (await _words(request, ("fault",))).get("fault")
    if fault is not None and fault not in tuple(Scenario):
        raise _wrong(f"fault is null or one of {', '.join(Scenario)}")
    await scenarios.begin(world, None if fault is None else Scenario(fault))
    return JSONResponse({"fault": fault})


async def set_outages(request: Request) -> Response:
    """Take APIs away, or give them back."""
    world = world_of(request)
    said = await _words(request, SERVICES)
    for kind in said.values():
        if kind is not None and kind not in outages.KINDS:
            raise _wrong(f"an outage is null or one of {', '.join(outages.KINDS)}")
    for service, kind in said.items():
        world.outages.pop(service, None)
        if kind is not None:
            world.outages[service] = kind
    return JSONResponse(world.outages)


async def change(request: Request) -> Response:
    """Somebody else changes the pool."""
    return JSONResponse(scenarios.change(world_of(request)).view())


async def release(request: Request) -> Response:
    """End what is pending at once."""
    scenarios.release(world_of(request))
    return Response(status_code=204)


async def beat(request: Request) -> Response:
    """A heartbeat out of turn."""
    for entrance in world_of(request).entrances:
        await entrance.amphora.check()
        entrance.amphora.beat(entrance.balancer)
    return Response(status_code=204)


async def set_settings(request: Request) -> Response:
    """Change the times."""
    world = world_of(request)
    for key, value in (await _words(request, SETTINGS)).items():
        if not isinstance(value, int | float) or value < 0:
            raise _wrong(f"{key} is a number of seconds")
        setattr(world.settings, key, float(value))
    return JSONResponse(asdict(world.settings))


async def trouble(request: Request) -> Response:
    """Let the next writes of the load balancer go wrong."""
    world = world_of(request)
    said = await _words(request, ("kind", "count"))
    if said.get("kind") not in provisioning.KINDS:
        raise _wrong(f"kind is one of {', '.join(provisioning.KINDS)}")
    world.troubles.append(Trouble(said["kind"], int(said.get("count", 1))))
    return Response(status_code=204)


async def builds(request: Request) -> Response:
    """Let the next builds go wrong."""
    said = await _words(request, ("kind", "count", "zone"))
    if said.get("kind") not in BUILD_TROUBLES:
        raise _wrong(f"kind is one of {', '.join(BUILD_TROUBLES)}")
    made = BuildTrouble(said["kind"], int(said.get("count", 1)), str(said.get("zone", "")))
    world_of(request).compute.troubles.append(made)
    return Response(status_code=204)


async def set_quotas(request: Request) -> Response:
    """Change limits of the project."""
    quotas = world_of(request).compute.quotas
    for key, value in (await _words(request, tuple(asdict(quotas)))).items():
        setattr(quotas, key, int(value))
    return JSONResponse(asdict(quotas))


async def revoke(request: Request) -> Response:
    """Forget every token."""
    world_of(request).tokens.clear()
    return Response(status_code=204)


async def writes(request: Request) -> Response:
    """The writes since a mark, oldest first, of one service if `service` is given."""
    world = world_of(request)
    since = request.query_params.get("since", "0")
    if not since.isdecimal():
        raise _wrong("since is a mark from an earlier answer")
    service = request.query_params.get("service")
    found = [write for write in world.writes[int(since) :] if service in (None, write.service)]
    return JSONResponse({"mark": len(world.writes), "count": len(found), "writes": [asdict(write) for write in found]})


ROUTES = [
    Route("/", state, methods=["GET"]),
    Route("/instances/{name}", set_instance, methods=["PUT"]),
    Route("/servers/{name}", set_server, methods=["PUT"]),
    Route("/servers/{name}", delete_server, methods=["DELETE"]),
    Route("/servers/{name}/stop", stop_server, methods=["POST"]),
    Route("/servers/{name}/start", start_server, methods=["POST"]),
    Route("/members/{name}", set_member, methods=["PUT"]),
    Route("/load-balancer", set_balancer, methods=["PUT"]),
    Route("/fault", set_fault, methods=["PUT"]),
    Route("/outages", set_outages, methods=["PUT"]),
    Route("/change", change, methods=["POST"]),
    Route("/release", release, methods=["POST"]),
    Route("/beat", beat, methods=["POST"]),
    Route("/settings", set_settings, methods=["PUT"]),
    Route("/trouble", trouble, methods=["POST"]),
    Route("/builds", builds, methods=["POST"]),
    Route("/quotas", set_quotas, methods=["PUT"]),
    Route("/tokens/revoke", revoke, methods=["POST"]),
    Route("/writes", writes, methods=["GET"]),
]
