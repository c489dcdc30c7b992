"""What doctor asks each cloud: who are we, for how long, may we write, does the clock agree; then APIs and services."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import humanize

from console.cli import doctor_apis as apis
from console.cli.doctor_service import services
from console.cli.finding import Finding, about, ok, problem, warning
from console.cloud.entries import Place, places
from console.cloud.reader import Reader
from console.cloud.roles import cannot_write
from console.cloud.session import Identity, Session
from console.config.model import Config, ServiceConfig
from console.errors import BluegreenError

SKEW = 5.0  # seconds between two clocks that nobody need know of
_STEP = 960.0  # seconds: the longest that one step of a cutover waits, for the load balancer and for the proof
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")


def clouds(config: Config) -> Iterator[Finding]:
    """Everything about every region of every cloud that the config names, and then about its services."""
    sessions: dict[Place, Session] = {}
    for place in places(config):
        where = place[0] + (f", {place[1]}" if place[1] else "")
        yield from about(where, _cloud(config, place, sessions))
    yield from proxies(os.environ)
    if sessions:
        yield from services(config, sessions)


def _cloud(config: Config, place: Place, sessions: dict[Place, Session]) -> Iterator[Finding]:
    means = f"nothing in cloud {place[0]} can be seen"
    try:
        session = Session.open(*place)
    except BluegreenError as error:
        yield problem("cloud.entry", error.message, means, error.hint, error.exit_code)
        return
    yield from clouds_file(session.config_file, Path.cwd())
    began = time.time()
    try:
        who = session.identity()
    except BluegreenError as error:
        yield problem("cloud.login", error.message, means, error.hint, error.exit_code)
        return
    took = time.time() - began
    sessions[place] = session
    text = f"{who.auth_url} answers in {took * 1000:.0f} ms (cloud {who.cloud}, region {who.region or '-'})"
    yield ok("cloud.login", text)
    yield from encryption(session, who.auth_url)
    here = [one for one in config.services.values() if place in (one.server_place, one.balancer_place)]
    yield from identity(who, began, began + took, max(map(release_seconds, here)))
    yield from apis.all_of(session, here, place)
    balanced = [one for one in here if one.rotation.attached and one.balancer_place == place]
    if balanced:
        production = any(one.is_production for one in balanced)
        yield from _lease(Reader(session), who, config.lease.network, production=production)


def clouds_file(name: str, current: Path) -> Iterator[Finding]:
    """Which clouds.yaml was read: the SDK takes one from the current folder first."""
    if not name:
        yield ok("cloud.file", "credentials come from OS_* variables")
        return
    path = Path(name)
    if path.resolve().parent == current.resolve() and "OS_CLIENT_CONFIG_FILE" not in os.environ:
        means = "whoever can write there chooses the cloud that is shown and changed"
        mend = "name the one you mean in OS_CLIENT_CONFIG_FILE, or start from another folder"
        yield warning("cloud.file", f"{path} is taken because it lies in the current folder", means, mend)
    else:
        yield ok("cloud.file", f"clouds.yaml: {path}")
    try:
        mode = path.stat().st_mode
    except OSError:
        return
    if mode & 0o077:
        means = "the passwords in it are everybody's"
        yield warning("cloud.file-mode", f"other users can read {path}", means, f"chmod 600 {path}")


def encryption(session: Session, auth_url: str) -> Iterator[Finding]:
    """Whether the password goes over the wire to somebody who is known."""
    if auth_url.startswith("http://") and "//127." not in auth_url and "//localhost" not in auth_url:
        means = "password and tokens can be read on the way"
        yield warning("cloud.tls", f"{auth_url} is not encrypted", means, "use the https endpoint in auth_url")
    trusted = session.trusted
    if isinstance(trusted, str) and not os.access(trusted, os.R_OK):
        means = "no certificate can be checked, so nothing is asked"
        text = f"the certificate authority of clouds.yaml, {trusted}, cannot be read"
        yield problem("cloud.tls", text, means, "name a readable PEM file in `cacert:`")
    elif auth_url.startswith("https://") and trusted is False:
        means = "anybody on the way can be the cloud, and gets the password"
        mend = "set `cacert:` to the certificate authority of this cloud instead of `verify: false` or `insecure`"
        yield warning("cloud.tls", "certificates are not checked", means, mend)


def identity(who: Identity, before: float, after: float, needed: float) -> Iterator[Finding]:
    """User, roles, token and clock. `before` and `after` are this host's times around the login.

    `needed`: seconds that the longest release of the config may take, with its way back.
    """
    roles = ", ".join(who.roles) or "none that are told"
    yield ok("cloud.user", f"user {who.user or '?'} in project {who.project or '?'}, roles: {roles}")
    if reason := cannot_write(who):
        means = "everything can be watched; every change is refused before it begins"
        mend = "to make changes use a user with the role member in the project"
        yield warning("cloud.roles", reason, means, mend)
    if not who.expires_at:
        return
    yield from token(who, after, needed)
    if who.issued_at:  # between the two; Keystone cuts its time to whole seconds
        yield clock("cloud.clock", before - 1 - who.issued_at, who.issued_at - after, "Keystone's")


def token(who: Identity, now: float, needed: float) -> Iterator[Finding]:
    """Whether the login outlives a release."""
    left = who.expires_at - now
    words, longest = _words(left), _words(needed)
    if who.renewable:
        yield ok("cloud.token", f"the token ends in {words}, and is renewed before by itself")
    elif left < needed:
        text = f"the token ends in {words} and cannot be renewed without you; a release may need {longest}"
        means = "a release that would outlive it is refused: it could not go back"
        mend = "log in again right before a release, or use an application credential, which renews itself"
        yield warning("cloud.token", text, means, mend)
    else:
        yield ok("cloud.token", f"the token ends in {words}; a release needs {longest} at most")


def clock(check: str, ahead: float, behind: float, whose: str) -> Finding:
    """What to say of two clocks: this host's is at least so many seconds ahead, or behind; negative: it is not."""
    skew = max(ahead, behind, 0.0)
    if skew <= SKEW:
        return ok(check, f"this host's clock agrees with {whose}")
    side = "ahead of" if ahead > behind else "behind"
    means = "ages, deadlines and times in the journal are off by as much"
    mend = "let NTP set this host's clock"
    return warning(check, f"this host's clock is {skew:.0f} s {side} {whose}", means, mend)


def release_seconds(service: ServiceConfig) -> float:
    """How long a release of this service may take at the most, with its way back."""
    release = service.release
    gates = sum(gate.timeout for gate in release.gates)
    return gates + release.bake + release.confirm_within + _STEP * (len(release.shift) + 1)


def _words(seconds: float) -> str:
    return humanize.precisedelta(timedelta(seconds=max(seconds, 0.0)), minimum_unit="minutes", format="%0.0f")


def proxies(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Proxy variables: the APIs go through them, instances and VIP do not unless the config says so."""
    named = sorted({name.lower() for name, value in environ.items() if name.lower() in _PROXIES and value})
    if named:
        text = f"{', '.join(named)} set: the APIs are asked through a proxy, instances and VIP are not"
        yield ok("cloud.proxy", text)


def _lease(reader: Reader, who: Identity, network: str | None, *, production: bool) -> Iterator[Finding]:
    if network is None:
        text = "the lease is in the journal"
        means = "only consoles that share the journal see who is changing what, and keep out of each other's way"
        mend = "make a network without subnets in the project and name it: `lease: {network: bluegreen-lease}`"
        yield warning("lease.place", text, means, mend) if production else ok("lease.place", f"{text}: {means}")
        return
    try:
        found = reader.network(network)
    except BluegreenError as error:
        means = "no lease can be taken, and so no change can be made"
        mend = "; or ".join(filter(None, (error.hint, f"`openstack network create {network}`")))
        yield problem("lease.network", error.message, means, mend, error.exit_code)
        return
    owner = found.get("project_id") or found.get("tenant_id")
    if not who.project_id:
        text = f"whether network {network} is the project's own is not known: the login names no project"
        means = "in the network of another project no lease can be taken, and so no change be made"
        yield warning("lease.network", text, means, "name the project in clouds.yaml")
    elif owner != who.project_id:
        text = f"network {network} belongs to another project"
        means = "setting the MAC of a port there is refused, and with it the lease and every change"
        yield problem("lease.network", text, means, f"openstack network create {network}-{who.project}")
    else:
        yield ok("lease.network", f"network {network} is the project's own")
