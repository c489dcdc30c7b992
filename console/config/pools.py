"""A pool is one service's: what one cutover puts out of rotation, another service would call its live colour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from console.config.mistakes import Mistake
from console.config.model import Attached, ServiceConfig
from console.config.nodes import Value

_Pool = tuple[tuple[str, str | None], str, str]  # cloud and region, load balancer, pool
_KEYS = ("pool", "pools", "also", "load_balancer")


def taken_twice(services: Mapping[str, ServiceConfig], entries: Mapping[str, Value]) -> Iterator[Mistake]:
    """What is said of each service that has a pool of one before it; `entries`: where the services stand.

    Pools of both colours may serve two services that name listeners of their own: each listener is switched by itself.
    """
    first: dict[_Pool, tuple[str, Attached]] = {}
    for name, service in services.items():
        for part in service.rotation.attached:
            for pool in part.pools.values() if part.pools else (part.pool,):
                owner, own = first.setdefault((service.balancer_place, part.load_balancer, pool), (name, part))
                if owner != name and not _listen_apart(own, part):
                    yield _place(entries[name]).fault(
                        f"pool `{pool}` of load balancer `{part.load_balancer}` is that of `{owner}` as well",
                        "name the pool of this service; what shares instances and a pool is one service",
                    )
                    break


def _listen_apart(one: Attached, other: Attached) -> bool:
    by_listener = bool(one.pools and other.pools and one.listeners and other.listeners)
    return by_listener and set(one.listeners).isdisjoint(other.listeners)


def _place(entry: Value) -> Value:
    """What names the service's pool in the file; where nothing does, the nearest around it."""
    rotation = entry.readable_entries().get("rotation")
    if rotation is None:
        return entry
    keys = rotation.readable_entries()
    return next((keys[key] for key in _KEYS if key in keys), rotation)
