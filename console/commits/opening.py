"""The sources that a config names: whatever tells ranges, and whatever tells of tests."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from console.commits.source import History, SourceFailed, Tests
from console.config.model import CommitSource


@dataclass(frozen=True, slots=True)
class Opened:
    """`tests` are asked one after the other, each about what the one before said. `problem`: in a sentence."""

    history: History
    tests: tuple[Tests, ...] = ()
    problem: str = ""

    def close(self) -> None:
        """Close all connections."""
        self.history.close()
        for one in self.tests:
            one.close()


def opened(source: CommitSource, environ: Mapping[str, str] | None = None) -> Opened:
    """Ready to be asked; nothing was yet, but git. Raises SourceFailed, OSError."""
    told = os.environ if environ is None else environ
    if not source.server and not source.ci.zuul:
        return Opened(_repository(source))
    # httpx and the shapes of the APIs are imported when a server is asked, not when a console starts
    from console.commits.web.servers import servers  # noqa: PLC0415

    made = servers(source, told)
    history = _repository(source) if source.git is not None else made.history
    if history is None:
        raise SourceFailed("the config names no source of commits")
    return Opened(history, made.tests, made.problem)


def _repository(source: CommitSource) -> History:
    from console.commits.git import Repository  # noqa: PLC0415

    assert source.git is not None
    return Repository.open(source.git, source.branch, fetched=source.fetch)
