"""Datagrams: a question with one answer, and an instance that answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any


async def ask(host: str, port: int, data: bytes, patience: float) -> bytes:
    """Send a datagram and take the first answer. Raises OSError where nothing listens, TimeoutError."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bytes] = loop.create_future()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Asking(answer), remote_addr=(host, port))
    try:
        transport.sendto(data)
        async with asyncio.timeout(patience):
            return await answer
    finally:
        transport.close()


class Told(asyncio.DatagramProtocol):
    """An instance: it answers every datagram with who it is, as JSON."""

    def __init__(self, told: Callable[[], Mapping[str, Any]]) -> None:
        self._told = told

    def connection_made(self, transport: Any) -> None:
        """Remember where answers go."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """Answer."""
        self._transport.sendto(json.dumps(self._told()).encode(), addr)


class _Asking(asyncio.DatagramProtocol):
    def __init__(self, answer: asyncio.Future[bytes]) -> None:
        self._answer = answer

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if not self._answer.done():
            self._answer.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self._answer.done():
            self._answer.set_exception(exc)
