"""The secret value of a service's preview header: made once, in the state folder, for its user alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from console.config.places import make_private, state_dir
from console.errors import JournalError


def place(service: str, colour: str) -> Path:
    """The file that holds it."""
    safe = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in service)
    return state_dir() / "preview" / f"{safe}-{colour}"


def secret(service: str, colour: str) -> str:
    """The value, made if there is none. Raises JournalError where it cannot be kept."""
    path = place(service, colour)
    try:
        make_private(path.parent)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(24) + "\n")
        return path.read_text().strip()
    except OSError as error:
        raise JournalError(f"the secret of the preview cannot be kept: {error}", f"check {path.parent}") from error
