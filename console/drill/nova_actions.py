"""What was done to a server, and what can be: os-instance-actions, console output, stop, start, lock (Nova 2.104)."""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.drill import console_text, nova_labels
from console.drill.api import authenticate, body_of, world_of
from console.drill.nova_versions import Level, answer, fault, level_of
from console.drill.world import Deed, Server, User, World, stamp

TAKES = 0.6  # seconds for a stop or a start, of a load balancer's `pending` of 1


async def deeds(request: Request) -> Response:
    """GET /servers/ID/os-instance-actions: newest first."""
    authenticate(request)
    level, server = level_of(request), _server(request)
    shown = [_deed(world_of(request), server, each, level) for each in reversed(server.deeds)]
    return answer({"instanceActions": shown}, level)


async def deed(request: Request) -> Response:
    """GET /servers/ID/os-instance-actions/REQUEST: with its events, which readers see from 2.51."""
    token = authenticate(request)
    level, server, wanted = level_of(request), _server(request), request.path_params["request"]
    for each in server.deeds:
        if each.request_id == wanted:
            shown = _deed(world_of(request), server, each, level)
            if level >= (2, 51) or "admin" in token.user.roles:
                shown["events"] = [_event(server, each, level)]
            return answer({"instanceAction": shown}, level)
    raise fault(404, f"Action {wanted} not found", level)


async def act(request: Request) -> Response:
    """POST /servers/ID/action."""
    token = authenticate(request)
    level = level_of(request)
    try:
        ((name, said),) = (await body_of(request)).items()
    except (ValueError, AttributeError):
        raise fault(400, "Malformed request body", level) from None
    if name not in _ACTIONS:
        raise fault(400, f"There is no such action: {name}", level)
    rule, do = _ACTIONS[name]
    server = _server(request)
    if not token.user.may_write:
        raise fault(403, f"Policy doesn't allow os_compute_api:{rule} to be performed.", level)
    return await do(world_of(request), server, said, token.user, level)


async def _console(world: World, server: Server, said: Any, user: User, level: Level) -> Response:
    length = (said or {}).get("length")
    if length is not None and not re.fullmatch(r"-?[0-9]+", str(length)):
        why = f"'{length}' does not match '^-?[0-9]+$'"
        raise fault(400, f"Invalid input for field/attribute length. Value: {length}. {why}", level)
    if length is not None and int(length) < -1:
        why = f"{length} is less than the minimum of -1"
        raise fault(400, f"Invalid input for field/attribute length. Value: {length}. {why}", level)
    text = console_text.of(server, world.instance(server.id))
    return answer({"output": text if length is None else tail(text, int(length))}, level)


def tail(text: str, length: int) -> str:
    """The last lines, as Nova counts them: with the empty one after the last line end; -1 leaves out the first."""
    return "\n".join(text.split("\n")[-length:]) if length else ""


async def _stop(world: World, server: Server, said: Any, user: User, level: Level) -> Response:
    nova_labels.ensure_unlocked(server, level)
    _ensure("stop", server, ("active", "rescued", "error"), level)  # nova: compute/api.py, as its API reference says
    world.spawn(power(world, server, user, on=False))
    return answer(None, level, 202)


async def _start(world: World, server: Server, said: Any, user: User, level: Level) -> Response:
    nova_labels.ensure_unlocked(server, level)
    _ensure("start", server, ("stopped",), level)
    world.spawn(power(world, server, user, on=True))
    return answer(None, level, 202)


async def _lock(world: World, server: Server, said: Any, user: User, level: Level) -> Response:
    """Locking what is locked changes nothing, not even the reason (facts: Nova 2.5)."""
    if not server.locked:
        server.locked, server.locked_reason = True, (said or {}).get("locked_reason")
    return answer(None, level, 202)


async def _unlock(world: World, server: Server, said: Any, user: User, level: Level) -> Response:
    server.locked, server.locked_reason = False, None
    return answer(None, level, 202)


def _ensure(word: str, server: Server, states: tuple[str, ...], level: Level) -> None:
    where = f"Cannot '{word}' instance {server.id} while it is in"
    if server.task_state is not None:
        raise fault(409, f"{where} task_state {server.task_state}", level)
    if server.vm_state not in states:
        raise fault(409, f"{where} vm_state {server.vm_state}", level)


def power(world: World, server: Server, user: User, *, on: bool) -> Coroutine[Any, Any, None]:
    """Start or stop a server, from this moment: the task state is there before anything is awaited."""
    server.task_state = "powering-on" if on else "powering-off"
    return _power(world, server, user, on=on)


async def _power(world: World, server: Server, user: User, *, on: bool) -> None:
    """Nova says so when its instance has gone, or is there."""
    word = "start" if on else "stop"
    done = Deed(word, f"compute_{word}_instance", user, time.time())
    server.deeds.append(done)
    await asyncio.sleep(TAKES * world.settings.pending)
    instance = world.instance(server.id)
    if instance is not None:
        await instance.power(on=on)
    server.status, server.vm_state = ("ACTIVE", "active") if on else ("SHUTOFF", "stopped")
    server.power_state, server.task_state = 1 if on else 4, None
    done.finish = time.time()


_ACTIONS: dict[str, tuple[str, Callable[[World, Server, Any, User, Level], Awaitable[Response]]]] = {
    "os-getConsoleOutput": ("os-console-output", _console),
    "os-stop": ("servers:stop", _stop),
    "os-start": ("servers:start", _start),
    "lock": ("os-lock-server:lock", _lock),
    "unlock": ("os-lock-server:unlock", _unlock),
}


def _server(request: Request) -> Server:
    wanted = request.path_params["id"]
    for each in world_of(request).servers:
        if each.id == wanted:
            return each
    raise fault(404, f"Instance {wanted} could not be found.", level_of(request))


def _deed(world: World, server: Server, each: Deed, level: Level) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "action": each.action,
        "instance_uuid": server.id,
        "request_id": each.request_id,
        "user_id": each.user.id,
        "project_id": world.project_id,
        "start_time": _time(each.start),
        "message": each.message,
    }
    if level >= (2, 58):
        shown["updated_at"] = _time(each.finish or each.start)
    return shown


def _event(server: Server, each: Deed, level: Level) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "event": each.event,
        "start_time": _time(each.start),
        "finish_time": None if each.finish is None else _time(each.finish),
        "result": None if each.finish is None else each.result,
    }
    if level >= (2, 62):
        shown["hostId"] = host_id(server)
    if level >= (2, 84) and each.result == "Error":
        shown["details"] = each.message
    return shown


def host_id(server: Server) -> str:
    """What stands for the host of a server."""
    return hashlib.sha224(server.id.encode()).hexdigest()


def _time(at: float) -> str:
    return stamp(at).replace("Z", ".000000")


ROUTES = [
    Route("/v2.1/servers/{id}/os-instance-actions", deeds, methods=["GET"]),
    Route("/v2.1/servers/{id}/os-instance-actions/{request}", deed, methods=["GET"]),
    Route("/v2.1/servers/{id}/action", act, methods=["POST"]),
]
