"""What clients get: requests through the VIP, each on a connection of its own."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import httpx

from console.config.certificates import Trust, context, public
from console.config.model import VipCheck
from console.model.balancer import LoadBalancer
from console.model.traffic import VipAnswer
from console.watch.http import Answer, client, fetch, knock
from console.watch.versions import value_in


def vip_url(check: VipCheck, balancer: LoadBalancer) -> str:
    """The URL with the load balancer's address in it; empty while an address that is needed is not known."""
    if check.connect == "vip" and not balancer.vip_address:
        return ""
    return check.at(balancer.vip_address)


async def ask(
    url: str, check: VipCheck, *, count: int, over: float, trust: Trust = public, address: str = ""
) -> list[VipAnswer]:
    """`count` requests, evenly begun within `over` seconds; oldest first. A slow one delays none of the others.

    `trust` and `address` as in `vip_client` and `ask_once`.
    """
    pause = over / (count - 1) if count > 1 else 0.0

    async def one(http: httpx.AsyncClient, number: int) -> VipAnswer:
        await asyncio.sleep(number * pause)
        return await ask_once(http, url, check, address)

    async with vip_client(url, check, trust) as http:
        return list(await asyncio.gather(*(one(http, number) for number in range(count))))


def vip_client(url: str, check: VipCheck, trust: Trust) -> httpx.AsyncClient:
    """The client for this check. `trust` says what clouds.yaml trusts, where the config names no authority.

    Raises ConfigError for certificate files and proxies that cannot be used, and what `trust` raises.
    """
    verify = context(check.tls, trust()) if url.startswith("https") else None
    return client(verify, headers=check.headers, proxy=check.proxy)


async def ask_once(http: httpx.AsyncClient, url: str, check: VipCheck, address: str = "") -> VipAnswer:
    """One request. `address` is the load balancer's, for `connect: vip`. Never raises for what the other side does."""
    connect = address if check.connect == "vip" else check.connect
    if not check.tells_version:
        answer = await _knock(url, connect, check.timeout)
        return VipAnswer(answer.at, answer.ms, error=answer.error, connected=not answer.error)
    answer = await fetch(http, url, check.timeout, connect=connect, name=check.tls.name)
    return VipAnswer(
        at=answer.at,
        ms=answer.ms,
        status=answer.status,
        version=value_in(answer.json(), check.version) if answer.status is not None else None,
        error=answer.error,
        expected=answer.status in check.expect if check.expect else None,
    )


async def _knock(url: str, connect: str, within: float) -> Answer:
    try:
        parts = urlsplit(url)
        host, port = connect or parts.hostname or "", parts.port or 0
    except ValueError:
        host, port = "", 0
    return await knock(host, port, within)
