"""What the simulated APIs share: errors in each API's own words, tokens, request bodies."""

from __future__ import annotations

import json
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from console.drill.world import Token, World

SERVICES = ("identity", "compute", "image", "network", "load-balancer")


class Fault(Exception):
    """An answer with an error status. The body is JSON, or HTML where the API answers so."""

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, body, headers

    def response(self) -> Response:
        """The answer."""
        if isinstance(self.body, str):
            return HTMLResponse(self.body, self.status, self.headers)
        return JSONResponse(self.body, self.status, self.headers)


def world_of(request: Request) -> World:
    """The world that the application serves."""
    world = request.app.state.world
    assert isinstance(world, World)
    return world


def service_of(path: str) -> str:
    """Which API a path belongs to; empty for none."""
    first = path.lstrip("/").partition("/")[0]
    return first if first in SERVICES else ""


def html(status: int, title: str, text: str, detail: str = "") -> str:
    """The page that WebOb makes of an error."""
    return (
        f"<html>\n <head>\n  <title>{status} {title}</title>\n </head>\n <body>\n  <h1>{status} {title}</h1>\n"
        f"  {text}<br /><br />\n{detail}\n\n\n </body>\n</html>"
    )


def authenticate(request: Request) -> Token:
    """The token of a request. Raises the 401 that keystonemiddleware gives, which is HTML in Glance."""
    world = world_of(request)
    token = world.tokens.get(request.headers.get("x-auth-token", ""))
    if token is not None and token.expires_at > time.time() and token.scoped:
        return token
    service = service_of(request.url.path)
    headers = {"WWW-Authenticate": f'Keystone uri="{world.url}/identity"'}
    said = "The request you have made requires authentication."
    body: Any = {"error": {"code": 401, "title": "Unauthorized", "message": said}}
    if service == "image":
        text = (
            "This server could not verify that you are authorized to access the document you requested. Either you "
            "supplied the wrong credentials (e.g., bad password), or your browser does not understand how to supply "
            "the credentials required."
        )
        body = html(401, "Unauthorized", text)
    raise Fault(401, body, headers)


def not_found(request: Request) -> Response:
    """What each API says of a path that it does not have."""
    text = "The resource could not be found."
    body: Any = {"code": 404, "title": "Not Found", "description": ""}
    match service_of(request.url.path):
        case "compute" | "image":
            body = html(404, "Not Found", text)
        case "network":
            body = {"NeutronError": {"type": "HTTPNotFound", "message": text, "detail": ""}}
        case "identity":
            body = (
                "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>The requested "
                "URL was not found on the server. If you entered the URL manually please check your spelling and try "
                "again.</p>\n"
            )
    return Fault(404, body).response()


async def body_of(request: Request) -> Any:
    """The JSON body; raises ValueError where there is none."""
    return json.loads(await request.body())
