"""Single requests that go wrong, before or after their work was done: the layer around everything else.

A network breaks a connection before the request was read, or before its answer was; a proxy answers instead of the API;
an answer is lost and the work lands later. Which requests, how many of them, and what: the trainer says.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.drill.api import service_of
from console.drill.outages import KINDS as OUTAGES
from console.drill.outages import SILENCE, answer, drop
from console.drill.world import World

BEFORE, AFTER = "before", "after"  # the request was processed
LATE = "late"  # no answer; it is processed some time after its connection was lost
KINDS = {
    **OUTAGES,
    "conflict": "409 in words of the API that are not those of a lock",
    "unsupported": "501, as a provider without that call answers",
    "garbage": "200 and bytes that are no JSON",
    "html": "200 and a page, as a proxy's login",
    "half": "the connection is lost in the middle of the answer",
    LATE: "the connection is lost at once, and the request is processed `delay` seconds later",
}


@dataclass
class Mischief:
    """What the next `count` requests meet whose method and path (with its query) match; `skip` of them are spared.

    `agent`: a piece of the User-Agent; empty for anybody's.
    """

    kind: str
    moment: str = BEFORE
    method: str = "."
    path: str = "."
    count: int = 1
    skip: int = 0
    delay: float = 0.0
    agent: str = ""
    hits: list[Hit] = field(default_factory=list)

    def meets(self, scope: Scope) -> bool:
        """Whether it is this request's turn; counts it."""
        if scope["type"] != "http" or not service_of(scope["path"]) or len(self.hits) >= self.count:
            return False
        query = scope["query_string"].decode("latin-1")
        path = scope["path"] + (f"?{query}" if query else "")
        if not (re.search(self.method, scope["method"]) and re.search(self.path, path)):
            return False
        said = dict(scope["headers"]).get(b"user-agent", b"").decode("latin-1")
        if self.agent not in said:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.hits.append(Hit(scope["method"], path, time.time(), said))
        return True


@dataclass
class Hit:
    """A request that met it. `at` in Unix seconds."""

    method: str
    path: str
    at: float
    agent: str


class Mischiefs:
    """ASGI: passes on what nothing happens to."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self.app, self.world = app, world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        found = next((each for each in self.world.mischiefs if each.meets(scope)), None)
        try:
            if found is None:
                await self.app(scope, receive, send)
            elif found.kind == LATE:
                await self._late(found, scope, receive, send)
            else:
                if found.moment == AFTER or found.kind == "half":
                    await self.app(scope, receive, _nowhere)
                await _happen(found.kind, scope, receive, send)
        except asyncio.CancelledError:
            await drop(send)

    async def _late(self, found: Mischief, scope: Scope, receive: Receive, send: Send) -> None:
        parts = [part async for part in _all(receive)]
        await drop(send)
        self.world.spawn(self._afterwards(found.delay, scope, parts))

    async def _afterwards(self, delay: float, scope: Scope, parts: list[Message]) -> None:
        await asyncio.sleep(delay)

        async def told() -> Message:
            return parts.pop(0) if parts else {"type": "http.disconnect"}

        await self.app(scope, told, _nowhere)


async def _all(receive: Receive) -> AsyncIterator[Message]:
    while True:
        message = await receive()
        yield message
        if not message.get("more_body", False):
            return


async def _nowhere(_message: Message) -> None:
    """The answer is lost."""


async def _happen(kind: str, scope: Scope, receive: Receive, send: Send) -> None:
    if kind == "down":
        await drop(send)
    elif kind == "silent":
        await asyncio.sleep(SILENCE)
    elif kind == "half":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4096")]})
        await send({"type": "http.response.body", "body": b'{"members": [', "more_body": True})
        await drop(send)
    else:
        await _answer(service_of(scope["path"]), kind)(scope, receive, send)


def _answer(service: str, kind: str) -> Response:
    if kind == "garbage":
        return Response(b"\x00\xff\xfe garbage {", 200, media_type="application/json")
    if kind == "html":
        return HTMLResponse("<html><title>Sign in</title><body>Please sign in to go on.</body></html>\n", 200)
    if kind == "conflict":
        return JSONResponse({"faultcode": "Client", "faultstring": "Somebody else was here.", "debuginfo": None}, 409)
    if kind == "unsupported":
        said = "Provider 'drill' does not support a requested action."
        return JSONResponse({"faultcode": "Server", "faultstring": said, "debuginfo": None}, 501)
    return answer(service, kind)
