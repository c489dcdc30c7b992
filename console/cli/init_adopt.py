"""Members that serve and that nobody has labelled: which labels they are to get, by `bluegreen adopt`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from console.cli.init_colours import Thing, Told, untold

_TAG_LENGTH = 60  # of a server's tag: Nova refuses a longer one
COLOUR = "metadata.color"  # what the labels of the facts and of the drill say; any other `metadata.K` would do


def adoptable(things: Sequence[Thing]) -> bool:
    """Whether each is a member with a server of its own, and nothing at all names a colour."""
    ids = {thing.server.id for thing in things if thing.server is not None}
    return len(ids) == len(things) > 0 and untold(things)


def labels_to_be(name: str, label: str, found: Mapping[str, Any]) -> Mapping[str, Any]:
    """The selection that adoption writes. `found`: what selects them already, where they say their service `label`."""
    return found if label and not found.get("members") else {"tags": [f"service={name}"[:_TAG_LENGTH]]}


def to_be_told(things: Sequence[Thing]) -> Told:
    """Their colours: none is told yet."""
    return Told(COLOUR, tuple(None for _ in things))
