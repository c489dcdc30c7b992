"""The inside of one Nova server: its app's sockets, and what the app was told to do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from .app import App
from .faults import parse

APP_PORT = 8774
_KEPT = ("uuid", "name", "host", "ips", "info", "mode", "on", "paused")


class Guest:
    """One server. What `kept()` gives is enough to make it again."""

    def __init__(
        self,
        *,
        uuid: str,
        name: str,
        host: str,
        ips: list[str],
        info: dict[str, Any],
        mode: str = "ok",
        on: bool = False,
        paused: bool = False,
    ) -> None:
        self.uuid, self.name, self.host, self.ips, self.info = uuid, name, host, ips, info
        self.on, self.paused = on, paused
        self.mode, self.faults = mode, parse(mode)
        self.served = 0
        self.connections: set[App] = set()
        self.answers = asyncio.Event()  # not set: requests hang
        self.on_change: Callable[[], None] = lambda: None
        self._servers: list[asyncio.Server] = []
        self._boot: asyncio.Task[None] | None = None

    def kept(self) -> dict[str, Any]:
        """What outlives a restart."""
        return {key: getattr(self, key) for key in _KEPT}

    @property
    def listening(self) -> bool:
        """Whether the port is open."""
        return bool(self._servers)

    async def apply(self) -> None:
        """Make the sockets and connections what on, mode and paused ask for."""
        if self.paused or self.faults.hang:
            self.answers.clear()
        else:
            self.answers.set()
        if not self.on or self.faults.closed:
            for server in self._servers:
                server.close()
            self._servers = []
            if not self.on or self.faults.crash:
                for app in list(self.connections):
                    app.transport.abort()
        elif not self._servers and not self._boot:
            loop = asyncio.get_running_loop()
            self._servers = [await loop.create_server(lambda: App(self), ip, APP_PORT, backlog=1024) for ip in self.ips]

    async def start(self, mode: str, boot: float) -> None:
        """A boot: everything is closed first; the port opens `boot` seconds later. It ends the faults of before."""
        self.faults, self.mode = parse(mode), mode
        self.stop_boot()
        self.on = False
        await self.apply()
        self.on, self.paused, self.served = True, False, 0
        if boot:
            self._boot = asyncio.ensure_future(self._later(boot))
        await self.apply()

    async def _later(self, boot: float) -> None:
        await asyncio.sleep(boot)
        self._boot = None
        await self.apply()

    def stop_boot(self) -> None:
        """A server that is stopped opens no port any more."""
        if self._boot:
            self._boot.cancel()
            self._boot = None

    async def set_mode(self, mode: str) -> None:
        """Change what the app does."""
        self.faults, self.mode, self.served = parse(mode), mode, 0
        await self.apply()

    def count(self) -> None:
        """One more request; health checks do not count."""
        self.served += 1
        if self.faults.latent is not None and self.served > self.faults.latent:
            self.mode = self.faults.then
            self.faults = parse(self.mode)
            self._applying = asyncio.ensure_future(self.apply())
            self.on_change()
