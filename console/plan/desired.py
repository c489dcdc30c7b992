"""Desired states: what one write is to bring about, as data. A tagged union, stored with the plan in the journal."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from console.model.colour import Colour


@dataclass(frozen=True, slots=True)
class MemberChange:
    """What one step does to one member. `intended`: its weight when it is fully in rotation, None: not known here."""

    member_id: str
    name: str
    colour: Colour
    weight_before: int
    weight_after: int
    intended: int | None = None


class Weights(msgspec.Struct, frozen=True, tag="weights"):
    """Members of one pool at these weights: one additive batch, whatever their number.

    `single`: a PUT of one member, where the cloud has no additive batch.
    """

    pool_id: str
    changes: tuple[MemberChange, ...]
    single: bool = False


class DefaultPool(msgspec.Struct, frozen=True, tag="default pool"):
    """A listener that sends its clients to another pool. `colour` is the pool's, None: it is of neither."""

    listener_id: str
    name: str
    before: str | None
    after: str
    colour: Colour | None = None


class Power(msgspec.Struct, frozen=True, tag="power"):
    """A server that runs, or does not."""

    server_id: str
    name: str
    on: bool
    colour: Colour


@dataclass(frozen=True, slots=True)
class Standing:
    """How a member stands in its pool. `held_by` None: nobody holds it."""

    weight: int
    admin_state_up: bool
    held_by: str | None = None


@dataclass(frozen=True, slots=True)
class StandingChange:
    """What becomes of one member."""

    member_id: str
    name: str
    colour: Colour
    before: Standing
    after: Standing


class MemberState(msgspec.Struct, frozen=True, tag="member state"):
    """Members of one pool as they are to stand: weight, admin state, hold. One additive batch."""

    pool_id: str
    changes: tuple[StandingChange, ...]


class PreviewPolicy(msgspec.Struct, frozen=True, tag="preview policy"):
    """An L7 policy that sends to a pool; it attaches the pool once it has a rule."""

    listener_id: str
    pool_id: str
    name: str
    colour: Colour


class PreviewRule(msgspec.Struct, frozen=True, tag="preview rule"):
    """The rule of that policy, on a header with a secret value, which is nowhere in the plan."""

    listener_id: str
    policy: str
    colour: Colour


class PolicyGone(msgspec.Struct, frozen=True, tag="policy gone"):
    """No such L7 policy."""

    listener_id: str
    policy_id: str
    name: str


Desired = Weights | DefaultPool | Power | MemberState | PreviewPolicy | PreviewRule | PolicyGone
