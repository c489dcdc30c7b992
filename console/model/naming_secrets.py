"""Keys that name a secret (`admin_password`): anybody may have put one where no secret should be."""

from __future__ import annotations

import re

HIDDEN = "(hidden)"

_SECRET = re.compile(r"passw(or)?d|passphrase|secret|token|credential|(api|access|private)[^a-z0-9]*key", re.IGNORECASE)


def shown(key: str, value: str) -> str:
    """The value, but of a key that names a secret only that there is one."""
    return HIDDEN if value and _SECRET.search(key) else value
