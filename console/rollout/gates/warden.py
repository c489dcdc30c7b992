"""Runs one command and outlives nobody: when its standard input closes, the command and its whole group are killed.

A program of its own, started by file name with `python -I`: the runner may be killed at any instant, and the tests of a
rollout that nobody walks must not go on. It imports the standard library alone. Exit codes: the command's; 127 where it
could not be started; 128 and the signal's number where one ended it.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys

_GRACE = 3.0  # seconds between asking the group to end and killing it


def main(argv: list[str]) -> int:
    """Run the command; returns the exit code."""
    try:
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603 what it is for
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{argv[0]}: {getattr(error, 'strerror', None) or error}\n")
        return 127
    ended = os.pidfd_open(child.pid)
    try:
        ready, _, _ = select.select([ended, 0], [], [])
        if ended not in ready:
            _signal(child, signal.SIGTERM)
            select.select([ended], [], [], _GRACE)
    finally:
        _signal(child, signal.SIGKILL)
    code = child.wait()
    return code if code >= 0 else 128 - code


def _signal(child: subprocess.Popen[bytes], which: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, which)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
