"""Every request passes here: slow answers, request ids, and the record of all writes."""

from __future__ import annotations

import asyncio
import time
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.drill.api import service_of
from console.drill.picture import picture
from console.drill.world import World, Write

LONGEST = 20_000  # characters of a body that are kept


class Recorder:
    """ASGI middleware. Logins are not recorded: they carry passwords."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self.app, self.world = app, world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        service = service_of(scope["path"]) if scope["type"] == "http" else ""
        if not service:
            await self.app(scope, receive, send)
            return
        if self.world.settings.delay:
            await asyncio.sleep(self.world.settings.delay)
        write = self._write(scope, service)
        if write is not None:
            write.before = picture(self.world, service)
            self.world.writes.append(write)

        async def heard() -> Message:
            message = await receive()
            if write is not None and message["type"] == "http.request":
                write.body = (write.body + message.get("body", b"").decode("utf-8", "replace"))[:LONGEST]
            return message

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                number = f"req-{uuid4()}".encode()
                message["headers"] = [*message["headers"], *((name, number) for name in _id_headers(service))]
                if write is not None:
                    write.status = message["status"]
            elif write is not None:
                write.answer = (write.answer + message.get("body", b"").decode("utf-8", "replace"))[:LONGEST]
            await send(message)

        try:
            await self.app(scope, heard, told)
        finally:
            if write is not None:
                write.after = picture(self.world, service)

    def _write(self, scope: Scope, service: str) -> Write | None:
        if scope["method"] in ("GET", "HEAD", "OPTIONS") or service == "identity":
            return None
        headers = dict(scope["headers"])
        token = self.world.tokens.get(headers.get(b"x-auth-token", b"").decode("latin-1"))
        query = scope["query_string"].decode("latin-1")
        path = scope["path"] + (f"?{query}" if query else "")
        agent = headers.get(b"user-agent", b"").decode("latin-1")
        return Write(service, scope["method"], path, "", token.user.name if token else "", time.time(), agent)


def _id_headers(service: str) -> tuple[bytes, ...]:
    own = (b"x-compute-request-id",) if service == "compute" else ()
    return (b"x-openstack-request-id", *own)
