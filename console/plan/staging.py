"""Shares of the traffic as weights: which weight each member has when the target colour carries so many percent.

A share is of capacity, counted in the weights of healthy members, not of instances: the two colours may differ in size.
Up to the share that the target has with all of its weight, the source keeps its own; from there on the target is whole
and the source gives way. So at every share one of the two is whole, and the floor of DESIGN §6, rule 1 is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from console.model.balancer import Member


@dataclass(frozen=True, slots=True)
class Part:
    """One member in a shift. `whole` is its weight when its colour carries all it can; `counts`: it is healthy."""

    member: Member
    whole: int
    counts: bool = True


def weights_at(percent: int, entering: Sequence[Part], leaving: Sequence[Part]) -> dict[str, int]:
    """The weight of each member, by id, when `entering` carry so many percent of the traffic (1 to 100).

    No member that enters is lowered, none that leaves is raised: what carries traffic already is ahead of the share.
    """
    staying = sum(part.member.weight for part in leaving if part.counts)
    if percent >= 100 or staying == 0 or not entering:
        return {**{part.member.id: part.whole for part in entering}, **{part.member.id: 0 for part in leaving}}
    most = {part.member.id: max(part.whole, part.member.weight) for part in entering}
    full = sum(most.values())
    wanted = staying * percent / (100 - percent)
    if wanted <= full:
        divided = _divide(max(1, round(wanted)), {part.member.id: part.whole for part in entering})
        came = {part.member.id: max(divided[part.member.id], part.member.weight) for part in entering}
        return {**came, **{part.member.id: part.member.weight for part in leaving}}
    kept = full * (100 - percent) / percent / staying  # the part of its weight that the source keeps, below 1
    left = {part.member.id: part.member.weight for part in leaving}
    total = max(1, round(kept * sum(left.values())))
    return {**most, **_divide(total, left)}


def _divide(total: int, wholes: Mapping[str, int]) -> dict[str, int]:
    """Divide a total in proportion, in whole numbers, by the largest remainders; nobody gets more than its whole."""
    everything = sum(wholes.values())
    exact = {key: whole * total / everything for key, whole in wholes.items()}
    divided = {key: int(value) for key, value in exact.items()}
    missing = total - sum(divided.values())
    for key in sorted(exact, key=lambda key: (divided[key] - exact[key], key))[:missing]:
        divided[key] += 1
    return divided
