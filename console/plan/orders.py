"""What exactly is asked for where a colour's name is not enough: everything resolved, so that planning stays pure.

An order is part of the intent: planned again from the same facts it gives the same plan. Names were looked up before
(`ordering`), from a look at what the cloud has (`model.stock`).
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from console.model.colour import Colour
from console.plan.desired import MemberState, Power, ServerTagged


class LaunchOrder(msgspec.Struct, frozen=True, tag="launch"):
    """Instances to be made. `names`: all that are to be there at the end; those missing are made.

    `beside`: those of the names that were there when more of them were asked for (scale); they stay as they are.
    `networks`, `security_groups`: ids or names as Nova takes them. `user_data`: SHA-256 of the file's content, empty
    for none; the content itself, which may hold secrets, is in no plan. `group`: name of the server group, empty for
    none. `weight`: of a member in rotation. `deadline`: seconds for a build, and again for the boot. `release`: what
    people call it. `zones`: where to build, in turn; empty: where the cloud likes.
    """

    names: tuple[str, ...]
    image_id: str
    image_name: str
    flavor_id: str
    flavor_name: str
    networks: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    key: str = ""
    user_data: str = ""
    group: str = ""
    version: str = ""
    release: str = ""
    metadata: Mapping[str, str] = {}
    tags: tuple[str, ...] = ()
    port: int = 0
    subnet_id: str | None = None
    weight: int = 1
    at_once: int = 4
    retries: int = 2
    deadline: float = 600.0
    notes: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    @property
    def new(self) -> tuple[str, ...]:
        """The names of those that it is about."""
        return tuple(name for name in self.names if name not in self.beside)


class Pair(msgspec.Struct, frozen=True):
    """A member and the server behind it, found by its address. `address` is the member's."""

    member_id: str
    pool_id: str
    server_id: str
    name: str
    address: str


class AdoptOrder(msgspec.Struct, frozen=True, tag="adopt"):
    """What serves without labels: which server is behind which member, and what is written on the servers."""

    pairs: tuple[Pair, ...]
    metadata: Mapping[str, str] = {}
    tags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class RetireOrder(msgspec.Struct, frozen=True, tag="retire"):
    """A colour that is to be deleted. `only`: names of instances, empty for all (scale takes some).

    `group`: name of its server group, deleted with the last of them. `notes`: what was found to hang on them.
    `begun`: it is taken up again, and who is gone already was deleted by it.
    """

    only: tuple[str, ...] = ()
    group: str = ""
    notes: tuple[str, ...] = ()
    begun: bool = False


class TakeBackOrder(msgspec.Struct, frozen=True, tag="take back"):
    """What a launch has made is deleted: exactly the servers that carry one of these tags, and their members."""

    tags: tuple[str, ...]
    colour: Colour
    group: str = ""


class SingleOrder(msgspec.Struct, frozen=True, tag="single"):
    """A change of single instances. `names`: of instances, in the order that matters (`replace`: the old, the new).

    `who` holds what is held. `min_ratio`: how much of the capacity of now is enough while it lasts, None: the config's.
    `undone`: the writes of a plan that is taken back, so that what it changed stands as before; None: of no plan.
    `unseen`: keys of those that it took out while nobody saw whether they worked: they come back likewise.
    """

    names: tuple[str, ...] = ()
    who: str = ""
    min_ratio: float | None = None
    undone: tuple[MemberState | Power | ServerTagged, ...] | None = None
    unseen: tuple[str, ...] = ()


Order = LaunchOrder | AdoptOrder | RetireOrder | TakeBackOrder | SingleOrder
