"""A list of an API, with all of its pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from console.cloud import parse
from console.cloud.parse import Fact
from console.cloud.session import Session
from console.errors import ApiError

_MOST = 1000  # pages: a cloud whose next page is always another one must not keep us for ever

Params = list[tuple[str, str]]


def listed(
    session: Session,
    service: str,
    path: str,
    key: str,
    make: Callable[[Any], Fact | None],
    *,
    params: Params | None = None,
    headers: dict[str, str] | None = None,
) -> list[Fact]:
    """The facts under `key`, of all pages. Raises CloudError; ApiError also for an answer that is no list.

    Of a link to the next page only the query is used: behind a TLS proxy its host lies.
    """
    found: list[Fact] = []
    query, seen, known = params or [], set[tuple[tuple[str, str], ...]](), set[str]()

    def once(raw: Any) -> Fact | None:
        """Pages overlap where something was made or deleted between them."""
        ident = raw.get("id") if isinstance(raw, dict) else None
        if isinstance(ident, str):
            if ident in known:
                return None
            known.add(ident)
        return make(raw)

    while tuple(query) not in seen and len(seen) < _MOST:
        seen.add(tuple(query))
        body = session.get(service, path, params=query, headers=headers)
        if not parse.has_list(body, key):
            raise ApiError(
                f"cloud {session.cloud}: {service} {path} answered without {key}",
                "what it lists is unknown: is the endpoint this service, or something between that answers for it?",
            )
        found += parse.items(body, key, once)
        link = _next_link(body, key)
        if not link:
            return found
        query = parse_qsl(urlsplit(link).query, keep_blank_values=True)
    raise ApiError(
        f"cloud {session.cloud}: {service} {path} goes round in circles: its next page was there before",
        "a fault of that API; its operators should know",
    )


def of_balancer(make: Callable[[Any], Fact | None], balancer_id: str) -> Callable[[Any], Fact | None]:
    """Checks the list's filter again, where the item says whose it is: one that the API does not know is dropped."""

    def checked(raw: Any) -> Fact | None:
        owners = parse.ids(raw.get("loadbalancers")) if isinstance(raw, dict) else []
        return make(raw) if not owners or balancer_id in owners else None

    return checked


def _next_link(body: Any, key: str) -> str:
    """Nova, Neutron and Octavia say `KEY_links: [{rel: next, href}]`."""
    links = body.get(f"{key}_links") if isinstance(body, dict) else None
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("rel") == "next" and isinstance(link.get("href"), str):
            return str(link["href"])
    return ""
