"""What doctor finds: ok, a warning or a problem, in a sentence, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is. A problem stops something from working."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked. `area`: config, cloud, service, lease, journal, runner, terminal."""

    area: str
    level: Level
    text: str
    mend: str = ""
    exit_code: int = 1  # of the command, if this is the worst problem


def ok(area: str, text: str) -> Finding:
    """All is well."""
    return Finding(area, Level.OK, text)


def warning(area: str, text: str, mend: str = "") -> Finding:
    """It works, and something about it should be known."""
    return Finding(area, Level.WARNING, text, mend)


def problem(area: str, text: str, mend: str = "", exit_code: int = 1) -> Finding:
    """It does not work."""
    return Finding(area, Level.PROBLEM, text, mend, exit_code)
