"""The runner killed in every stage of a release while clients use it; then somebody says: finish it, or go back.

Launch, gate, shift, bake, retire: nothing is lost, nothing is made twice, nothing is left behind.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from counting import Things, counted
from lab.balancer import Load
from lab.testing import require_lab
from released import Released

from console.rollout.journal import Journal
from console.rollout.records import Event, EventKind, Rollout, RolloutState

SIZE = 3
SLOW = "import time; time.sleep(3)"  # so that it can be killed in the gate
LAUNCH = ("launch", "--image", "nova-api-2026.2")
CUTOVER = ("cutover", "--unattended")
RETIRE = ("retire",)
FINISH, BACK = ("resume", "--finish"), ("resume", "--go-back")


@pytest.fixture
def released(tmp_path: Path) -> Iterator[Released]:
    """BLUE with three instances, and no GREEN."""
    require_lab(dataplane=True)
    made = Released.seed_blue("stages", SIZE, tmp_path)
    gates = [{"name": "slow", "run": [sys.executable, "-c", SLOW], "timeout": "60s"}]
    made.configure(release={"shift": [30, 100], "bake": "15s", "gates": gates}, launch={"at_once": 1})
    try:
        yield made
    finally:
        made.delete()


def killed_at(released: Released, words: tuple[str, ...], kind: EventKind, step: str) -> str:
    """Begin, or go on, and kill the runner at the first new row of this kind and step; returns the rollout's id."""
    was, before = latest(released)
    told = before[-1].seq if before else -1
    said = Path(released.directory, "said.txt")
    with said.open("w") as out:
        child = subprocess.Popen(
            released.command(*words, "--yes", "--reason", "killed"),
            env=released.environ,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    end = time.monotonic() + 300
    while time.monotonic() < end:
        rollout, events = latest(released)
        another = was is None or (rollout is not None and rollout.id != was.id)
        new = [one for one in events if another or one.seq > told]
        if rollout is not None and any((one.kind, one.step) == (kind, step) for one in new):
            os.kill(int(rollout.runner.split("/")[2]), signal.SIGKILL)
            assert child.wait(timeout=60) == 7
            return rollout.id
        assert child.poll() is None, f"{words} ended before {kind} of {step}: {said.read_text()}"
        time.sleep(0.02)
    raise AssertionError(f"{words}: no {kind} of {step}")


def latest(released: Released) -> tuple[Rollout | None, list[Event]]:
    """The newest rollout, with its events; before the first there is no journal."""
    if not Path(released.directory, "journal.db").exists():
        return None, []
    with Journal.open(f"sqlite:///{released.directory}/journal.db", read_only=True) as journal:
        newest = list(journal.rollouts(released.name, limit=1))
        return (newest[0], journal.events(newest[0].id)) if newest else (None, [])


def finished(released: Released, rollout_id: str) -> None:
    ended(released, FINISH, rollout_id, RolloutState.DONE, 0)


def ended(released: Released, words: tuple[str, ...], rollout_id: str, state: RolloutState, code: int) -> None:
    done = released.bluegreen(*words, "--yes", "--reason", "killed", seconds=600)
    assert done.returncode == code, done.stdout + done.stderr
    rollout, _ = released.last_rollout()
    assert (rollout.id, rollout.state) == (rollout_id, state), rollout.sentence


@pytest.mark.thorough
@pytest.mark.timeout(1800)
def test_every_stage(released: Released, capsys: pytest.CaptureFixture[str]) -> None:
    before = counted(released.ids["pools"]["blue"])
    with Load(released.url, rate=100, before=2, after=2, seconds=1500) as load:
        killed = killed_at(released, LAUNCH, EventKind.INTENT, "launch")
        assert killed_at(released, FINISH, EventKind.OUTCOME, "launch") == killed
        finished(released, killed)
        both = counted(released.ids["pools"]["blue"])
        killed = killed_at(released, CUTOVER, EventKind.BEGUN, "gate-1")
        assert killed_at(released, FINISH, EventKind.INTENT, "shift-30") == killed
        assert killed_at(released, FINISH, EventKind.OUTCOME, "shift") == killed
        assert killed_at(released, FINISH, EventKind.BEGUN, "bake") == killed
        finished(released, killed)
        killed = killed_at(released, RETIRE, EventKind.OUTCOME, "leave")
        assert killed_at(released, FINISH, EventKind.INTENT, "delete") == killed
        finished(released, killed)
        after = counted(released.ids["pools"]["blue"])
    got = load.got
    with capsys.disabled():
        print(f"\n8 kills: {got['requests']} requests, {got['lost']} lost {got['errors']}; {before}, {both}, {after}")
    assert got["lost"] == 0, got["errors"]
    assert both == Things(before.servers + SIZE, before.ports + SIZE, 2 * SIZE, before.groups + 1)
    assert after == Things(before.servers, before.ports, SIZE, before.groups + 1)


@pytest.mark.thorough
@pytest.mark.timeout(1800)
def test_going_back_from_each(released: Released, capsys: pytest.CaptureFixture[str]) -> None:
    before = counted(released.ids["pools"]["blue"])
    with Load(released.url, rate=100, before=2, after=2, seconds=1500) as load:
        killed = killed_at(released, LAUNCH, EventKind.OUTCOME, "launch")
        ended(released, BACK, killed, RolloutState.ROLLED_BACK, 6)
        none = counted(released.ids["pools"]["blue"])
        killed = killed_at(released, LAUNCH, EventKind.INTENT, "launch")
        finished(released, killed)
        for kind, step in ((EventKind.INTENT, "shift-30"), (EventKind.OUTCOME, "shift"), (EventKind.BEGUN, "bake")):
            killed = killed_at(released, CUTOVER, kind, step)
            ended(released, BACK, killed, RolloutState.ROLLED_BACK, 6)
            allowed = released.bluegreen("allow", versions(released)[1], "--reason", "killed by a test")
            assert allowed.returncode == 0, allowed.stderr
    got = load.got
    with capsys.disabled():
        print(f"\n5 kills: {got['requests']} requests, {got['lost']} lost {got['errors']}; {before}, {none}")
    assert got["lost"] == 0, got["errors"]
    assert none == Things(before.servers, before.ports, before.members, before.groups)


def versions(released: Released) -> tuple[str, str]:
    """Of the last plan: from what it went to what."""
    rollout, _ = released.last_rollout()
    return rollout.plan.source_version, rollout.plan.target_version
