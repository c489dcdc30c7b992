"""Who is called gone: never a runner whose process is only slow to make its claim."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from console.rollout.liveness import STARTING, being_started, runner_id, unfinished
from console.rollout.records import RolloutState

ID = "f00d42"


@dataclass(frozen=True)
class Asked:
    """What is known of a rollout that a runner was asked for."""

    id: str = ID
    runner: str = ""
    state: RolloutState = RolloutState.WAITING
    waiting_since: float = 0.0


@contextmanager
def process(*words: str) -> Iterator[None]:
    """A process with these words on its command line, as soon as the system shows them."""
    argv = [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()", *words]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as found:
        assert found.stdout is not None
        found.stdout.readline()
        yield
        found.communicate()


def test_a_runner_gets_some_seconds_to_appear() -> None:
    assert not unfinished(Asked(waiting_since=time.time()))
    assert unfinished(Asked(waiting_since=time.time() - STARTING - 1))


def test_a_slow_start_is_no_death_while_its_process_lives() -> None:
    with process("console.rollout.runner", ID):
        assert not unfinished(Asked())
    assert unfinished(Asked())


@pytest.mark.parametrize(
    "words", [("console.rollout.runner", "0ther1"), ("less", ID), (f"console.rollout.runner {ID}",)]
)
def test_other_processes_are_no_evidence(words: tuple[str, ...]) -> None:
    with process(*words):
        assert not being_started(ID)


def test_a_claim_counts_more_than_a_process() -> None:
    assert not unfinished(Asked(runner=runner_id(), state=RolloutState.RUNNING))
    dead = "/".join([*runner_id().split("/")[:3], "0"])
    with process("console.rollout.runner", ID):
        assert unfinished(Asked(runner=dead, state=RolloutState.RUNNING))
