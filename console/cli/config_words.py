"""A config in words: what it says, and what one should know of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from console.config.gate import Gate
from console.config.kinds import Duration
from console.config.model import Attached, CommitSource, Config, Kind, Release, Selection, ServiceConfig, Tls
from console.model.colour import Colour
from console.model.text import visible

_LABEL = 10  # columns


def meaning(config: Config) -> Iterator[str]:
    """The file, then a paragraph for each service."""
    count = len(config.services)
    yield visible(f"{config.path}: {count} service{'' if count == 1 else 's'}, no mistakes")
    for service in config.services.values():
        yield ""
        yield visible(f"{service.name}  {service.environment}{_group(service)}")
        for label, words in _service(service):
            yield visible(f"  {label:<{_LABEL}} {words}")
    yield ""
    yield f"{'lease':<{_LABEL + 2}} {_lease(config)}"
    yield visible(f"{'journal':<{_LABEL + 2}} {without_password(config.journal)}")
    if config.keys:
        yield f"{'keys':<{_LABEL + 2}} {', '.join(f'{action}: {key}' for action, key in config.keys.items())}"


def cautions(config: Config) -> Iterator[str]:
    """What is allowed, and should be on purpose."""
    if config.writable_by_others:
        yield visible(f"changes are refused: {config.writable_by_others}")
    production = [service.name for service in config.services.values() if service.is_production]
    if config.lease.network is None and production and not config.read_only:
        yield (
            "leases are in the journal: whoever uses another journal does not see them; "
            "`lease: {network: NAME}` is seen by all"
        )
    for service in config.services.values():
        for words in _service_cautions(service):
            yield visible(f"{service.name}: {words}")


def without_password(url: str) -> str:
    """A database URL as it may be shown."""
    scheme, found, rest = url.partition("://")
    user, at, host = rest.rpartition("@")
    return f"{scheme}{found}{user.partition(':')[0]}{at}{host}" if at else url


def _service(service: ServiceConfig) -> Iterator[tuple[str, str]]:
    yield "cloud", _place(service.cloud, service.region)
    yield "rotation", service.rotation.kind
    for part in service.rotation.attached:
        yield "", _attached(part)
    if service.balancer_place != (service.cloud, service.region):
        yield "", f"the load balancer is in {_place(*service.balancer_place)}"
    yield "instances", _selection(service.instances)
    if service.server_place != (service.cloud, service.region):
        yield "", f"they are in {_place(*service.server_place)}"
    yield "colour", _colour(service.instances)
    yield "version", ", else ".join(service.version)
    yield "health", _health(service)
    yield "proof", _proof(service)
    if service.commits is not None:
        yield "commits", _commits(service.commits)
    yield "release", _release(service.release)


def _commits(source: CommitSource) -> str:
    server = " ".join(filter(None, (getattr(source, source.server), source.project))) if source.server else ""
    parts = [str(source.git) if source.git is not None else "", server, f"branch {source.branch}" * bool(source.branch)]
    tests = f"tests of {source.ci.zuul} {source.ci.tenant}".strip() if source.ci.zuul else ""
    return ", ".join(filter(None, (*parts, "fetched" * source.fetch, tests)))


def _group(service: ServiceConfig) -> str:
    return f"  (group {service.group})" if service.group else ""


def _place(cloud: str, region: str | None) -> str:
    return f"{cloud}, region {region}" if region else cloud


def _attached(part: Attached) -> str:
    pools = " and ".join(f"{pool} ({colour})" for colour, pool in part.pools.items()) or part.pool
    listeners = f", listeners {', '.join(part.listeners)}" if part.listeners else ""
    return f"load balancer {part.load_balancer}, pool {pools}{listeners}"


def _selection(chosen: Selection) -> str:
    wanted = [f"the tag {tag}" for tag in chosen.tags]
    wanted += [f"metadata {key}={value}" for key, value in chosen.metadata.items()]
    wanted += [f"a name like {chosen.name}"] if chosen.name else []
    ways = [f"servers with {' and '.join(wanted)}"] if wanted else []
    ways += ["the members of the pools"] if chosen.members else []
    ways += [
        f"{len(chosen.static[colour])} address{'' if len(chosen.static[colour]) == 1 else 'es'} of {colour.upper()}"
        for colour in Colour
        if colour in chosen.static
    ]
    return "; ".join(ways) or "every server of the project"


def _colour(chosen: Selection) -> str:
    if not chosen.static:
        return f"from {chosen.colour}"
    others = chosen.tags or chosen.metadata or chosen.name or chosen.members
    return "of an address, the list that it is in" + (f"; of the others from {chosen.colour}" if others else "")


def _health(service: ServiceConfig) -> str:
    check = service.health
    if check is None:
        return "by Nova alone" if service.rotation.kind == Kind.POWER else "by Nova and the load balancer alone"
    if not check.reachable:
        return "not probed from here: unknown, so never healthy enough for a cutover"
    quorum = "" if check.quorum == 1 else f"; {check.quorum:.0%} of a colour are enough"
    if check.run:
        return f"the command {check.run[0]} exits with 0 within {check.timeout:g} s{quorum}"
    port = str(check.port) if check.port is not None else "the member's port"
    if check.scheme == "tcp":
        return f"a connection to {port} within {check.timeout:g} s{quorum}"
    body = f" with {check.body} in it" if check.body else ""
    expected = ", ".join(map(str, check.expect))
    through = f", through a proxy ({check.proxy})" if check.proxy else ""
    what = f"{check.scheme} {check.path} at {port} answers {expected}{body} within {check.timeout:g} s"
    return f"{what}{through}{quorum}"


def _proof(service: ServiceConfig) -> str:
    check = service.vip
    if check is None:
        return "none" if service.rotation.kind == Kind.POWER else "none: done means what the load balancer says"
    if not check.tells_version:
        return f"{check.url} answers; nothing tells which colour"
    via = f", connecting to {check.connect}" if check.connect else ""
    return f"{check.url} names the version in `{check.version}`{via}"


def _release(asked: Release) -> str:
    steps = "all traffic at once" if asked.shift == (100,) else f"{', '.join(map(str, asked.shift))} % of the traffic"
    back = f"; back unless confirmed within {_time(asked.confirm_within)}" if asked.confirm_within else ""
    bake = f"; watched for {_time(asked.bake)}" if asked.bake else ""
    least = f"; healthy capacity may fall to {asked.min_ratio:.0%} of what it is" if asked.min_ratio < 1 else ""
    gates = f"; gates: {', '.join(visible(gate.title) for gate in asked.gates)}" if asked.gates else ""
    return f"{steps}{back}{bake}{least}{gates}"


def _time(seconds: float) -> str:
    return Duration(0, 0).show(seconds)


def _lease(config: Config) -> str:
    if config.lease.network is None:
        return "in the journal"
    return f"ports on the network {visible(config.lease.network)}, good for {config.lease.ttl:g} s"


def _service_cautions(service: ServiceConfig) -> Iterator[str]:
    release = service.release
    launch = service.launch
    if launch.image is not None and not (launch.flavor and launch.networks):
        yield "launch: without `flavor` and `networks` those of what serves are taken, and there has to be something"
    if launch.user_data is not None and not launch.user_data.exists():
        yield f"launch.user_data: there is no {visible(str(launch.user_data))}"
    if service.commits is not None and service.commits.token and not os.environ.get(service.commits.token):
        yield f"commits.token: ${service.commits.token} is not set here"
    if service.health is None and service.rotation.kind == Kind.POWER:
        yield "without `health:` workers are only known to run, never to be healthy: a cutover asks for --unchecked"
    if service.vip is None and service.rotation.kind != Kind.POWER:
        yield "without `vip:` a cutover is not proven from outside"
    if service.foreign == "ignore":
        yield "members of nobody's in its pool do not stop a cutover"
    yield from _gate_cautions(release.gates)
    for what, path in _files(service):
        if not path.exists():
            yield f"{what}: there is no {path} on this host"


def _gate_cautions(gates: Iterable[Gate]) -> Iterator[str]:
    """What a gate could not be carried out with on this host."""
    for gate in gates:
        tokens = [asked.token for asked in (gate.prometheus, gate.judge) if asked is not None and asked.token]
        for name in (*gate.env, *tokens):
            if name not in os.environ:
                yield f"gate {visible(gate.title)}: the environment variable {name} is not set here"
        if gate.run and shutil.which(gate.run[0]) is None:
            yield f"gate {visible(gate.title)}: this host has no program {visible(gate.run[0])}"
        if gate.folder is not None and not gate.folder.is_dir():
            yield f"gate {visible(gate.title)}: there is no folder {gate.folder}"


def _files(service: ServiceConfig) -> Iterator[tuple[str, Path]]:
    if service.commits is not None and service.commits.git is not None:
        yield "commits.git", service.commits.git
    checks: tuple[tuple[str, Tls | None], ...] = (
        ("health", service.health.tls if service.health is not None else None),
        ("vip", service.vip.tls if service.vip is not None else None),
    )
    for name, tls in checks:
        for key in ("ca", "cert", "key"):
            path = getattr(tls, key, None)
            if path is not None:
                yield f"{name}.tls.{key}", path
