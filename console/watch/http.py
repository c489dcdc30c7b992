"""One HTTP request to an instance or a VIP: a connection of its own, no proxy, no redirects, a bounded answer."""

from __future__ import annotations

import asyncio
import errno
import json
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx

MOST_BYTES = 64 * 1024  # of a body: a health check that answers more is cut, never swallowed whole


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `status` is None where no HTTP answer came; `error` then says why, in a word or two."""

    at: float  # Unix seconds of the start
    ms: float
    status: int | None = None
    body: bytes = b""
    error: str = ""

    @property
    def text(self) -> str:
        """The body, whatever its encoding claims to be."""
        return self.body.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


def client(verify: ssl.SSLContext | None = None) -> httpx.AsyncClient:
    """A client that connects anew for each request. Without `verify`, certificates are not checked."""
    return httpx.AsyncClient(
        verify=verify if verify is not None else unchecked(),
        trust_env=False,  # proxies of this host are for the way out, not for instances and VIPs
        follow_redirects=False,
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        headers={"User-Agent": "bluegreen", "Connection": "close", "Accept-Encoding": "identity"},
    )


@cache
def unchecked() -> ssl.SSLContext:
    """TLS without checking certificates: instances are asked by address, as the load balancer's own monitor does."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def fetch(http: httpx.AsyncClient, url: str, within: float) -> Answer:
    """GET the URL; the whole answer must be here `within` seconds. Never raises for what the other side does."""
    at, started = time.time(), time.perf_counter()
    status, body, error = None, b"", ""
    try:
        async with asyncio.timeout(within), http.stream("GET", url, timeout=within) as response:
            body = await _bounded(response)
            status = response.status_code
    except (TimeoutError, httpx.TimeoutException):
        error = "timeout"
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as problem:
        error = _word(problem)
    return Answer(at, (time.perf_counter() - started) * 1000, status, body, error)


async def _bounded(response: httpx.Response) -> bytes:
    """At most MOST_BYTES of the body as it was sent: unpacking it could make any amount of a few bytes."""
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) >= MOST_BYTES:
            break
    return bytes(body[:MOST_BYTES])


_WORDS = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "reset",
    errno.EPIPE: "reset",
    errno.EHOSTUNREACH: "no route",
    errno.ENETUNREACH: "no route",
    errno.ETIMEDOUT: "timeout",
}


def _word(problem: BaseException) -> str:
    """A word or two for what went wrong, from the system's own code where there is one in the chain."""
    for cause in _chain(problem):
        if isinstance(cause, ssl.SSLError):
            return "TLS failed"
        if isinstance(cause, OSError) and cause.errno in _WORDS:
            return _WORDS[cause.errno]
    text = str(problem)
    if "Name or service not known" in text or "nodename nor servname" in text or "name resolution" in text:
        return "no such name"
    if isinstance(problem, httpx.ConnectError):
        return "refused" if "All connection attempts failed" in text else "cannot connect"
    if isinstance(problem, httpx.RemoteProtocolError | httpx.ReadError | httpx.WriteError):
        return "broken answer" if isinstance(problem, httpx.RemoteProtocolError) else "reset"
    return "bad URL" if isinstance(problem, httpx.InvalidURL | httpx.UnsupportedProtocol) else "failed"


def _chain(problem: BaseException | None) -> Iterator[BaseException]:
    """The exception and all that it came from, and those of a group: asyncio tries several addresses."""
    while problem is not None:
        yield problem
        if isinstance(problem, BaseExceptionGroup):
            for inner in problem.exceptions:
                yield from _chain(inner)
        problem = problem.__cause__ or problem.__context__
