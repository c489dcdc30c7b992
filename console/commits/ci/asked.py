"""What all that tell of tests have: a server, its pages, and the project that is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from console.commits.source import Told
from console.commits.web.client import HOUR, Client
from console.model.commit import Commit

_OLD = 86_400.0  # seconds after which nobody begins further tests of a commit


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

    def settled(self, commit: Commit, *, over: bool) -> float:
        """Seconds that an answer about its tests need not be asked for again: all are over, and no more are likely.

        What a server began a moment after the first tests had passed must not be missed for an hour.
        """
        return HOUR if over and commit.at and self.client.clock() - commit.at > _OLD else 0.0

    def close(self) -> None:
        """Close connections."""
        self.client.close()
