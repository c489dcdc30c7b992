"""The consoles are killed, at several moments of a rollout: the one that started it and a terminal screen beside it."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pexpect
import pytest
from drill_stage import DrillStage
from stage import until

from console.model.colour import Colour
from console.rollout.journal import Journal
from console.rollout.records import EventKind, RolloutState

BLUEGREEN = str(Path(sys.executable).with_name("bluegreen"))
MOMENTS = (EventKind.STARTED, EventKind.LEASE, EventKind.INTENT, EventKind.OUTCOME, EventKind.PROOF)


def begun(journal: Journal) -> str:
    end = time.monotonic() + 60
    while not (found := journal.rollouts()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found[0].id


@pytest.mark.parametrize(
    "moment", [EventKind.INTENT, *(pytest.param(one, marks=pytest.mark.thorough) for one in MOMENTS if one != "intent")]
)
def test_killed_consoles_change_nothing(stage: DrillStage, moment: EventKind) -> None:
    config = ["--config", str(stage.config_file)]
    environ = {**stage.environ, "TERM": "xterm-256color"}
    screen = pexpect.spawn(BLUEGREEN, config, env=environ, dimensions=(40, 120), timeout=60)
    screen.expect("nova-api")
    starter = pexpect.spawn(BLUEGREEN, ["cutover", "--yes", "--reason", "test", *config], env=environ, timeout=60)
    with stage.journal() as journal:
        rollout_id = begun(journal)
        until(journal, rollout_id, moment)
        for child in (screen, starter):
            assert child.pid is not None
            os.killpg(child.pid, signal.SIGKILL)  # and whatever it had in its session
            child.close(force=True)
        ended = stage.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.DONE, 0), ended.sentence
    assert stage.carries(Colour.GREEN)
    assert stage.batches() == 1
