"""Every key of the config file: its kind, what it is for, and how the model is made of it.

The reference in the README is printed from these tables; a test compares them with the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from console.config.formats import NAME, VERSION, Environment
from console.config.keymap import KeyMap
from console.config.kinds import Choice, Duration, Flag, Text
from console.config.late import Late
from console.config.mistakes import Gathering, Mistake
from console.config.model import Config, Kind, LeaseConfig, ServiceConfig
from console.config.nodes import Value, nearest
from console.config.pools import taken_twice
from console.config.probing import HEALTH, VIP
from console.config.releasing import RELEASE
from console.config.rotating import CLOUD, INSTANCES, REGION, ROTATION, rotation, selection
from console.config.rules import Checked, Given
from console.config.sections import Key, Pairs, Section, Several
from console.config.urls import JournalUrl

STAGES = ("reconcile", "launch", "gate", "shift", "prove", "bake", "retire")


def _kind(given: Given) -> str:
    return str(given.said("rotation", {}).get("kind", Kind.WEIGHTS))


def _colour_fits(given: Given) -> Iterator[Mistake]:
    if given.said("instances", {}).get("colour") == "pool" and (kind := _kind(given)) != Kind.POOLS:
        yield given.mistake("instances", f"`colour: pool` means nothing with `kind: {kind}`", "it is for `kind: pools`")


def _shift_fits(given: Given) -> Iterator[Mistake]:
    if _kind(given) == Kind.POOLS and (release := given.said("release")) is not None and release.shift != (100,):
        yield given.mistake(
            "release",
            "`shift` means nothing with `kind: pools`: a listener has one default pool, and all traffic goes there",
            "leave `shift` out, or use `kind: weights`",
        )


def _workers_are_servers(given: Given) -> Iterator[Mistake]:
    if _kind(given) != Kind.POWER:
        return
    instances = given.said("instances", {})
    colour = instances.get("colour", "")
    for key in ("members", "static"):
        if instances.get(key):
            yield given.mistake("instances", f"`{key}` means nothing with `kind: power`: workers are Nova servers")
    if colour.startswith("member."):
        yield given.mistake("instances", f"`colour: {colour}` means nothing with `kind: power`: workers are no members")


def _workers_tell_a_port(given: Given) -> Iterator[Mistake]:
    if _kind(given) != Kind.POWER or (health := given.said("health")) is None:
        return
    if health.port is None and not health.run and health.reachable:
        yield given.mistake("health", "workers have no member that tells a port", "add `port:`, or probe with `run:`")


def _workers_have_no_vip(given: Given) -> Iterator[Mistake]:
    if _kind(given) == Kind.POWER and (vip := given.said("vip")) is not None and "{vip}" in vip.url:
        yield given.mistake("vip", "workers stand behind no load balancer, so there is no {vip}")


_FITS_THE_ROTATION = (_colour_fits, _shift_fits, _workers_are_servers, _workers_tell_a_port, _workers_have_no_vip)
SERVICE = Section(
    ServiceConfig,
    (
        Key("cloud", CLOUD, "the entry of clouds.yaml", required=True),
        Key("region", REGION, "the region", default="as the cloud's entry says"),
        Key("environment", Environment(), "badge; in `production` changes are confirmed by typing"),
        Key("group", Text("one line of text", r".{1,63}"), "services of one group are shown side by side"),
        Key("rotation", ROTATION, "how instances are put in and out of service", default="see its keys"),
        Key("instances", INSTANCES, "which servers belong to the service", default="see its keys"),
        Key("version", Several(VERSION, "version sources", least=1), "what an instance runs; the first that answers"),
        Key(
            "health",
            HEALTH,
            "direct probe of each instance; `{}` for one over HTTP with the defaults",
            default="no probe",
        ),
        Key("vip", VIP, "proof from the client's side", default="no proof from outside"),
        Key(
            "commits", Late("console.config.committing", "COMMITS"), "where the commits come from", default="no commits"
        ),
        Key("launch", Late("console.config.launching", "LAUNCH"), "how instances are made", default="see its keys"),
        Key(
            "explain",
            Pairs(Text("words", r"[\s\S]{1,2000}"), "stages to words", Text("a stage", "|".join(STAGES))),
            "what a stage of a release is explained with, in place of our own words: the release walkthrough",
        ),
        Key("release", RELEASE, "what a cutover must keep to", default="see its keys"),
        Key("foreign", Choice(("refuse", "ignore")), "a cutover while a member of nobody's carries traffic"),
    ),
    make=dict,
    rules=tuple(map(Checked, _FITS_THE_ROTATION)),
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


@dataclass(eq=False, repr=False)
class Services:
    """The services by name, at least one."""

    words: str = "a mapping of service names, one at least"

    def read(self, value: Value) -> dict[str, ServiceConfig]:
        """The services, in the order of the file."""
        entries = value.entries(self.words)
        if not entries:
            raise value.wrong(self.words)
        gathering = Gathering()
        services = {}
        for name, entry in entries.items():
            if not NAME.fits(name):
                gathering.add(entry.fault(f"expected {NAME.words}, found another kind of name", NAME.hint))
                continue
            values = gathering.read(lambda entry=entry: SERVICE.values(entry))  # type: ignore[misc]
            if values is not None:
                services[name] = service(name, values)
        for mistake in taken_twice(services, entries):
            gathering.add(mistake)
        gathering.done()
        return services

    def show(self, default: Any) -> str:
        """There is no default."""
        return str(default)

    def json(self) -> dict[str, Any]:
        """Services by name."""
        return {
            "type": "object",
            "minProperties": 1,
            "propertyNames": NAME.json(),
            "additionalProperties": SERVICE.json(),
        }


@dataclass(eq=False, repr=False)
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

    def json(self) -> dict[str, Any]:
        """The word or the mapping."""
        return {"anyOf": [{"const": "journal"}, LEASE.json()]}


def _trains_are_known(given: Given) -> Iterator[Mistake]:
    for train in given.said("trains", {}).values():
        yield from _unknown_services(given, "trains", train.services)


def _notices_are_known(given: Given) -> Iterator[Mistake]:
    for notice in given.said("notify", ()):
        yield from _unknown_services(given, "notify", notice.services)


def _unknown_services(given: Given, key: str, names: Iterable[str]) -> Iterator[Mistake]:
    """Services that are told of and are not there; one that is there, and wrong, is known."""
    known = given.entries["services"].readable_entries() if "services" in given.entries else {}
    for name in names:
        if known and name not in known:
            yield given.mistake(key, f"there is no service `{name}`", nearest(name, known))


FILE = Section(
    Config,
    (
        Key("services", Services(), "the services by name", required=True),
        Key("lease", Lease(), "where the exclusive right to change a service lives: visible to all, or on this host"),
        Key("journal", JournalUrl(), "the record of rollouts", default="`journal.db` in the user's state folder"),
        Key("interval", Duration(1, 3600), "time between two looks at the cloud while a console watches"),
        Key(
            "read_only",
            Flag(),
            "takes away every way to change the cloud, or to decide about a rollout or a service, for support staff",
        ),
        Key("theme", Text("a theme's name", r"[A-Za-z0-9_-]{1,40}"), "the colours of the console"),
        Key(
            "trains",
            Late("console.config.trains", "TRAINS"),
            "services that are released together, by the train's name",
            default="none",
        ),
        Key("notify", Late("console.config.notifying", "NOTICES"), "whom to tell of rollouts", default="nobody"),
        Key("keys", KeyMap(), "actions of the console on other keys, by the actions' ids (see Keys)"),
    ),
    make=dict,
    rules=(Checked(_trains_are_known), Checked(_notices_are_known)),
)


def service(name: str, values: Mapping[str, Any]) -> ServiceConfig:
    """One service of what its part of the file says; the names of load balancer and pool default to others."""
    given = dict(values)
    return ServiceConfig(
        name=name,
        rotation=rotation(name, given.pop("rotation", {})),
        instances=selection(name, given.pop("instances", {})),
        **given,
    )
