"""What doctor finds: ok, a warning or a problem, in a sentence; what that means, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum


class Level(StrEnum):
    """How bad it is. A problem stops something from working."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked.

    `check` names it for programs and does not change: `AREA.WHAT`, the same whatever the level is. `means` is what
    follows from it, `mend` what to do; both are empty where all is well.
    """

    check: str
    level: Level
    text: str
    means: str = ""
    mend: str = ""
    exit_code: int = 1  # of the command, if this is the first problem
    subject: str = ""  # the cloud and region, the service or the file that it is about

    @property
    def area(self) -> str:
        """`terminal`, `runner`, `state`, `config`, `journal`, `cloud`, `api`, `service` or `lease`."""
        return self.check.partition(".")[0]


def ok(check: str, text: str) -> Finding:
    """All is well."""
    return Finding(check, Level.OK, text)


def warning(check: str, text: str, means: str, mend: str) -> Finding:
    """It works, and something about it should be known."""
    return Finding(check, Level.WARNING, text, means, mend)


def problem(check: str, text: str, means: str, mend: str, exit_code: int = 1) -> Finding:
    """It does not work."""
    return Finding(check, Level.PROBLEM, text, means, mend, exit_code)


def about(subject: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, with what they are about where they do not say it themselves."""
    return (one if one.subject else replace(one, subject=subject) for one in findings)
