"""What went wrong between us and a server, in a few words."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator

import httpx

from console.model.text import clipped

_WORDS = {
    errno.ECONNREFUSED: "connection refused",
    errno.ECONNRESET: "connection reset",
    errno.EPIPE: "connection reset",
    errno.EHOSTUNREACH: "no route",
    errno.ENETUNREACH: "no route",
    errno.ETIMEDOUT: "timeout",
}


def words(problem: BaseException) -> str:
    """A phrase without the URL: it may hold what a redirect put there."""
    if isinstance(problem, httpx.TimeoutException):
        return "timeout"
    if isinstance(problem, httpx.TooManyRedirects):
        return "it sends in circles"
    for cause in _chain(problem):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"bad certificate, {clipped(cause.verify_message, 200)}: `commits: {{tls: {{ca: FILE}}}}`"
        if isinstance(cause, ssl.SSLError):
            return f"TLS failed, {clipped(str(cause.reason or '').lower().replace('_', ' '), 100)}"
        if isinstance(cause, socket.gaierror):
            return "no name server answers" if cause.errno == socket.EAI_AGAIN else "no such host name"
        if isinstance(cause, OSError) and cause.errno in _WORDS:
            return _WORDS[cause.errno]
    if isinstance(problem, httpx.ProxyError):
        return "the proxy refuses"
    if isinstance(problem, httpx.RemoteProtocolError | httpx.DecodingError):
        return "the answer broke off or is none of HTTP"
    return "cannot connect" if isinstance(problem, httpx.ConnectError) else "the connection broke"


def _chain(problem: BaseException | None) -> Iterator[BaseException]:
    while problem is not None:
        yield problem
        problem = problem.__cause__ or problem.__context__
