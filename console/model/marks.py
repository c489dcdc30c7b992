"""What servers themselves say of the release that they run: it was proven, or taken back (DESIGN §6, rule 6).

It is metadata that rollouts leave on them, so that a host which does not have the journal knows it as well.
"""

from __future__ import annotations

from enum import StrEnum

from console.model.instance import Instance
from console.model.record import Record
from console.model.service import ColourSet

KEY = "bluegreen:release"
NO_VERSION = ("", "unknown", "mixed")
_LONGEST = 255  # characters of a value of metadata (Nova API)


class Mark(StrEnum):
    """What became of a release. The values are what stands on the servers, after the version."""

    PROVEN = "proven"
    TAKEN_BACK = "taken back"


def text(version: str, mark: Mark) -> str:
    """The value of the metadata; empty for what is no version, or too long a one."""
    value = f"{version} {mark}"
    return "" if version in NO_VERSION or len(value) > _LONGEST else value


def mark_of(instance: Instance, version: str) -> Mark | None:
    """What this server says of this version; None: nothing, or of another one."""
    said = instance.server.metadata.get(KEY) if instance.server is not None else None
    return next((mark for mark in Mark if said and said == text(version, mark)), None)


def said_of(side: ColourSet) -> Mark | None:
    """What the servers of a colour say of its version. One that was taken back anywhere is not proven."""
    found = {mark_of(one, side.version) for one in side.instances}
    return next((mark for mark in (Mark.TAKEN_BACK, Mark.PROVEN) if mark in found), None)


def is_proven(record: Record, side: ColourSet) -> bool:
    """Whether the release of a colour is known to work, by the journal or by its servers; a no of either outweighs."""
    said = said_of(side)
    if said is Mark.TAKEN_BACK or record.bar_on(side.version) is not None:
        return False
    return said is Mark.PROVEN or record.proof_of(side.version) is not None
