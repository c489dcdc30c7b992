"""How fast a rollout's clock runs: as everybody's; on a cloud of this machine, to practise or to test, faster.

With BLUEGREEN_PRACTICE_SPEED=20 every wait, deadline and lifetime of a rollout takes a twentieth of its time. A rollout
on any other cloud is refused while it is set, and `doctor` and the journal say it.
"""

from __future__ import annotations

import ipaddress
import os
from urllib.parse import urlsplit

from console.errors import ConfigError, Refused

VARIABLE = "BLUEGREEN_PRACTICE_SPEED"
FASTEST = 100.0


def speed() -> float:
    """How many seconds of a rollout pass in one of ours. Raises ConfigError for what is no speed."""
    said = os.environ.get(VARIABLE, "")
    if not said:
        return 1.0
    try:
        found = float(said)
    except ValueError:
        found = 0.0
    if not 1.0 <= found <= FASTEST:
        raise ConfigError(f"{VARIABLE} is {said!r}", f"it is a number from 1 to {FASTEST:g}; unset it, if in doubt")
    return found


def real(seconds: float) -> float:
    """How long so many seconds of a rollout take."""
    return seconds / speed()


def refuse_elsewhere(auth_url: str) -> None:
    """Raise Refused where the clock is hurried and the cloud is not on this machine."""
    if speed() == 1.0 or _is_here(auth_url):
        return
    raise Refused(
        f"{VARIABLE} hurries every deadline, and the cloud at {urlsplit(auth_url).hostname} is not one to practise on",
        f"unset {VARIABLE}",
        rule=12,
    )


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
