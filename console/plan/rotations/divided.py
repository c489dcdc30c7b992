"""Members of a pool as the writes that the load balancer can take: one batch, or a call for each member."""

from __future__ import annotations

from collections.abc import Sequence

from console.plan.asked import Asked
from console.plan.desired import MemberChange, MemberState, StandingChange, Weights


def divided(asked: Asked, pool_id: str, changes: Sequence[MemberChange], key: str) -> list[tuple[Weights, str]]:
    """Each desired state with its write's key: `key` for a batch, the member's id for a call of its own.

    One by one who gets weight comes first: each is seen to be applied before the next is sent.
    """
    if not changes:
        return []
    if not asked.intent.one_by_one:
        return [(Weights(pool_id, tuple(changes)), key)]
    ordered = sorted(changes, key=lambda one: one.weight_after < one.weight_before)
    return [(Weights(pool_id, (one,), single=True), one.member_id) for one in ordered]


def divided_standings(
    asked: Asked, pool_id: str, changes: Sequence[StandingChange], key: str
) -> list[tuple[MemberState, str]]:
    """The same for members that are to stand otherwise."""
    if not changes:
        return []
    if not asked.intent.one_by_one:
        return [(MemberState(pool_id, tuple(changes)), key)]
    ordered = sorted(changes, key=lambda one: one.after.weight <= one.before.weight)
    return [(MemberState(pool_id, (one,), single=True), one.member_id) for one in ordered]
