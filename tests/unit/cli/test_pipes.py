"""A reader that leaves does not change what a verb answers."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from console.cli.looking import say
for number in range(20_000):
    say(f"line {number}")
sys.exit(7)
"""


def test_a_closed_pipe_keeps_the_exit_code() -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(timeout=20) == 7
        assert process.stderr.read() == b""
