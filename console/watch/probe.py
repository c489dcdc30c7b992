"""Direct probes of instances, all at once and bounded: is it well, and what does it run?"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx

from console.config.certificates import Trust, context, public
from console.config.model import HealthCheck
from console.model.instance import Instance, Probe
from console.watch import command, oslo
from console.watch.http import Answer, client, fetch, knock
from console.watch.versions import http_key, http_path, value_in

AT_ONCE = 64  # open probes
COMMANDS_AT_ONCE = 8  # each is a process
_BODY_KEPT = 4096  # characters of an answer that an operator may look at


@dataclass(frozen=True, slots=True)
class Target:
    """Where an instance is asked. `versions` are the sources (`http./version#git_commit`) to ask it for as well;
    `name` and `colour` are for a command.
    """

    key: str
    address: str
    port: int
    versions: tuple[str, ...] = ()
    name: str = ""
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of probes saw, by instance key. `told`: versions by source."""

    probes: Mapping[str, Probe] = field(default_factory=dict)
    told: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def target(instance: Instance, check: HealthCheck | None, usual_port: int, versions: tuple[str, ...]) -> Target | None:
    """Where to ask an instance: at its member's address, else at the one it has on its one network. None: unknown.

    A command is run all the same: it may know the instance by its name.
    """
    member = instance.member
    if member is not None:
        address, port = member.address, member.protocol_port
    else:
        address, port = _static_address(instance) or (_only_address(instance), 0)
        port = port or usual_port
    if check is not None and check.port is not None:
        port = check.port
    colour = instance.colour.value if instance.colour is not None else ""
    aim = Target(instance.key, address, port, versions, instance.name, colour)
    by_command = check is not None and bool(check.run)
    return aim if by_command or (address and port) else None


def _static_address(instance: Instance) -> tuple[str, int] | None:
    """Address and port (0: not told) of a static instance in no pool: its name is what the config says."""
    if not instance.static:
        return None
    with contextlib.suppress(ValueError):
        return str(ip_address(instance.name.strip("[]"))), 0
    with contextlib.suppress(ValueError):
        parts = urlsplit(f"//{instance.name}")
        return parts.hostname or "", parts.port or 0
    return None


def _only_address(instance: Instance) -> str:
    """Its address on the one network it is on, IPv4 before IPv6; empty where several networks leave it open."""
    fixed = [one for one in instance.server.addresses if not one.floating] if instance.server is not None else []
    if len({one.network for one in fixed}) != 1:
        return ""
    families: dict[bool, list[str]] = {}
    for one in fixed:
        families.setdefault(":" in one.ip, []).append(one.ip)
    found = families.get(False) or families.get(True) or []
    return found[0] if len(found) == 1 else ""


def usual_port(instances: Iterable[Instance]) -> int:
    """The port that most members have, 0 where there are none: for instances that are in no pool yet."""
    ports = Counter(instance.member.protocol_port for instance in instances if instance.member is not None)
    return ports.most_common(1)[0][0] if ports else 0


async def ask_all(targets: Sequence[Target], check: HealthCheck | None, trust: Trust = public) -> Round:
    """Probe every target once, at most AT_ONCE at a time. Without a check only versions are asked.

    `trust` says what clouds.yaml trusts, for certificates that the config names no authority for. Raises ConfigError
    for certificate files and proxies that cannot be used.
    """
    if check is not None and not check.reachable:
        at = time.time()
        return Round({one.key: Probe(False, at, error="not probed from here", not_from_here=True) for one in targets})
    probes: dict[str, Probe] = {}
    told: dict[str, dict[str, str]] = {}
    room = asyncio.Semaphore(AT_ONCE if check is None or not check.run else COMMANDS_AT_ONCE)
    asked = check or HealthCheck()
    scheme = "https" if asked.scheme == "https" else "http"
    verify = context(asked.tls, trust()) if scheme == "https" else None

    async def ask(http: httpx.AsyncClient, one: Target) -> None:
        base = f"{scheme}://{_host(one.address)}:{one.port}"
        async with room:
            if check is not None:
                probes[one.key] = await _ask(http, one, base, check)
            for path in dict.fromkeys(http_path(source) for source in one.versions):
                answer = await fetch(http, base + path, asked.timeout, name=asked.tls.name)
                told.setdefault(one.key, {}).update(_told(answer, path, one.versions))

    headers = httpx.Headers({"Accept": "application/json"})
    headers.update(asked.headers)
    async with client(verify, headers=headers, proxy=asked.proxy) as http, asyncio.TaskGroup() as group:
        for one in targets:
            group.create_task(ask(http, one))
    return Round(probes, told)


async def _ask(http: httpx.AsyncClient, one: Target, base: str, check: HealthCheck) -> Probe:
    """One probe of the kind that the config asks for."""
    if check.run:
        return await command.run(check.run, _variables(one), check.timeout)
    if check.scheme == "tcp":
        answer = await knock(one.address, one.port, check.timeout)
        return Probe(not answer.error, answer.at, answer.ms, error=answer.error)
    return _probe(await fetch(http, base + check.path, check.timeout, name=check.tls.name), check)


def _variables(one: Target) -> dict[str, str]:
    return {
        "BLUEGREEN_INSTANCE": one.name,
        "BLUEGREEN_ADDRESS": one.address,
        "BLUEGREEN_PORT": str(one.port or ""),
        "BLUEGREEN_COLOUR": one.colour,
    }


def _probe(answer: Answer, check: HealthCheck) -> Probe:
    well, error = answer.status in check.expect, answer.error
    if well and check.body and not re.search(check.body, answer.text):
        well, error = False, "unexpected body"
    return Probe(
        ok=well,
        at=answer.at,
        ms=answer.ms,
        status=answer.status,
        error=error,
        body=answer.text[:_BODY_KEPT],
        reasons=(answer.detail,) if answer.detail else oslo.reasons(answer.json()),
    )


def _told(answer: Answer, path: str, sources: tuple[str, ...]) -> dict[str, str]:
    if answer.status is None or not 200 <= answer.status < 300:
        return {}
    body = answer.json()
    found = {source: value_in(body, http_key(source)) for source in sources if http_path(source) == path}
    return {source: value for source, value in found.items() if value}


def _host(address: str) -> str:
    return f"[{address.replace('%', '%25')}]" if ":" in address else address
