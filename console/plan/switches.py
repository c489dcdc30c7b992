"""Rotation by pools: which listeners are to send to another pool, and which pools gain clients by that."""

from __future__ import annotations

from collections.abc import Iterator

from console.model.balancer import Balanced, Listener
from console.plan.asked import Asked


def switches(asked: Asked) -> Iterator[tuple[Listener, str]]:
    """Each listener that is to send to another pool, with that pool, in the order in which they are changed."""
    for part in asked.service.balanced:
        wanted = part.pool_of.get(asked.target)
        for listener in part.listeners if wanted is not None else ():
            unapplied = listener.provisioning_status == "ERROR"  # what it shows may not be what serves
            if _is_ours(part, listener) and (listener.default_pool_id != wanted or unapplied):
                yield listener, str(wanted)


def gaining(asked: Asked) -> frozenset[str]:
    """The pools that more clients will be sent to: one that serves a listener already may be among them."""
    return frozenset(pool_id for _, pool_id in switches(asked))


def target_pools(asked: Asked) -> tuple[str, ...]:
    """The pools of the colour that is to serve, each once."""
    parts = asked.service.balanced
    return tuple(dict.fromkeys(part.pool_of[asked.target] for part in parts if asked.target in part.pool_of))


def put_in_order(asked: Asked) -> tuple[str, ...]:
    """Those of them in which weights are set before the switch: not what serves already and gets no more clients."""
    serving, gain = asked.service.serving_pools, gaining(asked)
    return tuple(pool_id for pool_id in target_pools(asked) if pool_id not in serving or pool_id in gain)


def bystanders(asked: Asked) -> Iterator[str]:
    """The names of the service's listeners that send to neither colour."""
    for part in asked.service.balanced:
        yield from (one.name or one.id for one in part.listeners if not _is_ours(part, one))


def _is_ours(part: Balanced, listener: Listener) -> bool:
    """One that sends to neither colour was put elsewhere by somebody: it is left as it is."""
    return listener.default_pool_id in part.pool_of.values()
