"""The HTTP app inside a server.

GET /healthcheck  as oslo.middleware's      GET /slow?ms=300   answers later
GET /version, /   JSON: who serves this     GET /stream?s=5    a chunk each 0.1 s
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import socket
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from .guest import Guest

_HEAD = re.compile(rb"(\S+) (\S+) HTTP/1\.(\d)")


@dataclass(frozen=True, slots=True)
class Request:
    """One request, as much of it as the app looks at."""

    method: str
    path: str
    query: dict[str, list[str]]
    accept: str
    close: bool

    def number(self, name: str, default: float) -> float:
        """A number from the query."""
        return float(self.query.get(name, [str(default)])[0])


class App(asyncio.Protocol):
    """HTTP/1.x, one request after the other on each connection."""

    transport: asyncio.Transport

    def __init__(self, guest: Guest) -> None:
        self._guest = guest
        self._buffer = b""
        self._busy: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._guest.connections.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._guest.connections.discard(self)
        if self._busy:
            self._busy.cancel()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._next()

    def _next(self) -> None:
        while not self._busy and not self.transport.is_closing():
            request = self._take()
            if request is None:
                return
            wait = self._guest.faults.slow + (request.number("ms", 0) if request.path == "/slow" else 0)
            if wait or request.path == "/stream" or not self._guest.answers.is_set():
                self._busy = asyncio.ensure_future(self._later(wait, request))
            else:
                self._answer(request)

    def _take(self) -> Request | None:
        """The next whole request in the buffer."""
        head, separator, rest = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return None
        match = _HEAD.match(head)
        if not match:
            self.transport.close()
            return None
        lines = head.decode("latin1").lower().split("\r\n")[1:]
        headers = dict(line.split(":", 1) for line in lines if ":" in line)
        length = int(headers.get("content-length", 0))
        if len(rest) < length:
            return None
        self._buffer = rest[length:]
        connection = headers.get("connection", "")
        close = "close" in connection if match[3] != b"0" else "keep-alive" not in connection
        path, _, query = match[2].decode("latin1").partition("?")
        return Request(match[1].decode(), path, parse_qs(query), headers.get("accept", ""), close)

    async def _later(self, wait: float, request: Request) -> None:
        await self._guest.answers.wait()
        await asyncio.sleep(wait / 1000)
        if request.path == "/stream":
            await self._stream(request)
        else:
            self._answer(request)
        self._busy = None
        self._next()

    def _who(self) -> dict[str, object]:
        guest = self._guest
        return {**guest.info, "server": guest.uuid, "name": guest.name, "seq": guest.served}

    def _answer(self, request: Request) -> None:
        kind = "application/json"
        if request.path == "/healthcheck":
            status, body, kind = self._health(request)
        else:
            self._guest.count()
            if random.random() < self._guest.faults.error_rate:
                status, body = HTTPStatus.INTERNAL_SERVER_ERROR, json.dumps(self._who() | {"error": "told to fail"})
            elif request.path in ("/", "/version", "/slow"):
                status, body = HTTPStatus.OK, json.dumps(self._who())
            else:
                status, body = HTTPStatus.NOT_FOUND, '{"error": "no such path"}'
        if self._guest.faults.crash:  # latent=N:crash dies with this request
            return
        content = b"" if status == HTTPStatus.NO_CONTENT else body.encode()
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n"
        head += f"Connection: {'close' if request.close else 'keep-alive'}\r\n\r\n"
        self.transport.write(head.encode() + (b"" if request.method == "HEAD" else content))
        if request.close:
            self.transport.close()

    def _health(self, request: Request) -> tuple[HTTPStatus, str, str]:
        bad = self._guest.faults.unhealthy
        status = HTTPStatus.SERVICE_UNAVAILABLE if bad else HTTPStatus.OK
        if request.method == "HEAD" and not bad:
            status = HTTPStatus.NO_CONTENT
        reason = "DISABLED" if bad else "OK"
        if "json" in request.accept:
            return status, json.dumps({"detailed": False, "reasons": [reason]}), "application/json"
        return status, reason, "text/plain; charset=UTF-8"

    async def _stream(self, request: Request) -> None:
        self._guest.count()
        self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        end = time.monotonic() + request.number("s", 5)
        while time.monotonic() < end:
            line = json.dumps(self._who()).encode() + b"\n"
            self.transport.write(b"%x\r\n%s\r\n" % (len(line), line))
            await asyncio.sleep(0.1)
        self.transport.write(b"0\r\n\r\n")
        if request.close:
            self.transport.close()
