"""Where a way back is recorded when the journal does not take records any more: a journal in memory, and syslog.

A forward write is never made without its record; a way back may be, with its record here (DESIGN §6, rule 9). A rollout
is in one place at a time. What was recorded here moves into the journal as soon as that can be written again.
"""

from __future__ import annotations

import hashlib
import os
import stat
import syslog
from contextlib import suppress
from pathlib import Path

from console.errors import JournalError
from console.plan.plan import Plan
from console.rollout.journal import Copy, Journal
from console.rollout.records import Rollout
from console.rollout.who import Who

_MEMORY = Path("/dev/shm")  # noqa: S108 the folder in it is ours alone, or it is not used


def folder(journal_url: str) -> Path:
    """The folder of one journal, in shared memory: no disk that can be full, no session that ends at a logout."""
    return _MEMORY / f"bluegreen-{os.getuid()}-{hashlib.sha256(journal_url.encode()).hexdigest()[:12]}"


def url(journal_url: str) -> str:
    """The journal in it, for SQLAlchemy."""
    return f"sqlite:///{folder(journal_url)}/journal.db"


def open_second(journal_url: str) -> Journal:
    """Open it, made if it is not there. Raises JournalError where the folder is not ours alone."""
    place = folder(journal_url)
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        found = place.lstat()
    except OSError as error:
        raise JournalError(f"there is no second place for the record either: {error}", "make room first") from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise JournalError(f"the second place {place} is open to others", "remove it")
    return Journal.open(url(journal_url))


def url_of(rollout_id: str, journal_url: str) -> str:
    """Where this rollout (its id, or the beginning of it) is: the second place's URL, or the journal's."""
    here = any(one.id.startswith(rollout_id) for one in rollouts(journal_url))
    return url(journal_url) if here else journal_url


def rollouts(journal_url: str) -> list[Rollout]:
    """The rollouts that are here, newest first; none where there is no second place."""
    if not (folder(journal_url) / "journal.db").exists():
        return []
    with suppress(JournalError), open_second(journal_url) as journal:
        return journal.rollouts()
    return []


def create(journal_url: str, plan: Plan, who: Who, reason: str, take_over: str, *, override: str = "") -> str:
    """Record a confirmed way back here; returns the rollout's id. Raises JournalError."""
    with open_second(journal_url) as journal:
        return journal.create(plan, who, reason, take_over, override=override)


def move(journal: Journal, rollout_id: str, known: Copy | None = None) -> Journal:
    """Go on recording a rollout here: its row, decisions and events are copied. Raises JournalError.

    `known` is a copy from before, for a journal that cannot even be read any more.
    """
    second = open_second(journal.url)
    try:
        found = journal.copy(rollout_id)
    except JournalError:
        if known is None:
            second.close()
            raise
        found = known
    second.adopt(found)
    return second


def bring_home(journal: Journal) -> None:
    """Move what was recorded here into the journal, which can be written again; what cannot be moved stays."""
    if not rollouts(journal.url):
        return
    with suppress(JournalError), open_second(journal.url) as second:
        for rollout in second.rollouts(limit=1000):
            if rollout.state.ended:
                journal.adopt(second.copy(rollout.id))
                second.forget(rollout.id)


def shout(rollout_id: str, text: str) -> None:
    """The same record to syslog, where somebody else may read it."""
    syslog.openlog("bluegreen", syslog.LOG_PID, syslog.LOG_USER)
    syslog.syslog(syslog.LOG_WARNING, f"rollout {rollout_id}: {text}")
