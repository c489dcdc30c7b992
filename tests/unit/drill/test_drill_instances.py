"""The insides of the simulated servers, where their sockets come and go."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket

import pytest

from console.drill.instances import Instance


@pytest.mark.parametrize("turns", [0, 1, 2, 3, 4])
async def test_a_connection_accepted_as_an_instance_goes_away_is_closed_not_forgotten(turns: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    instance = Instance("one", "one", "blue", "127.0.0.1", port, {})
    await instance.start()
    client = socket.create_connection(("127.0.0.1", port))
    for _ in range(turns):  # of the event loop, which accepts in the one after the next
        await asyncio.sleep(0)
    await instance.set_mode("refuse")
    client.settimeout(5)
    with client, contextlib.suppress(ConnectionResetError):
        assert await asyncio.to_thread(client.recv, 1) == b""
    await instance.stop()
    gc.collect()  # a transport that nobody closed warns here, and warnings are errors
