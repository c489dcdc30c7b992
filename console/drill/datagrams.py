"""A UDP listener: each datagram goes to one member, its answer back to the client."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from console.drill.octavia.amphora import Amphora
from console.drill.octavia.objects import Balancer, Counted, Listener
from console.drill.udp import ask

PATIENCE = 5.0  # seconds for a member to answer


class DatagramVip:
    """One listener on its addresses. LVS sends a client's datagrams to one member; here each is balanced by itself."""

    def __init__(self, amphora: Amphora, balancer: Balancer, listener: Listener) -> None:
        self.amphora, self.balancer, self.listener = amphora, balancer, listener
        self._transports: list[asyncio.DatagramTransport] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.listener.protocol_port

    async def start(self) -> None:
        """Listen. Raises OSError when an address cannot be had."""
        loop = asyncio.get_running_loop()
        for address in (self.balancer.vip_address, *(each["ip_address"] for each in self.balancer.additional_vips)):
            transport, _ = await loop.create_datagram_endpoint(lambda: _Door(self), (address, self.port))
            self._transports.append(transport)

    async def stop(self) -> None:
        """Stop listening; what is under way is dropped."""
        for transport in self._transports:
            transport.abort()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.sleep(0)

    def reload(self) -> None:
        """A reload changes nothing for datagrams."""

    def take(self, data: bytes, client: Any, back: asyncio.DatagramTransport) -> None:
        """A client has sent something."""
        task = asyncio.ensure_future(self._relay(data, client, back))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _relay(self, data: bytes, client: Any, back: asyncio.DatagramTransport) -> None:
        counted = self.amphora.counted.setdefault(self.listener.id, Counted())
        counted.total += 1
        counted.bytes_in += len(data)
        route = self.amphora.routes.get(self.listener.id)
        target = self.amphora.choose(route.default if route is not None else None, set())
        if target is None:
            self.amphora.lost += 1
            return
        target.connections += 1
        with contextlib.suppress(OSError, TimeoutError):
            answer = await ask(target.address, target.port, data, PATIENCE)
            counted.bytes_out += len(answer)
            back.sendto(answer, client)


class _Door(asyncio.DatagramProtocol):
    def __init__(self, vip: DatagramVip) -> None:
        self._vip = vip

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._vip.take(data, addr, self._transport)
