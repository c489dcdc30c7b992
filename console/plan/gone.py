"""What is left to put back where servers have been deleted: nothing of what was done to them, or to their members."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from console.plan.basis import Basis
from console.plan.desired import (
    Desired,
    MemberGone,
    MembersEntered,
    MembersLabelled,
    MembersRaised,
    MemberState,
    ServerGone,
    ServerMade,
    Weights,
)


def without(
    deleted: Iterable[ServerGone], touched: Sequence[Desired], basis: Basis
) -> tuple[tuple[Desired, ...], Basis]:
    """What was touched, and the basis that it is put back to: both without these servers and their members."""
    names = {one.server_id: one.name for one in deleted}
    if not names:
        return tuple(touched), basis
    # a member that joins its server by address has no tag: the write that took it out has the server's name
    left = {one.member_id for one in touched if isinstance(one, MemberGone) and one.name in names.values()}
    left |= {one.id for one in basis.members if one.server_id in names}
    gone = left | set(names) | set(names.values())
    pools = (replace(pool, members=tuple(one for one in pool.members if one.id not in left)) for pool in basis.pools)
    servers = (one for one in basis.servers if one.id not in names)
    kept = (one for one in touched if not (about := _about(one)) or about - gone)
    return tuple(kept), replace(basis, pools=tuple(pools), servers=tuple(servers))


def _about(desired: Desired) -> set[str]:
    """Ids of the members or of the server; of what is made on the way the names, which are all that is known of it."""
    match desired:
        case Weights() | MemberState():
            return {change.member_id for change in desired.changes}
        case MemberGone():
            return {desired.member_id}
        case MembersLabelled():
            return set(desired.tags)
        case MembersEntered() | MembersRaised():
            return set(desired.names)
        case ServerMade():
            return {desired.name}
        case _:
            return {getattr(desired, "server_id", "")} - {""}
