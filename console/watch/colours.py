"""What tells the colour of an instance: metadata, tags, names, the pool it is in."""

from __future__ import annotations

import re
from collections.abc import Iterable

from console.model.balancer import Member
from console.model.colour import Colour
from console.model.server import Server

_COLOURS = {colour.value: colour for colour in Colour}
_LONGEST_NAME = 255  # a pattern is not let loose on more


def colour_of(how: str, server: Server | None, member: Member | None, pool: Colour | None = None) -> Colour | None:
    """The colour by the config's rule; `pool` is whose pool the member is in.

    Without a server its member's tags must tell (`color=blue`).
    """
    kind, _, rest = how.partition(".")
    if how == "pool":
        return pool
    tags = member.tags if member is not None else ()
    if how.startswith("member.tag."):
        return _tagged(how.removeprefix("member.tag."), tags)
    if kind == "name":
        named = (one.name for one in (server, member) if one is not None and one.name)
        return next((found for name in named if (found := _in_name(rest, name))), None)
    prefix = f"{rest}=" if kind == "metadata" else rest
    if server is None:
        return _tagged(prefix, tags)
    return colour_word(server.metadata.get(rest, "")) if kind == "metadata" else _tagged(rest, server.tags)


def colour_word(word: str) -> Colour | None:
    """The colour that a word names, however it is spelled."""
    return _COLOURS.get(word.strip().lower())


def _in_name(pattern: str, name: str) -> Colour | None:
    found = re.search(pattern, name[:_LONGEST_NAME])
    if found is None:
        return None
    return colour_word((found.group(1) if found.re.groups else found.group()) or "")


def _tagged(prefix: str, tags: Iterable[str]) -> Colour | None:
    found = {colour for tag in tags if tag.startswith(prefix) and (colour := colour_word(tag.removeprefix(prefix)))}
    return found.pop() if len(found) == 1 else None
