"""Every key of the config file: its kind, what it is for, and how the model is made of it.

The reference in the README is printed from these tables; a test compares them with the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from console.config.formats import COLOUR, NAME, PATH, TAG, VERSION, Environment, Folder, JournalUrl, VipUrl
from console.config.kinds import Choice, Decimal, Duration, Flag, Text, Whole
from console.config.model import (
    CommitSource,
    Config,
    HealthCheck,
    LeaseConfig,
    Release,
    Rotation,
    Selection,
    ServiceConfig,
    VipCheck,
)
from console.config.nodes import Value, nearest
from console.config.sections import Key, Pairs, Section, Several

_TIMEOUT = Duration(0.1, 60)

ROTATION = Section(
    Rotation,
    (
        Key("kind", Choice(("weights",)), "how instances are put in and out of service"),
        Key("load_balancer", Text("a name or id"), "the load balancer, by name or id", default="the service's name"),
        Key("pool", Text("a name or id"), "its pool, by name or id", default="as `load_balancer`"),
    ),
    make=dict,
)
INSTANCES = Section(
    Selection,
    (
        Key(
            "tags",
            Several(TAG, "server tags"),
            "tags that a server must have, all of them",
            default="see below the table",
        ),
        Key("metadata", Pairs(Text(), "texts"), "metadata that a server must have, all of it", default="none"),
        Key("colour", COLOUR, "what says `blue` or `green`: metadata, the rest of a server tag, or of a member's tag"),
    ),
    make=dict,
)
HEALTH = Section(
    HealthCheck,
    (
        Key("path", PATH, "path of the direct probe of each instance"),
        Key("port", Whole(1, 65535), "its port", default="the member's port"),
        Key("expect", Several(Whole(100, 599), "HTTP statuses", least=1), "the HTTP statuses of a healthy instance"),
        Key("scheme", Choice(("http", "https")), "how to ask"),
        Key("timeout", _TIMEOUT, "time for the whole answer"),
    ),
)
VIP = Section(
    VipCheck,
    (
        Key("url", VipUrl(), "what to ask as a client does; `{vip}` is the load balancer's address", required=True),
        Key("version", Text("a key of the answer's JSON"), "the key of the answer's JSON that names what answered"),
        Key("timeout", _TIMEOUT, "time for the whole answer"),
        Key("rate", Decimal(0.1, 100), "requests per second while a console watches"),
    ),
)
COMMITS = Section(
    CommitSource,
    (Key("git", Folder(), "a local git repository; a relative path is beside this file", required=True),),
)
RELEASE = Section(
    Release,
    (
        Key("min_ratio", Decimal(0, 1, above=True), "healthy capacity kept in rotation, against that of now"),
        Key(
            "weight",
            Whole(1, 256),
            "weight in rotation of an instance that has none recorded",
            default="as the live ones have",
        ),
    ),
)
SERVICE = Section(
    ServiceConfig,
    (
        Key("cloud", Text("an entry of clouds.yaml"), "the entry of clouds.yaml", required=True),
        Key("region", Text("a region"), "the region", default="as the cloud's entry says"),
        Key("environment", Environment(), "badge; in `production` changes are confirmed by typing"),
        Key("rotation", ROTATION, "how instances are put in and out of service", default="see its keys"),
        Key("instances", INSTANCES, "which servers belong to the service", default="see its keys"),
        Key("version", Several(VERSION, "version sources", least=1), "what an instance runs; the first that answers"),
        Key("health", HEALTH, "direct HTTP probe of each instance; `{}` for one with the defaults", default="no probe"),
        Key("vip", VIP, "proof from the client's side", default="no proof from outside"),
        Key("commits", COMMITS, "where the commits come from", default="no commits"),
        Key("release", RELEASE, "what a cutover must keep to", default="see its keys"),
        Key("foreign", Choice(("refuse", "ignore")), "a cutover while a member of nobody's carries traffic"),
    ),
    make=dict,
)
LEASE = Section(
    LeaseConfig,
    (
        Key(
            "network",
            Text("a network's name or id"),
            "the Neutron network, the project's own and without subnets, on which leases are ports",
            required=True,
        ),
        Key("ttl", Duration(6, 3600), "time without a sign of life after which a lease may be taken over"),
    ),
)


@dataclass(frozen=True, slots=True)
class Services:
    """The services by name, at least one."""

    words: str = "a mapping of service names, one at least"

    def read(self, value: Value) -> dict[str, ServiceConfig]:
        """The services, in the order of the file."""
        entries = value.entries(self.words)
        if not entries:
            raise value.wrong(self.words)
        services = {}
        for name, entry in entries.items():
            if NAME.fits(name):
                services[name] = service(name, SERVICE.values(entry))
            else:
                raise entry.fault(f"expected {NAME.words}, found another kind of name", NAME.hint)
        return services

    def show(self, default: Any) -> str:
        """There is no default."""
        return str(default)


@dataclass(frozen=True, slots=True)
class Lease:
    """The word `journal`, or where the ports are."""

    words: str = "`journal`, or a mapping with network, ttl"

    def read(self, value: Value) -> LeaseConfig:
        """The lease."""
        if value.text is None and value.kind == "map":
            lease: LeaseConfig = LEASE.read(value)
            return lease
        if value.text == "journal":
            return LeaseConfig()
        raise value.wrong(self.words, hint=nearest(value.text or "", ("journal",)))

    def show(self, default: Any) -> str:
        """The word."""
        return "journal" if default.network is None else str(default.network)


FILE = Section(
    Config,
    (
        Key("services", Services(), "the services by name", required=True),
        Key("lease", Lease(), "where the exclusive right to change a service lives: visible to all, or on this host"),
        Key("journal", JournalUrl(), "the record of rollouts", default="`journal.db` in the user's state folder"),
        Key("interval", Duration(1, 3600), "time between two looks at the cloud while a console watches"),
        Key("read_only", Flag(), "takes away every way to change the cloud, for support staff"),
        Key("theme", Text("a theme's name", r"[A-Za-z0-9_-]{1,40}"), "the colours of the console"),
    ),
    make=dict,
)


def service(name: str, values: Mapping[str, Any]) -> ServiceConfig:
    """One service of what its part of the file says; the names of load balancer and pool default to others."""
    given = dict(values)
    rotation = given.pop("rotation", {})
    balancer = rotation.get("load_balancer", name)
    selection = given.pop("instances", {})
    if "tags" not in selection and "metadata" not in selection:
        # without a selection every server of the project would belong to the service
        selection = {**selection, "tags": (f"service={name}",)}
    return ServiceConfig(
        name=name,
        rotation=Rotation(**{"pool": balancer, **rotation, "load_balancer": balancer}),
        instances=Selection(**selection),
        **given,
    )
