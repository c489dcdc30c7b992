"""A process that is stopped while the timer runs dies on waking; one that is quick does not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

PROGRAM = """
import os, signal, sys, time
from console.rollout.runner.kill_timer import KillTimer
timer = KillTimer({seconds})
with timer.armed():
    {inside}
    print("wrote", flush=True)
time.sleep({after})
print("alive", flush=True)
"""


def run(seconds: float, inside: str, after: float = 0.0) -> subprocess.Popen[str]:
    program = PROGRAM.format(seconds=seconds, inside=inside, after=after)
    return subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)


def test_a_stopped_process_dies_on_waking_instead_of_writing() -> None:
    with run(0.5, "os.kill(os.getpid(), signal.SIGSTOP)") as process:
        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
        time.sleep(0.8)
        process.send_signal(signal.SIGCONT)
        output, _ = process.communicate(timeout=10)
    assert process.returncode == -signal.SIGALRM
    assert output == ""


def test_a_process_that_oversleeps_is_killed() -> None:
    with run(0.2, "time.sleep(5)") as process:
        assert process.wait(timeout=4) == -signal.SIGALRM


def test_a_disarmed_timer_does_nothing() -> None:
    with run(0.3, "pass", after=0.6) as process:
        output, _ = process.communicate(timeout=10)
    assert output.split() == ["wrote", "alive"]
    assert process.returncode == 0
