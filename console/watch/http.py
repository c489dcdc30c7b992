"""One request to an instance or a VIP: a connection of its own, no redirects, a bounded answer."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import anyio
import httpx

from console.config.certificates import UNCHECKED, context
from console.errors import ConfigError
from console.model.text import clipped

MOST_BYTES = 64 * 1024  # of a body: a health check that answers more is cut, never swallowed whole
ENVIRONMENT = "environment"  # a proxy setting: the proxy variables of this host


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `status` is None where no HTTP answer came; `error` then says why, in a word or two, and
    `detail` in the words of whoever found it.
    """

    at: float  # Unix seconds of the start
    ms: float
    status: int | None = None
    body: bytes = b""
    error: str = ""
    detail: str = ""

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


def client(
    verify: ssl.SSLContext | None = None, *, headers: Mapping[str, str] | None = None, proxy: str = ""
) -> httpx.AsyncClient:
    """A client that connects anew for each request and keeps no cookies. Without `verify` no certificate is checked.

    `proxy`: a URL, or `environment` for the proxy variables of this host, which otherwise do not apply: they are for
    the way out, not for instances and VIPs. Raises ConfigError for a proxy that cannot be used.
    """
    own = httpx.Headers({"User-Agent": "bluegreen", "Connection": "close", "Accept-Encoding": "identity"})
    own.update(headers)
    try:
        return httpx.AsyncClient(
            verify=verify if verify is not None else context(UNCHECKED),
            trust_env=proxy == ENVIRONMENT,
            proxy=proxy if proxy and proxy != ENVIRONMENT else None,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
            headers=own,
            # a load balancer's cookie would send each request to the member of the first
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        )
    except (ValueError, httpx.InvalidURL, ImportError) as error:
        # the message may hold the URL with its password
        raise ConfigError(
            "the proxy for probes cannot be used", "`proxy` takes http:// and https:// URLs, or `environment`"
        ) from error


async def fetch(
    http: httpx.AsyncClient, url: str, within: float, *, connect: str = "", name: str = "", most: int = MOST_BYTES
) -> Answer:
    """GET the URL; the whole answer must be here `within` seconds. Never raises for what the other side does.

    `connect`: an address to connect to in place of the URL's host, which still goes out as Host and SNI. `name`: the
    host name for SNI and for checking the certificate, if not the URL's. `most`: bytes of the body.
    """
    at, started = time.time(), time.perf_counter()
    status, body, error, detail = None, b"", "", ""
    try:
        target, options = _aimed(url, connect, name, keep_host="host" in http.headers)
        # httpcore shields the closing of a connection from cancel scopes alone: asyncio.timeout would end that too,
        # and the connection stay open for as long as the client
        with anyio.fail_after(within):
            async with http.stream("GET", target, timeout=None, **options) as response:
                body = await _bounded(response, most)
                status = response.status_code
    except (TimeoutError, httpx.TimeoutException):
        error = "timeout"
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as problem:
        error, detail = _word(problem), _detail(problem)
    return Answer(at, (time.perf_counter() - started) * 1000, status, body, error, detail)


async def knock(host: str, port: int, within: float) -> Answer:
    """Open a TCP connection and close it: `error` is empty when it was accepted. Never raises."""
    at, started = time.time(), time.perf_counter()
    error = ""
    try:
        async with asyncio.timeout(within):
            _, writer = await asyncio.open_connection(host, port)
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    except TimeoutError:
        error = "timeout"
    except (OSError, ValueError, OverflowError) as problem:
        error = _word(problem)
    return Answer(at, (time.perf_counter() - started) * 1000, error=error)


def _aimed(url: str, connect: str, name: str, *, keep_host: bool) -> tuple[httpx.URL, dict[str, Any]]:
    """The URL to connect to, and what keeps the original host in the request and in the TLS handshake."""
    wanted = httpx.URL(url)
    options: dict[str, Any] = {}
    if connect and not keep_host:
        options["headers"] = {"Host": wanted.netloc.decode("ascii")}
    name = name or (wanted.host if connect else "")
    if name:
        options["extensions"] = {"sni_hostname": name}
    return (wanted.copy_with(host=connect) if connect else wanted), options


async def _bounded(response: httpx.Response, most: int) -> bytes:
    """The start of the body as it was sent: unpacking it could make any amount of a few bytes."""
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) >= most:
            break
    return bytes(body[:most])


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
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "bad certificate"
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
    if isinstance(problem, httpx.ProxyError):
        return "proxy refuses"
    return "bad URL" if isinstance(problem, httpx.InvalidURL | httpx.UnsupportedProtocol) else "failed"


def _detail(problem: BaseException) -> str:
    """The words of OpenSSL or of a proxy: an operator searches for them."""
    for cause in _chain(problem):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return clipped(cause.verify_message, 200)
        if isinstance(cause, ssl.SSLError):
            return clipped(str(cause.reason or "").lower().replace("_", " "), 200)
    return clipped(str(problem), 200) if isinstance(problem, httpx.ProxyError) else ""


def _chain(problem: BaseException | None) -> Iterator[BaseException]:
    """The exception and all that it came from, and those of a group: asyncio tries several addresses."""
    while problem is not None:
        yield problem
        if isinstance(problem, BaseExceptionGroup):
            for inner in problem.exceptions:
                yield from _chain(inner)
        problem = problem.__cause__ or problem.__context__
