"""A project on a server of commits: what is the same whoever made the server."""

from __future__ import annotations

from dataclasses import dataclass

from console.commits.source import Told
from console.commits.web.client import Client
from console.model.text import visible


@dataclass(frozen=True, slots=True)
class Hosted:
    """One project; `client` asks the server. `branch`: the one that is released; empty: the project's own."""

    client: Client
    project: str
    branch: str = ""
    caveat: str = ""
    remedy: str = "look at `project:` and `version:` in the config"

    @property
    def where(self) -> str:
        """Host and project."""
        return visible(f"{self.client.host} {self.project}")

    @property
    def told(self) -> Told:
        """What is to be said of its answers."""
        return self.client.told

    def close(self) -> None:
        """Close connections."""
        self.client.close()
