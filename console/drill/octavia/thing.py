"""What all objects of Octavia have."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

JSON = dict[str, Any]


def stamp(at: float | None = None) -> str:
    """A time in Unix seconds (now, if left out), as Octavia writes it: without a zone."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() if at is None else at))


def new_id() -> str:
    """An id."""
    return str(uuid4())


@dataclass(eq=False)
class Thing:
    """What all objects have. Provisioning status: what the API is doing; operating status: what was observed.

    They point at each other, so two are the same only when they are one.
    """

    name: str
    project_id: str
    id: str = field(default_factory=new_id)
    description: str = ""
    provisioning_status: str = "ACTIVE"
    operating_status: str = "OFFLINE"
    admin_state_up: bool = True
    tags: list[str] = field(default_factory=list)
    created_at: str = field(default_factory=stamp)
    updated_at: str | None = None
