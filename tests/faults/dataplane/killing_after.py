"""The runner, killed with SIGKILL right after its first row of one kind: `killing_after.py KIND ID ...`."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from console.rollout.journal import Journal
from console.rollout.records import EventKind
from console.rollout.runner.process import main

wanted = EventKind(sys.argv.pop(1))
append = Journal.append


def deadly(self: Journal, rollout_id: str, kind: EventKind, *more: Any, **data: Any) -> None:
    append(self, rollout_id, kind, *more, **data)
    if kind is wanted:
        os.kill(os.getpid(), signal.SIGKILL)


journal: Any = Journal
journal.append = deadly

sys.exit(main(sys.argv[1:]))
