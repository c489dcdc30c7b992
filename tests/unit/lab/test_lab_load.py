"""The load generator counts what is lost, and why: "0 lost" is worth as much as this."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from lab import report
from lab.load import Load, Record, Settings

Answer = Callable[[int], bytes | None]


def _ok(number: int) -> bytes:
    body = json.dumps({"color": "green" if number > 50 else "blue", "version": "1", "name": "one"})
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()


def _every_tenth(bad: bytes | None) -> Answer:
    """`bad` instead of each tenth answer; None: the connection is cut."""
    return lambda number: bad if number % 10 == 0 else _ok(number)


@contextlib.asynccontextmanager
async def serving(answer: Answer, delay: float = 0) -> AsyncIterator[str]:
    asked = 0

    handlers: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        handlers.add(asyncio.current_task())
        await reader.readuntil(b"\r\n\r\n")
        asked += 1
        text = answer(asked)
        await asyncio.sleep(delay)
        if text is None:
            writer.transport.abort()
        else:
            writer.write(text)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/version"
        await asyncio.gather(*filter(None, handlers))
        await asyncio.sleep(0.05)  # aborted connections are closed by the loop


async def account(answer: Answer, delay: float = 0, **more: Any) -> dict[str, Any]:
    async with serving(answer, delay) as url:
        load = Load(Settings(url, rate=200, seconds=0.5, **more))
        await load.run()
        return report.whole(load)


async def test_nothing_lost() -> None:
    got = await account(_ok)
    assert (got["requests"], got["ok"], got["lost"], got["errors"]) == (100, 100, 0, {})
    assert got["versions"].keys() == {"blue/1", "green/1"}
    assert got["versions"]["blue/1"]["last_s"] < got["versions"]["green/1"]["last_s"]
    assert got["servers"] == {"one": 100}


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        (None, "reset"),
        (b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", "503"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}", "truncated"),
    ],
)
async def test_each_loss_is_counted(bad: bytes | None, word: str) -> None:
    got = await account(_every_tenth(bad))
    assert (got["ok"], got["lost"], got["errors"]) == (90, 10, {word: 10})
    assert got["first_lost_s"] <= got["last_lost_s"] <= 0.6


async def test_an_answer_too_late_is_lost() -> None:
    got = await account(_ok, delay=1, timeout=0.2)
    assert (got["ok"], got["errors"]) == (0, {"timeout": 100})


async def test_nobody_there() -> None:
    async with serving(_ok) as url:
        pass
    load = Load(Settings(url, rate=100, seconds=0.1))
    await load.run()
    assert report.whole(load)["errors"] == {"refused": 10}


def test_gaps_are_between_good_answers() -> None:
    records = [Record(start, 10, status, "blue/1", "one", "new") for start, status in ((0, 200), (1, 500), (3, 200))]
    got = report.account(records)
    assert (got["max_gap_ms"], got["max_gap_at_s"], got["lost"]) == (3000.0, 0.01, 1)
