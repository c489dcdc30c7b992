"""What an adoption stands on: which server is behind which member, as it was found when it was planned."""

from __future__ import annotations

from collections.abc import Iterable

from console.model.server import Server
from console.plan.orders import AdoptOrder, Pair
from console.plan.plan import Plan


def adopted_pairs(plan: Plan) -> tuple[Pair, ...]:
    """The pairs of the plan's order; empty where it is no adoption."""
    order = plan.intent.order
    return order.pairs if isinstance(order, AdoptOrder) else ()


def addresses_drift(server: Server, pairs: Iterable[Pair]) -> list[str]:
    """In a clause each address of a member that the server behind it does not have any more."""
    return [
        f"server {server.name} does not have {pair.address} any more, the address of its member"
        for pair in pairs
        if not server.networks_of(pair.address)
    ]
