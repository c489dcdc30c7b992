"""The exception tree. Every message says what happened, to which object, and what to do next.

    BluegreenError             1   something failed
    ├── UsageError             2   the command line asks for something impossible
    ├── ConfigError            2   the config file, with file:line
    ├── Refused                3   a safety rule says no
    │   └── Drift              3   the world is not the one the plan was made for
    ├── CloudError             4   the cloud did not answer, or not usefully
    │   ├── Unreachable        4   no connection, no name, no answer in time
    │   ├── AuthError          4   credentials refused, or missing
    │   ├── NotInCatalog       4   the cloud has no such service
    │   └── ApiError           4   an answer with an error status; `status` holds it
    │       ├── Forbidden      4   403: role or quota
    │       ├── NotFound       4   404
    │       └── Conflict       4   409: busy, in ERROR, or a duplicate
    ├── LeaseHeld              5   someone else is changing this service
    │   └── LeaseLost          5   the lease was ours and is not any more
    ├── NeedsHuman             7   stopped in a state that only a person may judge
    ├── GateFailed             1   a test of the release did not pass, or could not be judged
    └── JournalError           1   the record of rollouts cannot be read or written
        └── NoSuchRollout      2   it has none of this id, or several

The number is the exit code of a command that ends with the error (DESIGN §8).
"""

from __future__ import annotations

from typing import ClassVar


class BluegreenError(Exception):
    """Root of all errors shown to the user.

    `hint` says what to do next; it is kept apart from the message so that a screen can show it on its own line.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  {self.hint}" if self.hint else self.message


class UsageError(BluegreenError):
    """The command line asks for something impossible."""

    exit_code = 2


class ConfigError(BluegreenError):
    """The config file is missing, unreadable or wrong; the message begins with file:line where there is one."""

    exit_code = 2


class Refused(BluegreenError):
    """A safety rule says no. `rule` is the number in DESIGN §6, 0 where none applies."""

    exit_code = 3

    def __init__(self, message: str, hint: str = "", rule: int = 0) -> None:
        super().__init__(message, hint)
        self.rule = rule


class Drift(Refused):
    """The world is not the one the plan was made for; the message names each change."""

    def __init__(self, changes: tuple[str, ...]) -> None:
        super().__init__(
            "the cloud has changed since the plan was made: " + "; ".join(changes),
            "nothing was written; plan again and look at the new plan",
            rule=4,
        )
        self.changes = changes


class CloudError(BluegreenError):
    """The cloud did not answer, or not usefully.

    `cause`: what other failures of the same cloud have in common with this one, in a sentence; empty: nothing.
    """

    exit_code = 4

    def __init__(self, message: str, hint: str = "", *, cause: str = "") -> None:
        super().__init__(message, hint)
        self.cause = cause


class Unreachable(CloudError):
    """No connection, no name, or no answer within the time allowed. A write may or may not have been applied."""


class AuthError(CloudError):
    """Credentials were refused, are missing, or name no cloud."""


class NotInCatalog(CloudError):
    """The cloud's catalog has no such service in this region."""


class ApiError(CloudError):
    """An answer with an error status. `retry_after`: seconds the cloud asked to be left alone for, 0 if it did not."""

    def __init__(self, message: str, hint: str = "", status: int = 0, retry_after: float = 0.0) -> None:
        super().__init__(message, hint)
        self.status = status
        self.retry_after = retry_after


class Forbidden(ApiError):
    """403: the user's role, or a quota."""


class NotFound(ApiError):
    """404."""


class Conflict(ApiError):
    """409: the object is busy or in ERROR, or there is one already."""


class LeaseHeld(BluegreenError):
    """Someone else holds the lease on what is to be changed; the message says who, where, why, since when."""

    exit_code = 5


class LeaseLost(LeaseHeld):
    """The lease was ours and is not any more: nothing may be written."""


class NeedsHuman(BluegreenError):
    """Stopped in a state that only a person may judge."""

    exit_code = 7


class GateFailed(BluegreenError):
    """A test that the release must pass did not, or could not be judged; or nobody signed in time.

    `evidence`: it says that the new colour is bad, not only that nobody knows.
    """

    def __init__(self, message: str, hint: str = "", *, evidence: bool = False) -> None:
        super().__init__(message, hint)
        self.evidence = evidence


class JournalError(BluegreenError):
    """The record of rollouts cannot be read or written."""


class NoSuchRollout(JournalError):
    """It can be read, and has no rollout of this id; or several whose ids begin so."""

    exit_code = 2


class JournalUnwritable(JournalError):
    """It takes no records now: its disk is full, its server gone. A way back may be recorded elsewhere."""
