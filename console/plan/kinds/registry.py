"""Every kind of desired state by its type: how its calls are built, and what they leave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from console.model.call import Call
from console.plan import desired as states
from console.plan.basis import Basis
from console.plan.desired import (
    DefaultPool,
    Desired,
    MemberState,
    PolicyGone,
    Power,
    PreviewPolicy,
    PreviewRule,
    Weights,
)
from console.plan.kinds import default_pool, groups, member_state, members, power, preview, servers, weights


class Kind(Protocol):
    """What a module of a kind has. `desired` is of its own type, `basis` as it is right before the write."""

    def call(self, desired: Any, basis: Basis) -> Call:
        """The call that brings it about, every object in it as it is in the basis."""

    def undo(self, desired: Any, basis: Basis) -> Call | None:
        """The call that takes it back; None where nothing does."""

    def after(self, desired: Any, basis: Basis) -> Basis:
        """The basis that it leaves: what the next write is planned on, and what capacity is counted in."""

    def restore(self, desired: Sequence[Any], basis: Basis) -> tuple[Call, ...]:
        """The calls that put back what any of these has changed, to what it is in the basis."""

    def words(self, desired: Any) -> tuple[str, ...]:
        """What becomes of each object, a clause each."""


_KINDS: dict[type, Kind] = {
    Weights: weights,
    DefaultPool: default_pool,
    Power: power,
    MemberState: member_state,
    PreviewPolicy: preview,
    PreviewRule: preview,
    PolicyGone: preview,
    states.ServerMade: servers.Made(),
    states.ServerLabelled: servers.Labelled(),
    states.ServerTagged: servers.Tagged(),
    states.ServerLocked: servers.Locked(),
    states.ServerStopped: servers.Stopped(),
    states.ServerGone: servers.Gone(),
    states.GroupMade: groups.Made(),
    states.GroupGone: groups.Gone(),
    states.MembersEntered: members.Entered(),
    states.MembersRaised: members.Raised(),
    states.MembersLabelled: members.Labelled(),
    states.MemberGone: members.Gone(),
}


def entering_of(desired: Desired) -> frozenset[str]:
    """The ids of members that get more traffic by it: they must be seen healthy right before."""
    if isinstance(desired, Weights):
        return weights.entering(desired)
    return member_state.entering(desired) if isinstance(desired, MemberState) else frozenset()


def kind_of(desired: Desired) -> Kind:
    """The module of a desired state's kind."""
    return _KINDS[type(desired)]
