"""SIGSTOP around the write, somebody else takes the lease over, SIGCONT: the one who slept never writes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time

import pytest
from stage import Stage

from console.model.lease import LeaseHolder

INSTRUCTIONS = 7_000  # a little fewer than there are
SAMPLE = sorted(random.Random(2013).sample(range(2, 6_500), 3))


def take_over(stage: Stage) -> LeaseHolder:
    """Another console waits until the lease is dead and takes it."""
    lease, wanted = stage.lease(stage.config.lease.ttl)
    found = lease.find()
    lease.acquire(wanted, take_over=found.owner if found is not None else "")
    assert lease.held is not None
    return lease.held


def stopped(child: subprocess.Popen[bytes]) -> bool:
    """Wait until it stops (True) or ends (False)."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if child.poll() is not None:
            return False
        with open(f"/proc/{child.pid}/stat") as stat:  # noqa: PTH123 a file of the kernel's
            if stat.read().rpartition(")")[2].split()[0] == "T":
                return True
        time.sleep(0.05)
    raise AssertionError("it neither stopped nor ended")


def never_writes_after_waking(stage: Stage, instruction: int) -> bool:
    """Returns whether there was such an instruction."""
    rollout_id = stage.record(stage.plan())
    child = stage.start("stopping_runner.py", str(instruction), rollout_id)
    if not stopped(child):
        return False
    mark = stage.mark()
    assert take_over(stage).owner == "bob@jump2"
    os.kill(child.pid, signal.SIGCONT)
    child.wait(timeout=60)
    assert stage.batches(since=mark) == 0, "a process wrote under somebody else's lease"
    found = stage.look().lease
    assert found is not None
    assert found.owner == "bob@jump2", "the lease of the one who took over is not touched"
    return True


@pytest.mark.parametrize("instruction", [1, *SAMPLE])
def test_stop_sample(either: Stage, instruction: int) -> None:
    assert never_writes_after_waking(either, instruction)


@pytest.mark.thorough
@pytest.mark.parametrize("instruction", range(2, INSTRUCTIONS, 240))
def test_stop_everywhere(stage: Stage, instruction: int) -> None:
    assert never_writes_after_waking(stage, instruction)
