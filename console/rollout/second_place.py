"""Where a runner records what the journal does not take any more: syslog, and a file on another disk.

Only a way back may go on like that (DESIGN §6, rule 9). Whoever reads the rollout reads this as well.
"""

from __future__ import annotations

import json
import os
import syslog
import time
from pathlib import Path
from typing import Any

from console.rollout.records import Event, EventKind

_LOCAL = 1_000_000_000  # sequence numbers from here on are not the journal's


def path_of(rollout_id: str) -> Path:
    """The file of a rollout: in memory, where the user has such a folder, so that no full disk reaches it."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    place = Path(runtime) if runtime else Path("/dev/shm")  # noqa: S108 0600, made exclusively, never followed
    return place / f"bluegreen-{os.getuid()}-{rollout_id}.jsonl"


class SecondPlace:
    """The record of one rollout in the second place."""

    def __init__(self, rollout_id: str) -> None:
        self._rollout_id = rollout_id
        self._seq = _LOCAL

    def append(self, kind: EventKind, step: str, text: str, data: dict[str, Any]) -> bool:
        """Record an event in both; False when neither the file nor syslog could be had."""
        self._seq += 1
        row = {"seq": self._seq, "at": time.time(), "kind": kind, "step": step, "text": text}
        syslog.openlog("bluegreen", syslog.LOG_PID, syslog.LOG_USER)
        syslog.syslog(syslog.LOG_WARNING, f"rollout {self._rollout_id} {step or '-'} {kind}: {text}")
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
            descriptor = os.open(path_of(self._rollout_id), flags, 0o600)
            try:
                os.write(descriptor, json.dumps({**row, "data": data}, default=str).encode() + b"\n")
            finally:
                os.close(descriptor)
        except OSError:
            return False
        return True


def events_of(rollout_id: str) -> list[Event]:
    """What the second place has of a rollout, in order; empty where it has nothing. A torn last line is left out."""
    try:
        lines = path_of(rollout_id).read_text().splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        try:
            row = json.loads(line)
            found.append(Event(row["seq"], row["at"], EventKind(row["kind"]), row["step"], row["text"], row["data"]))
        except (ValueError, KeyError, TypeError):
            continue
    return found
