"""Ways to spoil an answer of an API, as hypothesis strategies: in its JSON, in its bytes, in its status and headers."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

HTML = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"
HOSTILE = (
    "\x1b]0;owned\x07", "\x1b[2J\x1b[H", "\x9b31m", "\x00", "a\nb\r\tc", "\u202egnp.exe", "\u2066x\u2069",
    "日本語ノード",
    "[bold red]x[/]", "[/]", "[link=http://x]y[/link]",
    "e\u0301\u0301\u0301", "👩‍👩‍👧", "\ud800", "\ufeff", "\u200b", "\u2028",
    "", " ", "None", "{}", "%s%n", "../../etc", "${HOME}", "'; DROP TABLE", "\x7f\x08\x08",
)  # fmt: skip
UNKNOWN = ("BANANA", "active", "PENDING_", "DEGRADED", "NO_MONITOR", "SHELVED_OFFLOADED", "ONLINE\x1b[5m")
NUMBERS = (-1, 0, 2**63, 10**400, 1.5, True, float("nan"), float("inf"))
LONG = 10_000_000  # characters of the longest string
SHAPES: tuple[Any, ...] = (None, [], {}, [None], [[]], {"id": None}, "text", 7, False)


@dataclass(frozen=True)
class Raw:
    """What goes over the wire. `cut`: bytes of the body that are promised and never sent."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0


@dataclass(frozen=True)
class Mangle:
    """Spoils the answers whose path contains `part` (all for an empty one), each in the way that `spoil` knows."""

    part: str
    what: str
    spoil: Callable[[int, Any], Raw]

    def __repr__(self) -> str:
        return f"{self.what} on {self.part or 'everything'}"


def plain(status: int, body: Any) -> Raw:
    """An answer as it should be."""
    return Raw(status, body.encode() if isinstance(body, str) else json.dumps(body).encode())


def with_values(seed: int, values: tuple[Any, ...], share: float) -> Callable[[int, Any], Raw]:
    """Puts other values in so many places of the JSON, deep inside."""

    def spoil(status: int, body: Any) -> Raw:
        chance = random.Random(seed)
        spoilt = copy.deepcopy(body)
        for holder, key in list(_places(spoilt)):
            if chance.random() < share:
                holder[key] = copy.deepcopy(chance.choice(values))
        return plain(status, spoilt)

    return spoil


def without_keys(seed: int, share: float) -> Callable[[int, Any], Raw]:
    """Leaves so many keys out."""

    def spoil(status: int, body: Any) -> Raw:
        chance = random.Random(seed)
        spoilt = copy.deepcopy(body)
        for holder, key in list(_places(spoilt)):
            if isinstance(holder, dict) and chance.random() < share:
                holder.pop(key, None)
        return plain(status, spoilt)

    return spoil


def doubled(status: int, body: Any) -> Raw:
    """Lists everything twice, as pages that overlap do."""
    if not isinstance(body, dict):
        return plain(status, body)
    return plain(status, {key: value * 2 if isinstance(value, list) else value for key, value in body.items()})


def _bytes(make: Callable[[bytes], bytes]) -> Callable[[int, Any], Raw]:
    return lambda status, body: Raw(status, make(plain(status, body).body))


def _instead(status: int, body: bytes, **headers: str) -> Callable[[int, Any], Raw]:
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return lambda _status, _body: Raw(status, body, named)


# Answers of which nothing can be used: whoever asked must say so, and name what it asked.
USELESS: dict[str, Callable[[int, Any], Raw]] = {
    "an HTML page with 200": _instead(200, HTML.encode(), Content_Type="text/html"),
    "an HTML page with 502": _instead(502, HTML.encode(), Content_Type="text/html"),
    "truncated JSON": _bytes(lambda body: body[: len(body) // 2]),
    "nothing": _instead(200, b""),
    "bytes that are no text": _instead(200, b"\xff\xfe\x00\x80" * 50),
    "a very deep list": _instead(200, b"[" * 200_000),
    "a list": _instead(200, b"[]"),
    "an empty object": _instead(200, b"{}"),
    "null": _instead(200, b"null"),
    "a very long number": _instead(200, b'{"servers": ' + b"9" * 10_000 + b"}"),
    "a body that ends too soon": lambda status, body: Raw(status, plain(status, body).body, cut=100),
    "500": _instead(500, b'{"computeFault": {"message": "\\u001b[31mbroken", "code": 500}}'),
    "403": _instead(403, b'{"forbidden": {"message": "Policy doesn\'t allow it", "code": 403}}'),
    "429 with a wish that is no number": _instead(429, b"{}", Retry_After="soon"),
    "503 that asks for a year": _instead(503, b"busy", Retry_After="31536000"),
    "a redirection to itself": _instead(302, b"", Location="/compute/v2.1/servers/detail"),
    "300": _instead(300, b'{"choices": []}'),
    "204": _instead(204, b""),
}

# What is only asked about one object, while somebody looks at it.
CLOSE = ("servers/api-blue-1", "/os-instance-actions", "/action", "/images/", "/stats", "loadbalancers/web-l", "/rules")

# What a login asks: Keystone's versions, and a token with its catalog.
LOGIN = ("/identity", "/identity/v3/auth/tokens")

_seeds = st.integers(0, 2**32)
_shares = st.sampled_from([0.05, 0.3, 1.0])
_parts = st.sampled_from(
    ["servers/detail", "loadbalancers", "listeners", "/pools", "/members", "healthmonitors", "/images/", "/networks",
     "/ports", "l7policies", "healthcheck", "/version", *LOGIN, *CLOSE, ""]
)  # fmt: skip


def _deep(parts: st.SearchStrategy[str]) -> st.SearchStrategy[Mangle]:
    values = {"hostile text": HOSTILE, "unknown words": UNKNOWN, "odd numbers": NUMBERS, "other shapes": SHAPES}

    def made(part: str, name: str, seed: int, share: float) -> Mangle:
        return Mangle(part, name, with_values(seed, values[name], share))

    return st.builds(made, parts, st.sampled_from(sorted(values)), _seeds, _shares)


def _any(parts: st.SearchStrategy[str]) -> st.SearchStrategy[Mangle]:
    return st.one_of(
        _deep(parts),
        st.builds(lambda *a: Mangle(a[0], "missing keys", without_keys(*a[1:])), parts, _seeds, _shares),
        st.builds(lambda part: Mangle(part, "everything twice", doubled), parts),
        st.builds(lambda part, name: Mangle(part, name, USELESS[name]), parts, st.sampled_from(sorted(USELESS))),
    )


mangles = _any(_parts)
"""One way to spoil some answers."""
logins = _any(st.sampled_from(LOGIN))
"""One way to spoil the answers to a login."""


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a JSON value that can be set, the outer ones first."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield node, key
        if isinstance(node, dict | list):
            yield from _places(node[key])
