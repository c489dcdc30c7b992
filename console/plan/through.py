"""Through which listeners and load balancers a cutover is proven, and through which its vip check cannot ask.

With `pools` each listener is switched by a write of its own, with `weights` each pool: every one of them is a way by
which clients come, and what is true of one says nothing of another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from console.config.model import ServiceConfig, VipCheck
from console.model.balancer import Balanced, Listener, LoadBalancer
from console.model.colour import Colour
from console.model.service import POOLS, Service
from console.plan.plan import Proof, Way, listed
from console.plan.provable import distinct_versions

_USUAL_PORT = {"http": 80, "https": 443}
_SPEAKS = {"http": ("HTTP", "TCP"), "https": ("HTTPS", "TERMINATED_HTTPS", "TCP")}  # Octavia's protocols, by scheme
_THE_SAME = {"http": ("HTTP",), "https": ("HTTPS", "TERMINATED_HTTPS")}  # which speak it on any port


@dataclass(frozen=True, slots=True)
class _Door:
    """What one write changes for clients: a listener, or all that send to one pool."""

    name: str
    balancer: LoadBalancer
    listeners: tuple[Listener, ...]


def proof_of(service: Service, config: ServiceConfig, target: Colour) -> Proof | None:
    """What is asked, through each way where the check can be asked; None where nothing tells which colour answers."""
    assert service.balancer is not None
    versions = distinct_versions(service, target)
    check = config.vip
    url = check.at(service.balancer.vip_address) if check is not None and check.tells_version else ""
    if check is None or not (url and versions):
        return None
    doors = list(_doors(service))
    if len(doors) < 2:
        return Proof(url, versions)
    known = _first(service, check, url, doors)
    if known is None:  # it is asked all the same; which of them it comes through, nobody can tell
        return Proof(url, versions, missed=(f"each of {listed(tuple(door.name for door in doors))}",))
    first, listener = known
    further, missed = list[Way](), list[str]()
    for door in doors:
        if door is first:
            continue
        way = _way(service, check, url, door, listener) if _aims(check) else None
        if way is None:
            missed.append(door.name)
        else:
            further.append(way)
    return Proof(url, versions, name=first.name, further=tuple(further), missed=tuple(missed))


def not_through(service: Service, config: ServiceConfig, target: Colour) -> Iterator[str]:
    """The note on what no proof will be had of."""
    proof, check = proof_of(service, config, target), config.vip
    if proof is None or check is None or not proof.missed:
        return
    why = "it does not fit a listener's protocol and port there"
    if not _aims(check):
        why = "it asks one address; with `{vip}` in its place each load balancer is asked"
    yield f"not proven from outside through {listed(proof.missed)} by the vip check {check.url}: {why}"


def _doors(service: Service) -> Iterator[_Door]:
    """Each once. A disabled listener has no clients; one that sends to neither colour is not switched."""
    several = len({part.balancer.id for part in service.balanced}) > 1
    for part in service.balanced:
        enabled = tuple(one for one in part.listeners if one.admin_state_up)
        if service.rotation != POOLS:
            yield _Door(_name_of(part, several=several), part.balancer, enabled)
            continue
        for one in enabled:
            if one.default_pool_id in part.pool_of.values():
                where = f" of {part.balancer.name or part.balancer.id}" if several else ""
                yield _Door(f"{one.name or one.id}{where}", part.balancer, (one,))


def _name_of(part: Balanced, *, several: bool) -> str:
    thing = part.balancer if several or not part.pools else part.pools[0]
    return thing.name or thing.id


def _first(service: Service, check: VipCheck, url: str, doors: list[_Door]) -> tuple[_Door, Listener] | None:
    """The one that the check's own URL comes through; None where that cannot be told."""
    assert service.balancer is not None
    at = service.balancer.vip_address if _aims(check) else check.connect or urlsplit(url).hostname or ""
    there = [door for door in doors if at in (door.balancer.vip_address, *door.balancer.additional_vips)]
    if not there and not _aims(check):
        there = doors  # by a name, or an address in front of it: its port may tell
    found = [(door, one) for door in there for one in door.listeners if _fits(one, url)]
    return found[0] if len({door.name for door, _ in found}) == 1 or (found and _aims(check)) else None


def _way(service: Service, check: VipCheck, url: str, door: _Door, first: Listener) -> Way | None:
    """How the check asks through another one: at its address, and for the same pools at its port, too."""
    address = door.balancer.vip_address
    open_to_us = [one for one in door.listeners if not one.allowed or one.allowed == first.allowed]
    if not address:
        return None
    if any(_fits(one, url) for one in open_to_us):
        return Way(door.name, check.at(address), address)
    parts = urlsplit(check.at(address))
    for one in open_to_us if service.rotation == POOLS else ():
        if one.protocol in _THE_SAME.get(parts.scheme, ()):
            host = parts.netloc.rpartition("]")[0] + "]" if "]" in parts.netloc else parts.netloc.partition(":")[0]
            return Way(door.name, parts._replace(netloc=f"{host}:{one.protocol_port}").geturl(), address)
    return None


def _aims(check: VipCheck) -> bool:
    """Whether the check goes to the address of whichever load balancer is asked."""
    return check.connect == "vip" or (not check.connect and "{vip}" in check.url)


def _fits(listener: Listener, url: str) -> bool:
    """Whether a request to this port comes to the listener, in words that it understands."""
    parts = urlsplit(url)
    port = parts.port or _USUAL_PORT.get(parts.scheme, 0)
    return listener.protocol_port == port and listener.protocol in _SPEAKS.get(parts.scheme, ())
