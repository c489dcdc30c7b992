"""A health check as HAProxy does it: one connection, one request, the status line of the answer.

Written on bare sockets: a fleet has hundreds of them every few seconds, in the process that also serves the APIs.
"""

from __future__ import annotations

import asyncio

from console.drill.udp import ask

TIMEOUT = 1.0  # seconds


async def passes(host: str, port: int, path: str) -> bool:
    """Whether the answer is 200."""
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(TIMEOUT):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(f"GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
            words = (await reader.readline()).split()
            return len(words) > 1 and words[1] == b"200"
    except (OSError, TimeoutError, ValueError):
        return False
    finally:
        if writer is not None:
            writer.transport.abort()  # a close would keep the socket for the rest of the answer


async def is_open(host: str, port: int) -> bool:
    """Whether nobody says that the UDP port is closed: what UDP-CONNECT asks for. Silence counts as open."""
    try:
        await ask(host, port, b"\n", TIMEOUT)
    except TimeoutError:
        return True
    except OSError:
        return False
    return True
