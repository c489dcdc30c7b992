"""Requests that end late, at the worst of moments, leave no connection open."""

from __future__ import annotations

import asyncio
import gc
import socket
import time

import pytest
from answering import reply, serving

from console.watch.http import client, fetch, knock

WITHIN = 0.02  # seconds
AT_ONCE = 10


async def open_sockets() -> int:
    """Those that are open once all that ends by itself has ended."""
    await asyncio.sleep(0.05)
    return sum(type(one) is socket.socket and one.fileno() >= 0 for one in gc.get_objects())


async def stand_still(turns: int) -> None:
    """After so many turns of the loop hold it up for longer than a request may take, as a busy host does."""
    for _ in range(turns):
        await asyncio.sleep(0)
    time.sleep(1.5 * WITHIN)  # noqa: ASYNC251 that is the point


# the connection is made, the answer is read, and the connection is closed in these turns
@pytest.mark.parametrize("turns", range(6, 16))
async def test_requests_on_a_host_that_stalls(turns: int) -> None:
    async with serving(lambda _: reply(b"{}")) as (port, _), client() as http:
        await fetch(http, f"http://127.0.0.1:{port}/", 5.0)
        before = await open_sockets()
        requests = [fetch(http, f"http://127.0.0.1:{port}/", WITHIN) for _ in range(AT_ONCE)]
        await asyncio.gather(*requests, stand_still(turns))
        assert await open_sockets() <= before


async def test_requests_that_are_never_answered() -> None:
    release = asyncio.Event()

    async def hang(_: str) -> bytes:
        await release.wait()
        return b""

    async with serving(hang) as (port, _), client() as http:
        before = await open_sockets()
        requests = [fetch(http, f"http://127.0.0.1:{port}/", WITHIN) for _ in range(AT_ONCE)]
        assert {one.error for one in await asyncio.gather(*requests)} == {"timeout"}
        release.set()
        assert await open_sockets() <= before


@pytest.mark.parametrize("turns", range(0, 6, 2))
async def test_knocking_on_a_host_that_stalls(turns: int) -> None:
    async with serving(lambda _: b"") as (port, _):
        await knock("127.0.0.1", port, 5.0)
        before = await open_sockets()
        await asyncio.gather(*(knock("127.0.0.1", port, WITHIN) for _ in range(AT_ONCE)), stand_still(turns))
        assert await open_sockets() <= before
