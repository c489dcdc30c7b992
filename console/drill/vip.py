"""The VIP: a relay of connections to the members that the amphora would use.

Of a client of an HTTP listener it reads the head of the first request: L7 policies need it, and HAProxy answers 400 to
what is none. All later requests of that connection go to the same member, other than with HAProxy.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass

from console.drill.certificate import Certificate
from console.drill.loopback import stop_listening
from console.drill.octavia.amphora import Amphora, metrics
from console.drill.octavia.backend import Target
from console.drill.octavia.objects import Balancer, Counted, Listener

CONNECT_TIMEOUT = 5.0  # seconds, Octavia's timeout_member_connect
LINGER = 10.0  # seconds for the answer after the client has closed its side
IDLE = 0.3  # seconds without a byte after an answer, after which a reload closes a client's connection
UNAVAILABLE = (
    b"HTTP/1.0 503 Service Unavailable\r\ncache-control: no-cache\r\ncontent-type: text/html\r\n"
    b"content-length: 107\r\nconnection: close\r\n\r\n"
    b"<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>\n"
)
BAD_REQUEST = (
    b"HTTP/1.0 400 Bad request\r\ncache-control: no-cache\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n"
    b"<html><body><h1>400 Bad request</h1>\nYour browser sent an invalid request.\n</body></html>\n"
)
END_OF_HEAD = b"\r\n\r\n"
PATIENCE = 50.0  # seconds for a client to send its request, Octavia's timeout_client_data


@dataclass(frozen=True)
class Asked:
    """The head of a request: its path, and its headers by name in lower case."""

    path: str
    headers: dict[str, str]

    @classmethod
    def of(cls, head: bytes) -> Asked | None:
        """None for what is no request."""
        first, *lines = head.partition(END_OF_HEAD)[0].decode("latin-1").split("\r\n")
        words = first.split(" ")
        if END_OF_HEAD not in head or len(words) != 3 or not words[2].startswith("HTTP/1."):
            return None
        pairs = (line.partition(":") for line in lines)
        return cls(words[1].partition("?")[0], {name.strip().lower(): value.strip() for name, _, value in pairs})


class Relay:
    """One client's connection. `idle` is true when the last byte went to the client and that was a while ago."""

    def __init__(self, client: asyncio.StreamWriter, counted: Counted) -> None:
        self.client, self.counted = client, counted
        self._answered_at: float | None = None

    @property
    def idle(self) -> bool:
        """Whether HAProxy would close it at a reload: nothing is under way on it."""
        return self._answered_at is not None and time.monotonic() - self._answered_at > IDLE

    async def pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry bytes one way until the sender is done."""
        while data := await reader.read(65536):
            if writer is self.client:
                self._answered_at = time.monotonic()
                self.counted.bytes_out += len(data)
            else:
                self._answered_at = None
                self.counted.bytes_in += len(data)
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


class Vip:
    """One listener on its addresses; each new connection goes to one member, to another one if that refuses."""

    def __init__(
        self, amphora: Amphora, balancer: Balancer, listener: Listener, certificate: Certificate | None = None
    ) -> None:
        self.amphora, self.balancer, self.listener = amphora, balancer, listener
        self._certificate = certificate
        self._server: asyncio.Server | None = None
        self._relays: set[Relay] = set()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.listener.protocol_port

    async def start(self) -> None:
        """Listen. Raises OSError when an address cannot be had."""
        addresses = [self.balancer.vip_address, *(each["ip_address"] for each in self.balancer.additional_vips)]
        tls = self._certificate.context() if self._certificate is not None else None
        self._server = await asyncio.start_server(self._serve, addresses, self.port, backlog=512, ssl=tls)

    async def stop(self) -> None:
        """Stop listening and drop every connection."""
        if self._server is not None:
            await stop_listening(self._server)
        for relay in tuple(self._relays):
            relay.client.transport.abort()
        await asyncio.sleep(0)

    def reload(self) -> None:
        """What a reload does to clients: idle connections are closed, those with a request under way go on."""
        for relay in tuple(self._relays):
            if relay.idle:
                relay.client.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        counted = self.amphora.counted.setdefault(self.listener.id, Counted())
        relay = Relay(writer, counted)
        self._relays.add(relay)
        counted.active += 1
        counted.total += 1
        try:
            await self._answer(relay, reader)
        except (OSError, asyncio.CancelledError):
            pass  # the client has gone, or the drill ends
        finally:
            counted.active -= 1
            self._relays.discard(relay)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, relay: Relay, reader: asyncio.StreamReader) -> None:
        head = b"" if self.listener.protocol == "TCP" else await _head(reader)
        relay.counted.bytes_in += len(head)
        asked = Asked("", {}) if self.listener.protocol == "TCP" else Asked.of(head)
        if asked is None:
            if head:
                relay.counted.errors += 1
                await _say(relay, BAD_REQUEST)
        elif self.listener.protocol == "PROMETHEUS":
            await self._metrics(relay, asked.path)
        else:
            route = self.amphora.routes.get(self.listener.id)
            pool_id = route.pool(asked.path, asked.headers) if route is not None else None
            await self._forward(relay, reader, head, pool_id)

    async def _forward(self, relay: Relay, reader: asyncio.StreamReader, head: bytes, pool_id: str | None) -> None:
        found = await self._connect(pool_id)
        if found is None:
            await _say(relay, UNAVAILABLE)
            return
        back, upstream, target = found
        target.sessions += 1
        began = time.monotonic()
        try:
            upstream.write(head)
            await _relayed(relay, reader, back, upstream)
        finally:
            target.sessions -= 1
            target.response += (time.monotonic() - began - target.response) / 10  # of the last few
            upstream.close()
            with contextlib.suppress(OSError):
                await upstream.wait_closed()

    async def _metrics(self, relay: Relay, path: str) -> None:
        if path != "/metrics":
            await _say(relay, UNAVAILABLE)
            return
        text = metrics(self.amphora, self.balancer.listeners).encode()
        head = b"HTTP/1.1 200 OK\r\ncache-control: no-cache\r\ncontent-type: text/plain; version=0.0.4\r\n"
        await _say(relay, head + b"connection: close\r\n\r\n" + text)

    async def _connect(self, pool_id: str | None) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, Target] | None:
        tried: set[str] = set()
        while (target := self.amphora.choose(pool_id, tried)) is not None:
            tried.add(target.member_id)
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(CONNECT_TIMEOUT):
                    streams = await asyncio.open_connection(target.address, target.port)
                target.connections += 1
                return *streams, target
        self.amphora.lost += 1
        return None


async def _relayed(
    relay: Relay,
    reader: asyncio.StreamReader,
    back: asyncio.StreamReader,
    upstream: asyncio.StreamWriter,
) -> None:
    down = asyncio.ensure_future(relay.pump(back, relay.client))
    up = asyncio.ensure_future(relay.pump(reader, upstream))
    try:
        await asyncio.wait({down, up}, return_when=asyncio.FIRST_COMPLETED)
        # A client may close its side and still wait for the answer, but one that has gone looks the same.
        await asyncio.wait({down}, timeout=LINGER)
    finally:
        up.cancel()
        down.cancel()
        await asyncio.gather(up, down, return_exceptions=True)


async def _head(reader: asyncio.StreamReader) -> bytes:
    """The client's bytes up to the end of its first head, and what came with it; empty if it says nothing."""
    found = b""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while END_OF_HEAD not in found and len(found) < 65536:
                data = await reader.read(65536)
                found += data
                if not data or not _begins_well(found):
                    break
    return found


def _begins_well(text: bytes) -> bool:
    return text[:1].isalpha() and (b"\r\n" not in text or b" HTTP/1." in text.partition(b"\r\n")[0])


async def _say(relay: Relay, text: bytes) -> None:
    relay.client.write(text)
    relay.counted.bytes_out += len(text)
    await relay.client.drain()
