"""Who is called gone: never a runner whose process is only slow to make its claim."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from console.rollout import liveness
from console.rollout.liveness import STARTING, alive, being_started, runner_id, unfinished
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


def test_who_is_numbered_elsewhere_or_hidden_is_not_called_dead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = runner_id()
    host, boot, pid, start = mine.split("/")
    known = Asked(runner=mine, state=RolloutState.RUNNING)
    assert alive(known) is True
    assert alive(replace(known, runner=f"{host}/{boot}/{pid}/1{start}")) is False, "the number was given to another"
    assert alive(replace(known, runner=f"{host}/{boot.partition('.')[0]}/{pid}/{start}")) is True, "an older record's"
    assert alive(replace(known, runner=f"{host}/{boot}1/{pid}/{start}")) is None, "another container"
    assert alive(replace(known, runner=f"{host}/1{boot}/{pid}/{start}")) is False, "before the host was rebooted"
    gone = replace(known, runner=f"{host}/{boot}/4194304/{start}")
    assert alive(gone) is False
    hidden = tmp_path / "proc"
    hidden.mkdir()
    monkeypatch.setattr(liveness, "_PROC", hidden)
    assert alive(gone) is None, "hidepid shows nobody else's, not even number 1"
    assert not unfinished(gone)
