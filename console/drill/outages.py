"""Whole APIs that do not do their work: the outermost layer, before anything of the API is asked."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from console.drill.api import service_of
from console.drill.world import World

RETRY_AFTER = 20  # seconds
SILENCE = 3600.0  # seconds
KINDS = {
    "down": "every connection is dropped without an answer",
    "silent": "no request is answered",
    "refused": "401: no login, and no token, is good",
    "forbidden": "403 to everything",
    "limited": f"429 with Retry-After {RETRY_AFTER}",
    "broken": "500 in the API's own words",
    "unavailable": "503 and an HTML page, as the proxy in front of an API that is not there answers",
}


class Outages:
    """ASGI: passes on what there is no outage for."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self.app, self.world = app, world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; one that is under way when the drill ends loses its connection."""
        try:
            await self._serve(scope, receive, send)
        except asyncio.CancelledError:
            await drop(send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        service = service_of(scope["path"]) if scope["type"] == "http" else ""
        kind = self.world.outages.get(service, "")
        if not kind:
            await self.app(scope, receive, send)
        elif kind == "down":
            await drop(send)
        elif kind == "silent":
            await asyncio.sleep(SILENCE)
        else:
            await answer(service, kind)(scope, receive, send)


async def drop(send: Send) -> None:
    """Close the connection: uvicorn's `send` belongs to an object that has it. Otherwise it answers 500 by itself."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
        await asyncio.sleep(0.01)  # until uvicorn knows: it would complain of a request without an answer


def answer(service: str, kind: str) -> Response:
    """What the API, or a proxy in its place, says."""
    if kind == "unavailable":
        text = "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n"
        return HTMLResponse(text + "</body></html>\n", 503)
    status, title, message, headers = {
        "refused": (401, "Unauthorized", "The request you have made requires authentication.", {}),
        "forbidden": (403, "Forbidden", "Policy does not allow this request to be performed.", {}),
        "limited": (429, "Too Many Requests", "This request was rate-limited.", {"Retry-After": str(RETRY_AFTER)}),
        "broken": (500, "Internal Server Error", "The server has either erred or is incapable of this.", {}),
    }[kind]
    return JSONResponse(_body(service, status, title, message), status, headers)


def _body(service: str, status: int, title: str, message: str) -> dict[str, Any]:
    match service:
        case "load-balancer":
            return {"faultcode": "Server" if status == 500 else "Client", "faultstring": message, "debuginfo": None}
        case "compute":
            names = {401: "unauthorized", 403: "forbidden", 429: "overLimit", 500: "computeFault"}
            return {names[status]: {"code": status, "message": message}}
        case "network":
            return {"NeutronError": {"type": title.replace(" ", ""), "message": message, "detail": ""}}
        case _:
            return {"error": {"code": status, "title": title, "message": message}}
