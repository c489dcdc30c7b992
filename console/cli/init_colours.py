"""What could tell the colour of instances: metadata, tags, names, pools. The one that tells most of them is taken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from console.config.formats import COLOUR
from console.model.balancer import Member
from console.model.colour import Colour
from console.model.server import Server
from console.model.text import visible
from console.watch.colours import colour_of, colour_word

# the first is what one would write, the second finds the word wherever it stands by itself
_NAMES = ("name.-(blue|green)-", "name.(?i)(?<![a-z])(blue|green)(?![a-z])")
_WORD = re.compile(r"(?i)(?<![a-z])(blue|green)(?![a-z])")
_ENDING = re.compile(r"(?i)(.*[^a-z])(blue|green)")


@dataclass(frozen=True, slots=True)
class Thing:
    """What may be an instance: a server, its member, or both."""

    server: Server | None
    member: Member | None

    @property
    def id(self) -> str:
        """The server's id, else the member's address."""
        return self.server.id if self.server is not None else self.member.address if self.member is not None else ""

    @property
    def name(self) -> str:
        """The server's or the member's name."""
        return self.server.name if self.server is not None else self.member.name if self.member is not None else ""


@dataclass(frozen=True, slots=True)
class Told:
    """A colour selector of the config, and what it tells of each thing, in their order."""

    how: str
    colours: tuple[Colour | None, ...]

    @property
    def known(self) -> int:
        """How many it tells."""
        return sum(colour is not None for colour in self.colours)

    def count(self, colour: Colour) -> int:
        """How many are of the colour."""
        return self.colours.count(colour)


def told(things: Sequence[Thing]) -> Told | None:
    """The way that tells the colours of most of the things, of several the plainest; None where none tells half."""
    found = (Told(how, tuple(colour_of(how, one.server, one.member) for one in things)) for how in _ways(things))
    best = max(found, key=lambda each: (each.known, len(set(each.colours) - {None})), default=None)
    return best if best is not None and best.known * 2 > len(things) else None


def untold(things: Sequence[Thing]) -> bool:
    """Whether no label and no name says anything of a colour."""
    return not any(colour_of(how, one.server, one.member) for how in _ways(things) for one in things)


def in_name(name: str) -> tuple[Colour | None, str]:
    """The colour that a name names, and the name without it."""
    found = _WORD.search(name[:255])
    if found is None:
        return None, name
    rest = f"{name[: found.start()].rstrip('-_. ')}{name[found.end() :]}"
    return colour_word(found[1]), rest.strip("-_. ")


def _ways(things: Sequence[Thing]) -> Iterator[str]:
    """Selectors that the config takes and that could tell something here, the plainest first."""
    return (how for how in _thinkable(things) if visible(how) == how and COLOUR.fits(how))


def _thinkable(things: Sequence[Thing]) -> Iterator[str]:
    servers = [one.server for one in things if one.server is not None]
    keys = [key for one in servers for key, value in one.metadata.items() if colour_word(value)]
    yield from dict.fromkeys(f"metadata.{key}" for key in keys)
    yield from dict.fromkeys(f"tag.{prefix}" for one in servers for prefix in _prefixes(one.tags))
    members = [one.member for one in things if one.member is not None]
    yield from dict.fromkeys(f"member.tag.{prefix}" for one in members for prefix in _prefixes(one.tags))
    yield from _NAMES


def _prefixes(tags: Sequence[str]) -> Iterator[str]:
    for tag in tags:
        match = _ENDING.fullmatch(tag[:255])
        if match:
            yield match[1]
