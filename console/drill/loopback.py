"""What is particular to HTTP clients and servers on loopback."""

from __future__ import annotations

import asyncio
import ssl


def no_tls() -> ssl.SSLContext:
    """A context that trusts no one: httpx would read all certificate authorities, 25 ms, for plain HTTP."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


async def stop_listening(server: asyncio.Server) -> None:
    """Close a server so that a connection accepted in this very moment still gets to its handler, to be closed there.

    asyncio.Server.close() forgets such a connection half made: an assertion in Server._attach drops its transport.
    """
    loop = asyncio.get_running_loop()
    for listening in server.sockets:
        loop.remove_reader(listening.fileno())
    for _ in range(3):  # the transport is made, the protocol told, the handler begun: a turn of the loop each
        await asyncio.sleep(0)
    server.close()
