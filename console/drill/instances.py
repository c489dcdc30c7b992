"""The insides of the simulated servers: a small HTTP application on a real socket of its own.

GET /healthcheck answers 200 "OK" or 503; every other path answers who serves it, as JSON.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import h11

from console.drill.loopback import stop_listening
from console.drill.udp import Told

MODES = "ok | unhealthy | error-rate=SHARE | slow=MILLISECONDS | hang | refuse, or several with commas"


@dataclass(frozen=True)
class Behaviour:
    """What an instance does wrong. `error_rate` is a share from 0 to 1, `slow` is in milliseconds."""

    unhealthy: bool = False
    hang: bool = False
    refuse: bool = False
    error_rate: float = 0.0
    slow: float = 0.0

    @classmethod
    def parse(cls, mode: str) -> Behaviour:
        """From words like `unhealthy,slow=800`; raises ValueError for anything that is not in MODES."""
        said: dict[str, bool | float] = {}
        for word in mode.split(","):
            name, _, value = word.strip().partition("=")
            if name in ("unhealthy", "hang", "refuse") and not value:
                said[name] = True
            elif name in ("error-rate", "slow"):
                said[name.replace("-", "_")] = float(value)
            elif name != "ok" or value:
                raise ValueError(f"{word!r} is not a mode: {MODES}")
        return cls(**said)  # type: ignore[arg-type]


@dataclass
class Instance:
    """One instance. `facts` is what /version says of it; `served` counts the requests other than health checks."""

    id: str
    name: str
    colour: str
    address: str
    port: int
    facts: dict[str, str]
    mode: str = "ok"
    served: int = 0
    powered: bool = True
    datagrams: bool = False  # whether it answers them as well, at the same port
    _behaviour: Behaviour = field(default_factory=Behaviour)
    _go: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None
    _udp: asyncio.DatagramTransport | None = None
    _connections: set[asyncio.StreamWriter] = field(default_factory=set)

    async def start(self) -> None:
        """Listen, if it is on and not to refuse connections. Raises OSError when the address cannot be had."""
        if self._server is None and self.powered and not self._behaviour.refuse:
            self._server = await asyncio.start_server(self._serve, self.address, self.port, backlog=512)
            if self.datagrams:
                loop = asyncio.get_running_loop()
                self._udp, _ = await loop.create_datagram_endpoint(lambda: Told(self._told), (self.address, self.port))

    async def stop(self) -> None:
        """Stop listening and drop every connection."""
        server, self._server = self._server, None
        if self._udp is not None:
            self._udp.abort()
            self._udp = None
        if server is not None:
            await stop_listening(server)
        for writer in tuple(self._connections):
            writer.transport.abort()
        await asyncio.sleep(0)

    async def power(self, *, on: bool) -> None:
        """Switch it on or off."""
        self.powered = on
        await (self.start() if on else self.stop())

    async def set_mode(self, mode: str) -> None:
        """Behave differently from here on; raises ValueError for an unknown mode."""
        self._behaviour = Behaviour.parse(mode)
        self.mode = mode
        if not self._behaviour.hang:
            self._go.set()
            self._go = asyncio.Event()
        if self._behaviour.refuse:
            await self.stop()
        else:
            await self.start()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        try:
            await self._talk(h11.Connection(h11.SERVER), reader, writer)
        except (OSError, h11.ProtocolError, asyncio.CancelledError):
            pass  # the client has gone, or does not speak HTTP, or the drill ends: nobody waits for an answer
        finally:
            self._connections.discard(writer)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _talk(self, wire: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request: h11.Request | None = None
        while True:
            event = wire.next_event()
            if event is h11.NEED_DATA:
                wire.receive_data(await reader.read(65536))
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.EndOfMessage) and request is not None:
                status, kind, body = await self._answer(request.target.partition(b"?")[0].decode("latin-1"))
                for part in _response(status, kind, body, head=request.method == b"HEAD"):
                    writer.write(wire.send(part) or b"")
                await writer.drain()
                if wire.our_state is not h11.DONE:
                    return
                wire.start_next_cycle()
            elif isinstance(event, h11.ConnectionClosed):
                return

    def _told(self) -> dict[str, Any]:
        """Who serves a request."""
        self.served += 1
        return {"server": self.id, "name": self.name, **self.facts, "seq": self.served}

    async def _answer(self, path: str) -> tuple[int, str, str]:
        doing = self._behaviour
        if doing.hang:
            await self._go.wait()
        if doing.slow:
            await asyncio.sleep(doing.slow / 1000)
        if path == "/healthcheck":
            return (503, "text/plain", "DISABLED BY FILE") if doing.unhealthy else (200, "text/plain", "OK")
        told = self._told()
        if random.random() < doing.error_rate:  # noqa: S311 no secret
            return 500, "application/json", json.dumps({**told, "error": "told to fail by the drill"})
        if path in ("/", "/version"):
            return 200, "application/json", json.dumps(told)
        return 404, "application/json", json.dumps({"error": "no such path"})


def _response(status: int, kind: str, body: str, *, head: bool) -> tuple[h11.Event, ...]:
    content = body.encode()
    headers = [("Content-Type", kind), ("Content-Length", str(len(content)))]
    start = h11.Response(status_code=status, headers=headers, reason=HTTPStatus(status).phrase.encode())
    return (start, h11.EndOfMessage()) if head else (start, h11.Data(data=content), h11.EndOfMessage())
