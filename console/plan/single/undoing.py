"""Putting single instances back as they stood: by what a plan has recorded, and no more than it has changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TypeVar

from console.model.balancer import Member
from console.plan.desired import MemberState, Power, ServerTagged, Standing, StandingChange
from console.plan.kinds.member_state import standing
from console.plan.orders import SingleOrder
from console.plan.plan import Plan

_T = TypeVar("_T")


def written(plan: Plan) -> tuple[MemberState | Power | ServerTagged, ...]:
    """What a plan of single instances writes, with what was there before."""
    found = (write.desired for step in plan.steps for write in step.writes)
    return tuple(one for one in found if isinstance(one, MemberState | Power | ServerTagged))


def changed_ids(writes: Iterable[MemberState | Power | ServerTagged]) -> frozenset[str]:
    """The ids of the members and servers that these writes of a plan change."""
    found: set[str] = set()
    for one in writes:
        found |= {each.member_id for each in one.changes} if isinstance(one, MemberState) else {one.server_id}
    return frozenset(found)


def switched_ids(order: SingleOrder) -> frozenset[str]:
    """Of those the ids of the servers that it has started or stopped."""
    return frozenset(one.server_id for one in order.undone or () if isinstance(one, Power))


def before(order: SingleOrder, member: Member) -> Standing:
    """How the member is to stand again: as before in what the plan has written and nobody has changed since.

    Whom somebody else holds by now is theirs: it stays as it stands.
    """
    now = standing(member)
    changes = [one for one in _changes(order) if one.member_id == member.id]
    if not changes or taken_by(order, member):
        return now
    first, made = changes[0].before, [one.after for one in changes]
    return Standing(
        _was(now.weight, first.weight, [one.weight for one in made]),
        _was(now.admin_state_up, first.admin_state_up, [one.admin_state_up for one in made]),
        _was(now.held_by, first.held_by, [one.held_by for one in made]),
    )


def taken_by(order: SingleOrder, member: Member) -> str:
    """Who has taken hold of it since the plan was made; empty for nobody."""
    changes = [one for one in _changes(order) if one.member_id == member.id]
    known = {standing.held_by for one in changes for standing in (one.before, one.after)}
    return member.held_by if changes and member.held_by is not None and member.held_by not in known else ""


def _changes(order: SingleOrder) -> list[StandingChange]:
    return [change for one in order.undone or () if isinstance(one, MemberState) for change in one.changes]


def _was(now: _T, before: _T, made: Collection[_T]) -> _T:
    return before if now in made else now
