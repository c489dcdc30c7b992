"""What an instance runs: the sources of the config in order, the first that answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from console.model.instance import Version
from console.model.server import Server

METADATA, IMAGE, HTTP = "metadata.", "image.", "http."

_LONGEST = 256  # a version is a word, not a page


def version_of(
    sources: Sequence[str],
    server: Server | None,
    image: Mapping[str, str] | None = None,
    told: Mapping[str, str] | None = None,
) -> Version | None:
    """The version from the first source that answers. `told` holds what the instance said, by source."""
    for source in sources:
        if source.startswith(METADATA):
            found = server.metadata.get(source.removeprefix(METADATA)) if server is not None else None
        elif source.startswith(IMAGE):
            found = (image or {}).get(source.removeprefix(IMAGE))
        else:
            found = (told or {}).get(source)
        if found:
            return Version(found, source)
    return None


def wanted(
    sources: Sequence[str], kind: str, server: Server | None, image: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """The sources of this kind that would be used: none when one before them answers already."""
    first = next((at for at, source in enumerate(sources) if source.startswith(kind)), None)
    if first is None or version_of(sources[:first], server, image) is not None:
        return ()
    return tuple(source for source in sources if source.startswith(kind))


def http_path(source: str) -> str:
    """`http./version#git_commit` -> `/version`."""
    path = source.removeprefix(HTTP).partition("#")[0]
    return path if path.startswith("/") else f"/{path}"


def http_key(source: str) -> str:
    """`http./version#git_commit` -> `git_commit`."""
    return source.partition("#")[2]


def value_in(body: Any, key: str) -> str | None:
    """The string or number under `key` of a JSON object; `build.commit` looks one level down. None for all else."""
    found = body.get(key) if isinstance(body, dict) else None
    if found is None and isinstance(body, dict) and "." in key:
        outer, _, inner = key.partition(".")
        return value_in(body.get(outer), inner)
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return None
    return str(found)[:_LONGEST] or None
