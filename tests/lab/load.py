"""The load generator: constant-rate HTTP GETs, open loop: request i starts at i/rate, however slow the answers."""

from __future__ import annotations

import asyncio
import collections
import json
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Settings:
    """What to ask, how often (requests/s), for how long (s), in which way."""

    url: str
    rate: float = 100
    seconds: float = 10
    mode: str = "new"  # new | keepalive | both
    connections: int = 10
    cookie: bool = False
    timeout: float = 5
    live: bool = False


class Record(NamedTuple):
    """One request. `start` in seconds since the begin; `status`: HTTP, or a word for how it was lost."""

    start: float
    ms: float
    status: int | str
    who: str
    server: str
    mode: str

    @property
    def ok(self) -> bool:
        """Whether it was answered, and well."""
        return isinstance(self.status, int) and 200 <= self.status < 300


class LostError(Exception):
    """The connection ended before the answer did."""


class Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    transport: asyncio.Transport

    def __init__(self, gone: Callable[[Connection], None] | None) -> None:
        self.gone, self.open, self.last, self.head = gone, True, False, ""
        self._used, self._buffer = 0, b""
        self._length: int | None = None  # of the body; -1: until the connection ends
        self._chunked = False
        self._answer: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._length is None and not self._read_head():
            return
        length = self._length
        assert length is not None
        complete = self._buffer.endswith(b"0\r\n\r\n") if self._chunked else 0 <= length <= len(self._buffer)
        if complete:
            self._finish(self._buffer)

    def _read_head(self) -> bool:
        head, separator, rest = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return False
        self.head = head.decode("latin1")
        low = self.head.lower()
        self._chunked = "transfer-encoding: chunked" in low
        position = low.find("content-length:")
        self._length = int(low[position + 15 :].split("\r\n")[0]) if position > 0 else -1
        self.last = "connection: close" in low
        self._buffer = rest
        return True

    def _finish(self, result: bytes | LostError) -> None:
        answer, self._answer, self._length, self._buffer = self._answer, None, None, b""
        if answer is None or answer.done():
            return
        if isinstance(result, LostError):
            answer.set_exception(result)
        else:
            answer.set_result(result)

    def connection_lost(self, error: Exception | None) -> None:
        self.open = False
        if self._answer is None:
            if self.gone:
                self.gone(self)
        elif self._length == -1 and not self._chunked and not error:
            self._finish(self._buffer)
        else:
            begun = self._buffer or self._length is not None
            self._finish(LostError("truncated" if begun else "stale" if self._used > 1 else "reset"))

    def ask(self, request: bytes) -> asyncio.Future[bytes]:
        """Send one request; its body, or LostError."""
        self._used += 1
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self._answer


class Jar:
    """A client's cookies, and which server it was on last."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}
        self.server: str | None = None

    def take(self, head: str, server: str) -> bool:
        """Keep the cookies of an answer; whether the client was moved to another server."""
        for line in head.split("\r\n"):
            if line.lower().startswith("set-cookie:"):
                key, _, value = line[11:].split(";")[0].strip().partition("=")
                self.cookies[key] = value
        moved = self.server not in (None, server)
        self.server = server
        return moved


class Load:
    """One run."""

    def __init__(self, settings: Settings) -> None:
        url = urlsplit(settings.url)
        self.settings = settings
        self.records: list[Record] = []
        self.opened = self.idle_closed = self.told_to_close = self.moves = 0
        self.close_times: list[float] = []
        self.max_late = self.started = 0.0  # seconds; Unix seconds
        self._host, self._port = url.hostname or "", url.port or 80
        self._target = (url.path or "/") + ("?" + url.query if url.query else "")
        self._idle: collections.deque[Connection | None] = collections.deque()
        self._jars = [Jar() for _ in range(settings.connections)] if settings.cookie else []
        self._begun = 0.0

    def _now(self) -> float:
        return time.perf_counter() - self._begun

    def _request(self, mode: str, jar: Jar | None) -> bytes:
        head = f"GET {self._target} HTTP/1.1\r\nHost: {self._host}\r\nAccept: application/json\r\n"
        if jar:
            head += "Cookie: " + "; ".join(f"{key}={value}" for key, value in jar.cookies.items()) + "\r\n"
        if mode == "new":
            head += "Connection: close\r\n"
        return (head + "\r\n").encode()

    async def _connect(self, gone: Callable[[Connection], None] | None = None) -> Connection:
        self.opened += 1
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(lambda: Connection(gone), self._host, self._port)
        return connection

    def _gone(self, connection: Connection) -> None:
        if connection in self._idle:  # its client connects again when due
            self._idle[self._idle.index(connection)] = None
            self.idle_closed += 1
            self.close_times.append(self._now())

    async def _one(self, number: int, mode: str, start: float) -> None:
        jar = self._jars[number % len(self._jars)] if self._jars else None
        who = server = "-"
        status: int | str = "?"
        connection: Connection | None = None
        try:
            async with asyncio.timeout(self.settings.timeout):
                if mode == "keepalive":
                    connection = self._idle.popleft() if self._idle else None
                    connection = connection or await self._connect(self._gone)
                else:
                    connection = await self._connect()
                body = await connection.ask(self._request(mode, jar))
            status = int(connection.head.split(" ", 2)[1])
            who, server = _identity(body)
            if jar:
                self.moves += jar.take(connection.head, server)
        except LostError as error:
            status = str(error)
        except ConnectionRefusedError:
            status = "refused"
        except TimeoutError:
            status = "timeout" if connection else "connect-timeout"
        except OSError as error:
            status = type(error).__name__
        self._put_back(connection, mode, isinstance(status, int))
        self.records.append(Record(start, (self._now() - start) * 1e3, status, who, server, mode))

    def _put_back(self, connection: Connection | None, mode: str, answered: bool) -> None:
        if mode == "keepalive" and connection and answered and connection.last:
            self.told_to_close += 1
            connection.transport.close()
        if connection and (mode == "new" or not answered):
            connection.gone = None
            connection.transport.abort()
            connection.open = False
        if mode == "keepalive" and len(self._idle) < self.settings.connections:
            usable = connection and connection.open and not connection.last
            self._idle.append(connection if usable else None)

    async def run(self) -> None:
        """Send them all; SIGINT and SIGTERM end it early."""
        settings = self.settings
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        self.started, self._begun = time.time(), time.perf_counter()
        if settings.mode != "new":
            opening = (self._connect(self._gone) for _ in range(settings.connections))
            self._idle.extend(await asyncio.gather(*opening))
        await self._send_all(stop)
        for connection in filter(None, self._idle):
            connection.gone = None
            connection.transport.abort()

    async def _send_all(self, stop: asyncio.Event) -> None:
        settings, base = self.settings, self._now()
        tasks: set[asyncio.Task[None]] = set()
        alternate = settings.mode == "both"
        for i in range(int(settings.rate * settings.seconds)):
            due = base + i / settings.rate
            while (wait := due - self._now()) > 0:  # noqa: ASYNC110 - a clock is waited for, no event
                await asyncio.sleep(wait)
            if stop.is_set():
                break
            self.max_late = max(self.max_late, -wait)
            mode = ("new", "keepalive")[i % 2] if alternate else settings.mode
            task = asyncio.create_task(self._one(i // 2 if alternate else i, mode, self._now()))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            if -wait > 0.001 and i % 20 == 0:
                await asyncio.sleep(0)  # behind: still let answers in
            if settings.live and i and i % max(1, int(settings.rate)) == 0:
                last = collections.Counter(f"{r.status} {r.who}" for r in self.records[-int(settings.rate) :])
                print(f"{due:4.0f} s  {dict(last)}", file=sys.stderr)
        if tasks:
            await asyncio.wait(tasks)


def _identity(body: bytes) -> tuple[str, str]:
    """Colour/version and name of the server that answered."""
    try:
        told: dict[str, Any] = json.loads(body)
        return f"{told.get('color')}/{told.get('version')}", told.get("name") or "-"
    except (ValueError, AttributeError):
        return "-", "-"
