"""Direct probes of instances, all at once and bounded: is it well, and what does it run?"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import httpx

from console.config.model import HealthCheck
from console.model.instance import Instance, Probe
from console.watch.http import Answer, client, fetch
from console.watch.versions import http_key, http_path, value_in

AT_ONCE = 64  # open probes
_BODY_KEPT = 4096  # characters of an answer that an operator may look at


@dataclass(frozen=True, slots=True)
class Target:
    """Where an instance is asked. `versions` are the sources (`http./version#git_commit`) to ask it for as well."""

    key: str
    address: str
    port: int
    versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of probes saw, by instance key. `told`: versions by source."""

    probes: Mapping[str, Probe] = field(default_factory=dict)
    told: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def target(instance: Instance, check: HealthCheck | None, usual_port: int, versions: tuple[str, ...]) -> Target | None:
    """Where to ask an instance: at its member's address, else at the only fixed one it has. None: nobody knows."""
    member = instance.member
    if member is not None:
        address, port = member.address, member.protocol_port
    else:
        fixed = [one.ip for one in instance.server.addresses if not one.floating] if instance.server else []
        address, port = (fixed[0] if len(fixed) == 1 else ""), usual_port
    if check is not None and check.port is not None:
        port = check.port
    return Target(instance.key, address, port, versions) if address and port else None


def usual_port(instances: Iterable[Instance]) -> int:
    """The port that most members have, 0 where there are none: for instances that are in no pool yet."""
    ports = Counter(instance.member.protocol_port for instance in instances if instance.member is not None)
    return ports.most_common(1)[0][0] if ports else 0


async def ask_all(targets: Sequence[Target], check: HealthCheck | None) -> Round:
    """Probe every target once, at most AT_ONCE at a time. Without a check only versions are asked."""
    scheme, timeout = (check.scheme, check.timeout) if check is not None else ("http", 3.0)
    probes: dict[str, Probe] = {}
    told: dict[str, dict[str, str]] = {}
    room = asyncio.Semaphore(AT_ONCE)

    async def ask(http: httpx.AsyncClient, one: Target) -> None:
        base = f"{scheme}://{_host(one.address)}:{one.port}"
        async with room:
            if check is not None:
                probes[one.key] = _probe(await fetch(http, base + check.path, timeout), check)
            for path in dict.fromkeys(http_path(source) for source in one.versions):
                answer = await fetch(http, base + path, timeout)
                told.setdefault(one.key, {}).update(_told(answer, path, one.versions))

    async with client() as http, asyncio.TaskGroup() as group:
        for one in targets:
            group.create_task(ask(http, one))
    return Round(probes, told)


def _probe(answer: Answer, check: HealthCheck) -> Probe:
    return Probe(
        ok=answer.status in check.expect,
        at=answer.at,
        ms=answer.ms,
        status=answer.status,
        error=answer.error,
        body=answer.text[:_BODY_KEPT],
    )


def _told(answer: Answer, path: str, sources: tuple[str, ...]) -> dict[str, str]:
    if answer.status is None or not 200 <= answer.status < 300:
        return {}
    body = answer.json()
    found = {source: value_in(body, http_key(source)) for source in sources if http_path(source) == path}
    return {source: value for source, value in found.items() if value}


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address
