"""The VIP: a relay of TCP connections to the members that the amphora would use. It never reads HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import time

from console.drill.loopback import stop_listening
from console.drill.octavia.amphora import Amphora

CONNECT_TIMEOUT = 5.0  # seconds, Octavia's timeout_member_connect
LINGER = 10.0  # seconds for the answer after the client has closed its side
IDLE = 0.3  # seconds without a byte after an answer, after which a reload closes a client's connection
UNAVAILABLE = (
    b"HTTP/1.0 503 Service Unavailable\r\ncache-control: no-cache\r\ncontent-type: text/html\r\n"
    b"content-length: 107\r\nconnection: close\r\n\r\n"
    b"<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>\n"
)


class Relay:
    """One client's connection. `idle` is true when the last byte went to the client and that was a while ago."""

    def __init__(self, client: asyncio.StreamWriter) -> None:
        self.client = client
        self._answered_at: float | None = None

    @property
    def idle(self) -> bool:
        """Whether HAProxy would close it at a reload: nothing is under way on it."""
        return self._answered_at is not None and time.monotonic() - self._answered_at > IDLE

    async def pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry bytes one way until the sender is done."""
        while data := await reader.read(65536):
            self._answered_at = time.monotonic() if writer is self.client else None
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


class Vip:
    """Listens on the VIP; each new connection goes to one member, to another one if that refuses."""

    def __init__(self, amphora: Amphora, address: str, port: int) -> None:
        self.amphora, self.address, self.port = amphora, address, port
        self._server: asyncio.Server | None = None
        self._relays: set[Relay] = set()

    async def start(self) -> None:
        """Listen. Raises OSError when the address cannot be had."""
        self._server = await asyncio.start_server(self._serve, self.address, self.port, backlog=512)

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
        relay = Relay(writer)
        self._relays.add(relay)
        upstream: asyncio.StreamWriter | None = None
        try:
            found = await self._connect()
            if found is None:
                await self._refuse(reader, writer)
                return
            back, upstream = found
            down = asyncio.ensure_future(relay.pump(back, writer))
            up = asyncio.ensure_future(relay.pump(reader, upstream))
            try:
                await asyncio.wait({down, up}, return_when=asyncio.FIRST_COMPLETED)
                # A client may close its side and still wait for the answer, but one that has gone looks the same.
                await asyncio.wait({down}, timeout=LINGER)
            finally:
                up.cancel()
                down.cancel()
                await asyncio.gather(up, down, return_exceptions=True)
        except (OSError, asyncio.CancelledError):
            pass  # the client has gone, or the drill ends
        finally:
            self._relays.discard(relay)
            for each in (writer, upstream):
                if each is not None:
                    each.close()
                    with contextlib.suppress(OSError):
                        await each.wait_closed()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        tried: set[str] = set()
        while (target := self.amphora.choose(tried)) is not None:
            tried.add(target.member_id)
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(CONNECT_TIMEOUT):
                    streams = await asyncio.open_connection(target.address, target.port)
                target.connections += 1
                return streams
        self.amphora.lost += 1
        return None

    async def _refuse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Unread bytes at close would make the kernel answer with a reset, and the client would never see the 503.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await reader.read(65536)
        writer.write(UNAVAILABLE)
        await writer.drain()
