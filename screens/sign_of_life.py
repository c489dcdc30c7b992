"""Whether the runner of another host still renews its lease: looked at in a thread of its own, for some heartbeats."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.message import Message

from console.errors import BluegreenError
from screens.messages import Decided, NoSignOfLife

if TYPE_CHECKING:
    from console.config.model import Config


def watch_for_life(config: Config, rollout_id: str, owner: str, post: Callable[[Message], object]) -> None:
    """Answers NoSignOfLife, or why it is not taken over; returns at once. The journal's own thread goes on meanwhile.

    `owner`: whose lease it is, as typed.
    """
    threading.Thread(target=_watch, args=(config, rollout_id, owner, post), name="sign-of-life", daemon=True).start()


def _watch(config: Config, rollout_id: str, owner: str, post: Callable[[Message], object]) -> None:
    from console.rollout.journal import Journal  # noqa: PLC0415 imports the database layer
    from console.rollout.takeover import refuse_living  # noqa: PLC0415

    try:
        with Journal.open(config.journal, read_only=True) as journal:
            refuse_living(config, journal, journal.rollout(rollout_id))
    except BluegreenError as error:
        why = f"{error.message}; {error.hint}" if error.hint else error.message
        post(Decided(f"not taken over: {why}", failed=True))
    else:
        post(NoSignOfLife(rollout_id, owner))
