"""One request to a service of the operators' own: a Prometheus server, a judge. Proxy variables and CA files apply."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping
from typing import Any

import anyio
import httpx

from console.model.text import clipped
from console.rollout.gates.beside import Beside

_WITHIN = 5.0  # seconds for the whole of an answer
_CLOSING = 1.0  # seconds for its thread to notice; a lookup of a name can hold it longer
_LARGEST = 5_000_000  # bytes of an answer


class NoAnswer(Exception):
    """Nothing that can be used came back; says why, without the URL, which may hold what is secret."""


class Ask:
    """One request under way.

    It is over after `_WITHIN` seconds in all, however slowly an answer drips in. `at`: of its beginning, monotonic.
    """

    def __init__(self, method: str, url: str, token: str, **request: Any) -> None:
        """`token`: the environment variable with a bearer token, empty for none."""
        self.at = time.monotonic()
        self._until = self.at + _WITHIN + _CLOSING
        self._work = Beside(lambda: asyncio.run(_fetched(method, url, token, request)))

    def over(self) -> bool:
        """Whether `answer` has something to say; waits a moment for it."""
        return self._work.over() or time.monotonic() > self._until

    def answer(self) -> Any:
        """The answer's JSON. Raises NoAnswer."""
        late = NoAnswer(f"no answer within {_WITHIN:g} s")
        if not self._work.over():
            raise late
        try:
            return self._work.found()
        except TimeoutError as error:
            raise late from error


async def _fetched(method: str, url: str, token: str, request: Mapping[str, Any]) -> Any:
    """The answer's JSON. Raises NoAnswer; TimeoutError when it is not all here in time."""
    headers = _headers(token)
    try:
        # httpx has timeouts for each read alone; asyncio.timeout would leave the connection open (see watch/http.py)
        with anyio.fail_after(_WITHIN):
            async with (
                httpx.AsyncClient(timeout=None, headers=headers) as http,  # noqa: S113 the whole has a limit
                http.stream(method, url, **request) as got,
            ):
                return await _read(got)
    except TimeoutError:
        raise
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError, RecursionError) as error:
        raise NoAnswer(f"no answer: {type(error).__name__}") from error


async def _read(got: httpx.Response) -> Any:
    data = bytearray()
    async for piece in got.aiter_bytes():
        data += piece
        if len(data) > _LARGEST:
            raise NoAnswer(f"its answer is larger than {_LARGEST} bytes")
    if got.status_code != 200:
        said = clipped(bytes(data[:500]).decode("utf-8", errors="replace"), 200)
        raise NoAnswer(f"it answered {got.status_code}: {said}")
    return httpx.Response(200, content=bytes(data)).json()


def _headers(token: str) -> Mapping[str, str]:
    if not token:
        return {}
    value = os.environ.get(token, "")
    if not value:
        raise NoAnswer(f"the environment variable {token} is not set")
    if not value.isascii() or not value.isprintable():
        raise NoAnswer(f"the environment variable {token} holds no token")
    return {"Authorization": f"Bearer {value}"}
