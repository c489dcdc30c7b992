"""Which services a drill has: the first is always the same, more of them show other ways to run one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from console.drill import SERVICE

EDGE = "drill-edge"  # the other project, and its entry of clouds.yaml
WEIGHTS, POOLS, POWER = "weights", "pools", "power"
SECOND = "second listener"  # two listeners, each with the same pools
PROMETHEUS = "prometheus"  # a listener with the amphora's metrics
NEIGHBOUR = "neighbour"  # another team's listener and pool on the same load balancer
IPV6 = "ipv6"  # an IPv6 address, and an IPv4 one beside it
STATIC = "static"  # members that are no Nova servers
TCP = "tcp"  # listener and pool carry bytes, not requests
UDP = "udp"  # listener and pool carry datagrams
TLS = "tls"  # the listener ends TLS with the drill's own certificate
SPLIT = "split"  # its load balancer belongs to another project than its instances
NAMES = "names"  # neither tags nor metadata: names tell what belongs and which colour it is
GREEN = "green"  # green is live
UNLABELLED = "unlabelled"  # made by hand: one side only, names without a colour, members without tags


@dataclass(frozen=True)
class Sketch:
    """One service. `kind` is its rotation; `traits` are words of this module; `copy` counts from 1."""

    name: str
    kind: str = WEIGHTS
    traits: frozenset[str] = frozenset()
    group: str = ""
    copy: int = 1

    @property
    def live(self) -> str:
        """The colour in rotation at the start."""
        return "green" if GREEN in self.traits else "blue"

    @property
    def tagged(self) -> bool:
        """Whether its servers carry tags and metadata."""
        return not {NAMES, UNLABELLED} & self.traits

    @property
    def unlabelled(self) -> bool:
        """Whether nothing about it knows of colours yet."""
        return UNLABELLED in self.traits

    @property
    def static(self) -> bool:
        """Whether its instances are no Nova servers."""
        return STATIC in self.traits


def _of(name: str, *traits: str, kind: str = WEIGHTS, group: str = "") -> Sketch:
    return Sketch(name, kind, frozenset(traits), group)


_FIRST = (
    _of(SERVICE, group="compute"),
    _of("keystone", SECOND, kind=POOLS, group="identity"),
    _of("nova-scheduler", kind=POWER, group="compute"),
    _of("glance-api", SECOND, PROMETHEUS, NEIGHBOUR, group="storage"),
    _of("neutron-server", IPV6, group="network"),
    _of("placement-api", STATIC, group="compute"),
    _of("cinder-api", NAMES, group="storage"),
    _of("heat-api", GREEN, group="orchestration"),
    _of("nova-conductor", GREEN, kind=POWER, group="compute"),
    _of("barbican-api", GREEN, TLS, kind=POOLS, group="identity"),
    _of("designate-api", TCP, group="network"),
    _of("octavia-api", SPLIT, group="network"),
    _of("magnum-api", group="orchestration"),
    _of("manila-api", group="storage"),
    _of("ironic-api", group="compute"),
    _of("designate-mdns", UDP, group="network"),
)
BROWNFIELD = _of("shop", UNLABELLED)
_COPIED = ("nova-api", "heat-api", "designate-api", "octavia-api", "magnum-api", "manila-api", "ironic-api")


def sketches(count: int) -> tuple[Sketch, ...]:
    """So many services; beyond the first ones, the plain ones again, as other cells have them."""
    found = list(_FIRST[:count])
    plain = {each.name: each for each in _FIRST if each.name in _COPIED}
    copy = 2
    while len(found) < count:
        for name in _COPIED[: count - len(found)]:
            one = plain[name]
            found.append(Sketch(f"{name}-cell{copy}", one.kind, one.traits, one.group, copy))
        copy += 1
    return tuple(found)


LAUNCH: dict[str, Any] = {
    "flavor": "m1.small",
    "networks": ["ops-net"],
    "security_groups": ["web"],
    "boot_timeout": "2m",
    "image": {"name": "SERVICE-2026.3"},
}


def launch_of(sketch: Sketch) -> dict[str, Any]:
    """How its instances are made."""
    return {**LAUNCH, "image": {"name": f"{sketch.name}-2026.3"}}


def config_of(
    sketch: Sketch, ports: list[int], addresses: dict[str, list[str]], *, ca: str = "", tags: bool = True
) -> dict[str, Any]:
    """The service in the console's config. `ports` are the listeners'; `addresses` those of static instances; `ca` is
    the file of the certificate that the drill's listeners show.
    """
    name = sketch.name
    service: dict[str, Any] = {"cloud": "drill", "environment": "drill"}
    if sketch.group:
        service["group"] = sketch.group
    service["rotation"] = _rotation(sketch)
    if sketch.static:
        service["instances"] = {"static": addresses}
        service["version"] = ["http./version#git_commit"]
    elif NAMES in sketch.traits:
        service["instances"] = {"name": f"{name}-(blue|green)-[0-9]+", "colour": "name.-(blue|green)-"}
        service["version"] = ["image.git_commit"]
    else:
        selected = {"tags": [f"service={name}"]} if tags else {"metadata": {"service": name}}
        service["instances"] = {**selected, "colour": "metadata.color"}
        service["version"] = ["metadata.git_commit"]
    service["health"] = {"path": "/healthcheck"}
    if not sketch.static and NAMES not in sketch.traits:
        service["launch"] = launch_of(sketch)
    if sketch.kind == POWER:
        service["health"]["port"] = 8774
    elif TLS in sketch.traits:
        url = f"https://{{vip}}:{ports[0]}/version"
        service["vip"] = {"url": url, "version": "git_commit", "tls": {"ca": ca}}
    elif UDP not in sketch.traits:  # over UDP nothing can be asked as a client does
        service["vip"] = {"url": f"http://{{vip}}:{ports[0]}/version", "version": "git_commit"}
    return service


def _rotation(sketch: Sketch) -> dict[str, Any]:
    if sketch.kind == POWER:
        return {"kind": POWER}
    if sketch.kind == POOLS:
        pools = {colour: f"{sketch.name}-{colour}" for colour in ("blue", "green")}
        return {"kind": POOLS, "load_balancer": sketch.name, "pools": pools}
    where = {"cloud": EDGE} if SPLIT in sketch.traits else {}
    return {"kind": WEIGHTS, "load_balancer": sketch.name, "pool": sketch.name, **where}
