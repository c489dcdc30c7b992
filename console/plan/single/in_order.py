"""The instances of a change in the order in which they were named: one that replaces another is named second."""

from __future__ import annotations

from collections.abc import Sequence

from console.model.instance import Instance
from console.plan.asked import Asked
from console.plan.candidates import is_named
from console.plan.orders import SingleOrder


def named_in_order(asked: Asked, named: Sequence[Instance]) -> tuple[Instance, ...]:
    """The instances in the order of their names, or of the ids of server or member that they were named by."""
    order = asked.intent.order
    assert isinstance(order, SingleOrder)
    place = {
        one.key: next(number for number, name in enumerate(order.names) if is_named(one, (name,))) for one in named
    }
    return tuple(sorted(named, key=lambda one: place[one.key]))
