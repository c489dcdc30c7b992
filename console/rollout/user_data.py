"""User data: a file in which `{{words}}` are filled in. It may hold secrets: no plan and no journal has it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from console.config.model import ServiceConfig
from console.errors import ConfigError
from console.plan.desired import ServerMade

_WORD = re.compile(r"\{\{\s*([A-Za-z_]+)\s*\}\}")
WORDS = ("service", "colour", "name", "version", "commit", "release", "image")


def checked(path: Path | None) -> str:
    """The SHA-256 of the file, whose words are known ones; empty for none. Raises ConfigError."""
    if path is None:
        return ""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"launch.user_data: {path} cannot be read: {error.strerror}", "look at its path and mode"
        ) from None
    text = content.decode("utf-8", "surrogateescape")
    for number, line in enumerate(text.splitlines(), start=1):
        for word in _WORD.findall(line):
            if word not in WORDS:
                raise ConfigError(f"{path}:{number}: nobody knows {{{{{word}}}}}", f"one of {', '.join(WORDS)}")
    return hashlib.sha256(content).hexdigest()


def filled(text: str, service: ServiceConfig, desired: ServerMade) -> str:
    """The text with the words of one server."""
    metadata = desired.body.get("metadata", {})
    version = next((metadata[key] for key in ("git_commit", "version") if key in metadata), "")
    words = {
        "service": service.name,
        "colour": str(desired.colour),
        "name": desired.name,
        "version": metadata.get("version", version),
        "commit": metadata.get("git_commit", version),
        "release": metadata.get("release", ""),
        "image": str(desired.body.get("imageRef", "")),
    }
    return _WORD.sub(lambda found: words.get(found[1], found[0]), text)
