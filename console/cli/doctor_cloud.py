"""What doctor asks the cloud: who are we, may we write, is everything there that the config names?"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import humanize

from console.cli.finding import Finding, ok, problem, warning
from console.cloud.reader import Reader, version_number
from console.cloud.roles import cannot_write
from console.cloud.session import Identity, Session
from console.config.model import Config, ServiceConfig
from console.errors import BluegreenError

ADDITIVE = (2, 11)  # the first version of the load balancer API whose batch can leave other members alone
_SKEW = 5.0  # seconds between two clocks that nobody need know of
_LIFE = 15 * 60.0  # seconds: a token that ends sooner is worth a word


def cloud(services: list[ServiceConfig], lease_network: str | None) -> Iterator[Finding]:
    """Everything about one region of one cloud, and the services in it."""
    first = services[0]
    try:
        session = Session.open(first.cloud, first.region)
    except BluegreenError as error:
        yield problem("cloud", error.message, error.hint, error.exit_code)
        return
    yield from clouds_file(session.config_file, Path.cwd())
    began = time.time()
    try:
        who = session.identity()
    except BluegreenError as error:
        yield problem("cloud", error.message, error.hint, error.exit_code)
        return
    took = time.time() - began
    yield ok("cloud", f"{who.auth_url} answers in {took * 1000:.0f} ms (cloud {who.cloud}, region {who.region or '-'})")
    yield from identity(who, began, began + took)
    reader = Reader(session)
    yield from _octavia(reader)
    for service in services:
        yield from _service(reader, service)
    yield from _lease(reader, who, lease_network, production=any(service.is_production for service in services))


def clouds_file(name: str, current: Path) -> Iterator[Finding]:
    """Which clouds.yaml was read: the SDK takes one from the current folder first."""
    if not name:
        yield ok("cloud", "credentials come from OS_* variables")
        return
    path = Path(name)
    if path.resolve().parent == current.resolve() and "OS_CLIENT_CONFIG_FILE" not in os.environ:
        mend = "name the one you mean in OS_CLIENT_CONFIG_FILE, or start from another folder"
        yield warning("cloud", f"{path} is taken because it lies in the current folder", mend)
    else:
        yield ok("cloud", f"clouds.yaml: {path}")
    try:
        mode = path.stat().st_mode
    except OSError:
        return
    if mode & 0o077:
        yield warning("cloud", f"other users can read {path}, and the passwords in it", f"chmod 600 {path}")


def identity(who: Identity, before: float, after: float) -> Iterator[Finding]:
    """User, roles, token and clock. `before` and `after` are this host's times around the login."""
    roles = ", ".join(who.roles) or "none that are told"
    yield ok("cloud", f"user {who.user or '?'} in project {who.project or '?'}, roles: {roles}")
    if reason := cannot_write(who):
        yield warning("cloud", reason, "to make changes use a user with the role member in the project")
    if not who.expires_at:
        return
    left = who.expires_at - after
    words = humanize.precisedelta(timedelta(seconds=max(left, 0)), minimum_unit="minutes", format="%0.0f")
    if left < _LIFE:
        mend = "tokens are renewed by themselves where the login allows it; one-time passwords do not"
        yield warning("cloud", f"the token ends in {words}", mend)
    else:
        yield ok("cloud", f"the token ends in {words}, and is renewed before")
    # the token was issued between the two; Keystone cuts its time to whole seconds
    early, late = before - 1 - who.issued_at, who.issued_at - after
    skew = max(early, late, 0.0)
    if skew > _SKEW:
        side = "ahead of" if early > late else "behind"
        mend = "let NTP set this host's clock: ages and deadlines are shown by it"
        yield warning("cloud", f"this host's clock is {skew:.0f} s {side} the cloud's", mend)
    else:
        yield ok("cloud", "this host's clock agrees with the cloud's")


def _octavia(reader: Reader) -> Iterator[Finding]:
    try:
        newest = max(reader.octavia_versions(), key=version_number, default="")
    except BluegreenError as error:
        yield problem("cloud", error.message, error.hint, error.exit_code)
        return
    if version_number(newest) >= ADDITIVE:
        yield ok("cloud", f"load balancer API {newest}: a batch can leave other members alone (2.11)")
    else:
        text = f"load balancer API {newest or 'of unknown version'}: its batch would delete members it does not name"
        yield problem("cloud", text, "changes by weights need version 2.11 (Octavia Train, 2019) or later")


def _service(reader: Reader, service: ServiceConfig) -> Iterator[Finding]:
    area, name = "service", service.name
    try:
        balancer = reader.load_balancer(service.rotation.load_balancer)
        pool = reader.pool(service.rotation.pool, balancer.id)
        members = reader.members(pool.id)
        servers = reader.servers(service.instances)
    except BluegreenError as error:
        yield problem(area, f"{name}: {error.message}", error.hint, error.exit_code)
        return
    found = f"{len(members)} member{'' if len(members) == 1 else 's'}"
    found += f", {len(servers)} server{'' if len(servers) == 1 else 's'} selected"
    yield ok(area, f"{name}: load balancer {balancer.name}, pool {pool.name}, {found}")
    if balancer.provider == "ovn":
        text = f"{name}: provider ovn stores weights and ignores them: rotation by weights moves no traffic"
        yield problem(area, text, "use a load balancer of provider amphora")
    if not servers:
        yield warning(
            area, f"{name}: no server is selected", "check `instances:` against `openstack server list --long`"
        )
    if pool.monitor is None and service.health is None:
        text = f"{name}: neither a monitor of the pool nor `health:` checks the instances: none is ever healthy"
        yield problem(area, text, "give the pool a health monitor, or the service `health:`")
    if service.vip is None:
        yield warning(area, f"{name}: without `vip:` a cutover is not proven from outside", "add `vip: {url: ...}`")


def _lease(reader: Reader, who: Identity, network: str | None, *, production: bool) -> Iterator[Finding]:
    if network is None:
        text = "the lease is in the journal: only consoles that share it see who is changing what"
        mend = "make a network without subnets in the project and name it: `lease: {network: bluegreen-lease}`"
        yield warning("lease", text, mend) if production else ok("lease", text)
        return
    try:
        found = reader.network(network)
    except BluegreenError as error:
        yield problem("lease", error.message, f"{error.hint}; or `openstack network create {network}`", error.exit_code)
        return
    owner = found.get("project_id") or found.get("tenant_id")
    if owner != who.project_id:
        text = f"network {network} belongs to another project: setting the MAC of a port there is refused"
        yield problem("lease", text, f"openstack network create {network}-{who.project}")
    else:
        yield ok("lease", f"network {network} is the project's own")


def regions(config: Config) -> list[list[ServiceConfig]]:
    """The services, by cloud and region."""
    found: dict[tuple[str, str | None], list[ServiceConfig]] = {}
    for service in config.services.values():
        found.setdefault((service.cloud, service.region), []).append(service)
    return list(found.values())
