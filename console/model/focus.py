"""What somebody looks at. A module of its own: the first picture needs it, and none of the facts."""

from __future__ import annotations

from typing import NamedTuple


class Focus(NamedTuple):
    """What a screen shows, so that the watch asks for its details. Nothing of it: the cycle alone.

    `instance` is an instance's key; `balancer` asks for the whole load balancer; `service` for its statistics.
    """

    service: str | None = None
    instance: str | None = None
    balancer: bool = False
