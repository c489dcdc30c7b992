"""What clients get: requests through the VIP, each on a connection of its own."""

from __future__ import annotations

import asyncio
import ssl

import httpx

from console.config.model import VipCheck
from console.model.balancer import LoadBalancer
from console.model.traffic import VipAnswer
from console.watch.http import client, fetch
from console.watch.versions import value_in


def vip_url(check: VipCheck, balancer: LoadBalancer) -> str:
    """The URL with the load balancer's address in it; empty while the address is not known."""
    return check.at(balancer.vip_address)


async def ask(
    url: str, check: VipCheck, *, count: int, over: float, verify: ssl.SSLContext | None = None
) -> list[VipAnswer]:
    """`count` requests, evenly begun within `over` seconds; oldest first. A slow one delays none of the others."""
    pause = over / (count - 1) if count > 1 else 0.0

    async def one(http: httpx.AsyncClient, number: int) -> VipAnswer:
        await asyncio.sleep(number * pause)
        return await ask_once(http, url, check)

    async with client(verify) as http:
        return list(await asyncio.gather(*(one(http, number) for number in range(count))))


async def ask_once(http: httpx.AsyncClient, url: str, check: VipCheck) -> VipAnswer:
    """One request. Never raises for what the other side does."""
    answer = await fetch(http, url, check.timeout)
    return VipAnswer(
        at=answer.at,
        ms=answer.ms,
        status=answer.status,
        version=value_in(answer.json(), check.version) if answer.status is not None else None,
        error=answer.error,
    )
