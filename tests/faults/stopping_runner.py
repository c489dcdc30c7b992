"""The runner, stopped with SIGSTOP at the N-th instruction around its write: `stopping_runner.py N ID ...`.

Instructions are those of our own code between the entry into `send_guarded` and its return. When there are fewer than
N, the file `.lines` beside the config says how many there were.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from console.rollout.runner import walk
from console.rollout.runner.process import main
from console.rollout.runner.send import send_guarded

stop_at = int(sys.argv.pop(1))
OURS = f"{os.sep}console{os.sep}"
seen = 0


def trace(frame: FrameType, event: str, _argument: Any) -> Any:
    global seen  # noqa: PLW0603 one process, one count
    if OURS not in frame.f_code.co_filename:
        return None
    frame.f_trace_opcodes = True
    if event == "opcode":
        seen += 1
        if seen == stop_at:
            os.kill(os.getpid(), signal.SIGSTOP)
    return trace


def traced(*args: Any) -> str:
    sys.settrace(trace)
    try:
        return send_guarded(*args)
    finally:
        sys.settrace(None)
        config = Path(sys.argv[sys.argv.index("--config") + 1])
        config.with_suffix(".instructions").write_text(str(seen))


vars(walk)["send_guarded"] = traced  # the name under which the walk knows it

sys.exit(main(sys.argv[1:]))
