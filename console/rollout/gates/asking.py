"""One request to a service of the operators' own: a Prometheus server, a judge. Proxy variables and CA files apply."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import httpx

from console.model.text import clipped

_WITHIN = 5.0  # seconds
_LARGEST = 5_000_000  # bytes of an answer


class NoAnswer(Exception):
    """Nothing that can be used came back; says why, without the URL, which may hold what is secret."""


def ask_json(method: str, url: str, token: str, **request: Any) -> Any:
    """The answer's JSON. `token`: the environment variable with a bearer token, empty for none. Raises NoAnswer."""
    try:
        with httpx.Client(timeout=_WITHIN, headers=_headers(token)) as http, http.stream(method, url, **request) as got:
            data = bytearray()
            for piece in got.iter_bytes():
                data += piece
                if len(data) > _LARGEST:
                    raise NoAnswer(f"its answer is larger than {_LARGEST} bytes")
            if got.status_code != 200:
                said = clipped(bytes(data[:500]).decode("utf-8", errors="replace"), 200)
                raise NoAnswer(f"it answered {got.status_code}: {said}")
            return httpx.Response(200, content=bytes(data)).json()
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError, RecursionError) as error:
        raise NoAnswer(f"no answer: {type(error).__name__}") from error


def _headers(token: str) -> Mapping[str, str]:
    if not token:
        return {}
    value = os.environ.get(token, "")
    if not value:
        raise NoAnswer(f"the environment variable {token} is not set")
    if not value.isascii() or not value.isprintable():
        raise NoAnswer(f"the environment variable {token} holds no token")
    return {"Authorization": f"Bearer {value}"}
