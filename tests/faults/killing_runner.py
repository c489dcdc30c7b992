"""The runner, killed with SIGKILL right after its N-th row of the journal: `killing_runner.py N ID ...`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from console.rollout.journal import Journal
from console.rollout.runner.process import main

left = int(sys.argv.pop(1))


def counted(method: Callable[..., Any]) -> Callable[..., Any]:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        global left  # noqa: PLW0603 one process, one countdown
        result = method(*args, **kwargs)
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return wrapper


for name in ("claim", "append", "end"):
    setattr(Journal, name, counted(getattr(Journal, name)))

sys.exit(main(sys.argv[1:]))
