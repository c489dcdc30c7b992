"""What a version may name in a repository: a commit, a tag, or what `git describe` prints."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SHA = re.compile(r"[0-9a-fA-F]{7,64}")
_FULL = re.compile(r"[0-9a-fA-F]{40}|[0-9a-fA-F]{64}")
_DESCRIBED = re.compile(r".+-[0-9]{1,9}-g([0-9a-f]{4,64})")
_TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+-]{0,199}")
_DIRTY = "-dirty"


@dataclass(frozen=True, slots=True)
class Name:
    """A version as git may know it: names to try in order, and whether it was built from changed files."""

    candidates: tuple[str, ...]
    dirty: bool = False


def of(version: str) -> Name:
    """The names that a version may have. None at all where it cannot be one: it never reaches git then.

    Branches are not tried: where they point in a clone says nothing about what an instance runs. A tag comes before
    a short SHA of the same letters (`20260101` is both), a full SHA before all.
    """
    text = version.strip()
    dirty = text.endswith(_DIRTY)
    text = text.removesuffix(_DIRTY)
    if _FULL.fullmatch(text):
        return Name((text.lower(),), dirty)
    found = []
    if _TAG.fullmatch(text) and not re.search(r"\.\.|//|/\.|\.lock(/|$)|[./]$", text):
        found.append(f"refs/tags/{text}")
        described = _DESCRIBED.fullmatch(text)
        if described:
            found.append(_by_sha(described[1]))
    if _SHA.fullmatch(text):
        found.append(_by_sha(text.lower()))
    return Name(tuple(found), dirty)


def _by_sha(sha: str) -> str:
    # git looks for refs of a short name before it looks for commits; in the form that `describe` prints it does not
    return f"commit-0-g{sha}" if len(sha) < 40 else sha
