"""`bluegreen cutover` in a real terminal: it asks, ctrl+c leaves it, a closed terminal does not stop it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from console.drill.server import Drill, running_drill
from console.rollout.journal import Journal
from console.rollout.records import Rollout, RolloutState

pytestmark = pytest.mark.slow

BLUEGREEN = str(Path(sys.executable).with_name("bluegreen"))


@pytest.fixture
def drill(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Drill]:
    with running_drill(instances=1, pending=2.0, heartbeat=0.2) as made:
        monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(made.clouds_file))
        monkeypatch.setenv("HOME", str(tmp_path))
        yield made


def started(drill: Drill) -> pexpect.spawn[str]:
    words = ["cutover", "--config", str(drill.config_file), "--reason", "test"]
    child = pexpect.spawn(BLUEGREEN, words, encoding="utf-8", timeout=30, dimensions=(40, 120))
    child.expect("type y to cut over nova-api to GREEN: ")
    return child


def ended(drill: Drill) -> Rollout:
    end = time.monotonic() + 60
    with Journal.open(f"sqlite:///{drill.dir}/journal.db", read_only=True) as journal:
        while not (found := journal.rollouts()) or not found[0].state.ended:
            assert time.monotonic() < end
            time.sleep(0.1)
        return found[0]


def exit_code(child: pexpect.spawn[str]) -> int | None:
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus


def test_the_answer_has_to_be_typed(drill: Drill) -> None:
    child = started(drill)
    child.sendline("yes")
    child.expect("not confirmed: nothing was written")
    assert exit_code(child) == 3
    assert not (drill.dir / "journal.db").exists()


def test_ctrl_c_leaves_the_rollout_going(drill: Drill) -> None:
    child = started(drill)
    child.sendline("y")
    child.expect("accepted")
    child.sendintr()
    child.expect("detached; the rollout goes on")
    assert exit_code(child) == 130
    assert ended(drill).state is RolloutState.DONE


def test_a_closed_terminal_does_not_stop_the_rollout(drill: Drill) -> None:
    child = started(drill)
    child.sendline("y")
    child.expect("accepted")
    child.close(force=True)
    assert ended(drill).state is RolloutState.DONE


def test_it_is_followed_to_the_end(drill: Drill) -> None:
    child = started(drill)
    child.sendline("y")
    child.expect("20 of 20 new connections through the VIP answered by GREEN")
    assert exit_code(child) == 0
