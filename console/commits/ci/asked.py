"""What all that tell of tests have: a server, its pages, and the project that is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from console.commits.source import Told
from console.commits.web.client import Client


@dataclass(frozen=True, slots=True)
class Asked:
    """One project on one server. `web`: the URL of its pages, for links."""

    client: Client
    web: str
    project: str

    @property
    def told(self) -> Told:
        """What is to be said of its answers."""
        return self.client.told

    def close(self) -> None:
        """Close connections."""
        self.client.close()
