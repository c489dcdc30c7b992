"""One API call, as data: what a plan shows, a journal records and the writer sends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# What is asked of Nova: tags of a server when it is made (2.52), policies of groups in one word (2.64), reasons of
# locks (2.73).
COMPUTE_LEVEL = "2.73"


@dataclass(frozen=True, slots=True)
class Call:
    """One API call, exactly as it will be sent, and the same with the `openstack` client.

    `body` None: it is sent without one. `size` says how many objects are in it, where that is not plain: `6 members`.
    `named`: it names objects whose ids are not known yet, which the client looks up: only the commands can be typed.
    `notes`: what whoever types them must do, or look up, before.
    """

    service: str
    method: str
    path: str
    body: dict[str, Any] | None
    commands: tuple[str, ...] = ()
    size: str = ""
    named: bool = False
    notes: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """`PUT /v2/lbaas/pools/ID/members?additive_only=true`."""
        return f"{self.method} {self.path}"
