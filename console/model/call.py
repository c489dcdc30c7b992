"""One API call, as data: what a plan shows, a journal records and the writer sends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """One API call, exactly as it will be sent, and the same with the `openstack` client.

    `body` None: it is sent without one. `size` says how many objects are in it, where that is not plain: `6 members`.
    """

    service: str
    method: str
    path: str
    body: dict[str, Any] | None
    commands: tuple[str, ...] = ()
    size: str = ""

    @property
    def line(self) -> str:
        """`PUT /v2/lbaas/pools/ID/members?additive_only=true`."""
        return f"{self.method} {self.path}"
