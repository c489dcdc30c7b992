"""Desired states: what one write is to bring about, as data. A tagged union, stored with the plan in the journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
    """Members of one pool as they are to stand: weight, admin state, hold. One additive batch.

    `single`: a PUT of one member, where the cloud has no additive batch.
    """

    pool_id: str
    changes: tuple[StandingChange, ...]
    single: bool = False


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


class ServerMade(msgspec.Struct, frozen=True, tag="server made"):
    """A server that exists and is ACTIVE. `body` is the request's, without what is only known when it is sent.

    Its operation's tag, the server group's id, the zone and the user data are added then. `zones` are tried in turn,
    beginning with the one at `turn`. `user_data` is the SHA-256 of the file's content. `deadline` in seconds.
    """

    name: str
    colour: Colour
    body: Mapping[str, Any]
    group: str = ""
    zones: tuple[str, ...] = ()
    turn: int = 0
    user_data: str = ""
    retries: int = 2
    deadline: float = 600.0


class GroupMade(msgspec.Struct, frozen=True, tag="group made"):
    """A server group of this name and policy."""

    name: str
    policy: str


class GroupGone(msgspec.Struct, frozen=True, tag="group gone"):
    """No server group of this name, if nothing is in it any more."""

    name: str


class MembersEntered(msgspec.Struct, frozen=True, tag="members entered"):
    """Servers as members of a pool at a weight, in one additive batch. Addresses are known once they are built.

    `weight` is what they get now, `intended` what they are to have in rotation, recorded in their tags.
    """

    pool_id: str
    names: tuple[str, ...]
    colour: Colour
    port: int
    subnet_id: str | None = None
    weight: int = 0
    intended: int = 1
    tags: tuple[str, ...] = ()


class MembersRaised(msgspec.Struct, frozen=True, tag="members raised"):
    """Members that entered at weight 0, by name, at the weight that their tags record. Nobody is lowered.

    `intended`: which that is; 0 where nobody has said it.
    """

    pool_id: str
    names: tuple[str, ...]
    colour: Colour
    intended: int = 0


class MembersLabelled(msgspec.Struct, frozen=True, tag="members labelled"):
    """Members with these tags added, by id, in one additive batch that changes nothing else."""

    pool_id: str
    tags: Mapping[str, tuple[str, ...]]


class MemberGone(msgspec.Struct, frozen=True, tag="member gone"):
    """No such member in the pool."""

    pool_id: str
    member_id: str
    name: str


class ServerLabelled(msgspec.Struct, frozen=True, tag="server labelled"):
    """A server with this metadata; its other metadata stays."""

    server_id: str
    name: str
    metadata: Mapping[str, str]


class ServerTagged(msgspec.Struct, frozen=True, tag="server tagged"):
    """A server with one more tag; not `there`: without it."""

    server_id: str
    name: str
    label: str
    there: bool = True


class ServerLocked(msgspec.Struct, frozen=True, tag="server locked"):
    """A server that is locked, with a reason, or not locked."""

    server_id: str
    name: str
    locked: bool
    reason: str = ""


class ServerStopped(msgspec.Struct, frozen=True, tag="server stopped"):
    """A server that is to be deleted, shut down before."""

    server_id: str
    name: str


class ServerGone(msgspec.Struct, frozen=True, tag="server gone"):
    """No such server. Deleted only as one of `colour`; `operation`: only if it carries this tag as well."""

    server_id: str
    name: str
    colour: Colour
    operation: str = ""


Lifecycle = (
    ServerMade
    | GroupMade
    | GroupGone
    | MembersEntered
    | MembersRaised
    | MembersLabelled
    | MemberGone
    | ServerLabelled
    | ServerTagged
    | ServerLocked
    | ServerStopped
    | ServerGone
)
Desired = Weights | DefaultPool | Power | MemberState | PreviewPolicy | PreviewRule | PolicyGone | Lifecycle
