"""Into which colour what serves is adopted: not into one that holds what stands by, which may be another release."""

from __future__ import annotations

from dataclasses import replace

import pytest
from life_worlds import BLUE, not_planned, planned
from plan_worlds import instance, service

from console.model.balancer import Balanced, Member
from console.model.colour import Colour
from console.model.instance import Instance
from console.model.service import Service
from console.plan.orders import AdoptOrder, Pair
from console.plan.plan import Action, Intent

MEMBERS = [replace(one.member, tags=()) for one in BLUE if one.member is not None]


def served(blue: list[Instance], green: list[Instance], strangers: list[Member]) -> Service:
    """A service with members that no label joins to an instance."""
    there = service(blue, green, strangers)
    assert there.balancer is not None
    assert there.pool is not None
    ours = [member for one in (*blue, *green) for member in one.members]
    part = Balanced(there.balancer, pools=(there.pool,), members={there.pool.id: (*ours, *strangers)})
    return replace(there, balanced=(part,))


def adopt(colour: Colour, members: list[Member]) -> Intent:
    pairs = tuple(Pair(one.id, "pool-1", f"s-{one.id}", one.name, one.address) for one in members)
    return Intent(Action.ADOPT, colour, order=AdoptOrder(pairs, {"color": str(colour)}, ("service=shop",)))


STRAY = instance(Colour.GREEN, 1, 0, in_pool=False)


def test_what_serves_is_not_mixed_with_what_stands_by() -> None:
    there = served([], [STRAY], MEMBERS)
    refusal = not_planned(there, adopt(Colour.GREEN, MEMBERS))
    assert (refusal.code, refusal.names) == ("there", (STRAY.name,))
    assert "api-green-1 of GREEN are not in rotation" in refusal.reason
    assert "`bluegreen adopt nova-api --as blue`" in refusal.hint
    assert "`bluegreen resume`" in refusal.hint
    assert planned(there, adopt(Colour.BLUE, MEMBERS)).target is Colour.BLUE


def test_where_both_colours_stand_by_no_other_colour_is_named() -> None:
    idle = instance(Colour.BLUE, 9, 0, in_pool=False)
    refusal = not_planned(served([idle], [STRAY], MEMBERS), adopt(Colour.GREEN, MEMBERS))
    assert "--as" not in refusal.hint
    assert "`bluegreen resume`" in refusal.hint


@pytest.mark.parametrize(
    ("green", "weight"),
    [
        ([instance(Colour.GREEN, 1, 100)], 100),  # it serves, as what is adopted does: an adoption that was begun
        ([STRAY], 0),
    ],
)
def test_what_is_alike_is_adopted_beside_what_is_there(green: list[Instance], weight: int) -> None:
    members = [replace(one, weight=weight) for one in MEMBERS]
    assert planned(served([], green, members), adopt(Colour.GREEN, members)).target is Colour.GREEN
