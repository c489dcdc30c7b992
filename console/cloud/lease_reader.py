"""The lease as everyone may read it: a Neutron port whose MAC is derived from what it protects.

Neutron's database has a unique constraint on (network, MAC): of 20 concurrent creates exactly one succeeds (measured;
facts 7a). The port takes no address; its description, at most 255 characters, says who holds it and why.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

import msgspec

from console.model.lease import LeaseHolder

NAME_PREFIX = "bluegreen-lease-"
DESCRIPTION_LIMIT = 255
OWNER_LIMIT, _ACTION_LIMIT = 60, 70  # characters: what is left is enough for all the rest


class PortReader(Protocol):
    """What is needed of the cloud's reader."""

    def ports(self, **filters: str) -> list[dict[str, Any]]:
        """Ports that match the filters."""

    def network(self, name_or_id: str) -> dict[str, Any]:
        """One network."""


_SHORT = {"owner": "o", "rollout": "r", "action": "a", "reason": "w", "step": "s", "since": "t", "beat": "n"}


class _Description(msgspec.Struct, rename=_SHORT):
    """The description's JSON: short keys, because 255 characters are all there is."""

    owner: str
    rollout: str
    action: str
    step: str = ""
    since: int = 0
    ttl: float = 60
    beat: int = 0
    reason: str = ""


def mac_for(protected: str) -> str:
    """The lock's address: a locally administered prefix and 40 bits of the protected object's id."""
    bits = hashlib.sha256(protected.encode()).digest()[:5]
    return ":".join(f"{byte:02x}" for byte in (0x02, *bits))


def describe(holder: LeaseHolder) -> str:
    """The description of the port: the reason is cut until it fits."""
    told = _Description(
        owner=holder.owner[:OWNER_LIMIT],
        rollout=holder.rollout,
        action=holder.action[:_ACTION_LIMIT],
        step=holder.step,
        since=round(holder.since),
        ttl=holder.ttl,
        beat=holder.beat,
        reason=holder.reason,
    )
    while len(text := msgspec.json.encode(told).decode()) > DESCRIPTION_LIMIT and told.reason:
        over = len(text) - DESCRIPTION_LIMIT
        told.reason = told.reason[: len(told.reason) - max(1, over // 2)]
    return text


def holder_of(port: dict[str, Any]) -> LeaseHolder:
    """Who holds the lease that this port is. A port that is no lease of ours says so in `foreign`."""
    renewed = _unix(port.get("updated_at"))
    blank = LeaseHolder(
        lease_id=str(port.get("id", "")),
        owner="",
        rollout="",
        action="",
        reason="",
        step="",
        since=_unix(port.get("created_at")),
        renewed_at=renewed,
        ttl=60.0,
        # not revision_number: a tag of somebody else's raises that as well, and is no sign of life
        revision=str(port.get("description") or ""),
        tags=tuple(map(str, port.get("tags") or ())),
    )
    name = str(port.get("name") or "")
    try:
        told = msgspec.json.decode(str(port.get("description") or ""), type=_Description)
    except msgspec.MsgspecError:
        told = None
    if told is None or not name.startswith(NAME_PREFIX):
        where = f"port {blank.lease_id} ({name or 'without a name'})"
        return replace(blank, foreign=f"{where} has the MAC of the lease and is no lease: something else has taken it")
    return replace(
        blank,
        owner=told.owner,
        rollout=told.rollout,
        action=told.action,
        reason=told.reason,
        step=told.step,
        since=told.since or blank.since,
        ttl=told.ttl,
        beat=told.beat,
    )


def holder(reader: PortReader, network: str, protected: str) -> LeaseHolder | None:
    """Who holds the lease on this object, None if nobody does. `network` is a name or an id. Raises CloudError."""
    found = reader.ports(network_id=str(reader.network(network)["id"]), mac_address=mac_for(protected))
    return holder_of(found[0]) if found else None


def ports_of(reader: PortReader, network: str, rollout: str) -> list[str]:
    """The ids of the ports that are leases of this rollout; it has one for each object that it protects."""
    found = reader.ports(network_id=str(reader.network(network)["id"]))
    leases = ((holder_of(port), str(port["id"])) for port in found)
    return [ident for holder, ident in leases if not holder.foreign and holder.rollout == rollout]


def _unix(text: object) -> float:
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError:
        return 0.0
