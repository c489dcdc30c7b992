"""What is particular to HTTP clients and servers on loopback."""

from __future__ import annotations

import asyncio
import resource
import ssl

from console.errors import BluegreenError


def no_tls() -> ssl.SSLContext:
    """A context that trusts no one: httpx would read all certificate authorities, 25 ms, for plain HTTP."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def allow_sockets(count: int) -> None:
    """Raise this process's limit of open files to hold so many sockets. Raises BluegreenError where it may not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < count:
        if hard != resource.RLIM_INFINITY and hard < count:
            raise BluegreenError(
                f"a drill of this size needs {count} open files, and {hard} are allowed here",
                "ask for fewer --services or --instances, or raise `ulimit -n`",
            )
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))


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
