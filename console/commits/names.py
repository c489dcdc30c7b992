"""What a version may name in a repository: a commit, a tag, or what `git describe` prints."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SHA = re.compile(r"[0-9a-fA-F]{7,64}")
_FULL = re.compile(r"[0-9a-fA-F]{40}|[0-9a-fA-F]{64}")
_DESCRIBED = re.compile(r".+-[0-9]{1,9}-g([0-9a-f]{4,64})")
_TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+-]{0,199}")
_NUMBER = re.compile(r"[0-9]+(\.[0-9A-Za-z]+)+([+-][0-9A-Za-z.+-]*)?")
_DIRTY = "-dirty"


@dataclass(frozen=True, slots=True)
class Sha:
    """A commit by the first characters of its SHA, four at least, in lower case."""

    text: str

    @property
    def is_full(self) -> bool:
        """Whether these are all characters."""
        return is_full(self.text)


@dataclass(frozen=True, slots=True)
class Tag:
    """A commit by a tag; the name is one that git allows."""

    name: str


@dataclass(frozen=True, slots=True)
class Name:
    """A version as git may know it: names to try in order, and whether it was built from changed files."""

    candidates: tuple[Tag | Sha, ...]
    dirty: bool = False

    def is_of(self, sha: str) -> bool:
        """Whether it is the SHA itself, perhaps shortened: then it names this commit for ever, as no tag does."""
        return any(isinstance(one, Sha) and sha.startswith(one.text) for one in self.candidates)


def of(version: str) -> Name:
    """The names that a version may have. None at all where it cannot be one: it never reaches git then.

    Branches are not tried: where they point in a clone says nothing about what an instance runs. A tag comes before
    a short SHA of the same letters (`20260101` is both), a full SHA before all. The version number `1.2.3` may be
    the tag `v1.2.3`.
    """
    text = version.strip()
    dirty = text.endswith(_DIRTY)
    text = text.removesuffix(_DIRTY)
    if is_full(text):
        return Name((Sha(text.lower()),), dirty)
    found: list[Tag | Sha] = []
    if _TAG.fullmatch(text) and not re.search(r"\.\.|//|/\.|\.lock(/|$)|[./]$", text):
        found.append(Tag(text))
        if _NUMBER.fullmatch(text):
            found.append(Tag(f"v{text}"))
        described = _DESCRIBED.fullmatch(text)
        if described:
            found.append(Sha(described[1]))
    if _SHA.fullmatch(text):
        found.append(Sha(text.lower()))
    return Name(tuple(found), dirty)


def is_full(text: str) -> bool:
    """Whether it is a whole SHA."""
    return _FULL.fullmatch(text) is not None
