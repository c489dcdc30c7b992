"""GREEN that goes bad after the switch: it goes back by itself, says why, and clients of BLUE lose nothing."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab.balancer import Load
from lab.testing import lab, require_lab
from released import Released

from console.rollout.journal import Journal
from console.rollout.records import EventKind, RolloutState


@pytest.fixture
def released(tmp_path: Path) -> Iterator[Released]:
    """Both colours with three instances, and a bake."""
    require_lab(dataplane=True)
    made = Released.seed("bad", 3, tmp_path)
    try:
        made.configure(release={"bake": "120s"})
        made.wait_warm()
        yield made
    finally:
        made.delete()


def baking(released: Released, seconds: float = 120) -> None:
    """Wait until GREEN carries all, proven, and is watched."""
    end = time.monotonic() + seconds
    while True:
        assert time.monotonic() < end
        time.sleep(0.3)
        with Journal.open(f"sqlite:///{released.directory}/journal.db", read_only=True) as journal:
            newest = journal.rollouts(released.name, limit=1)
            events = journal.events(newest[0].id) if newest else []
        if any(event.kind is EventKind.BEGUN and event.step == "bake" for event in events):
            return


@pytest.mark.thorough
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("error-rate=1", ("were answered with an error, twice in a row",)),
        ("unhealthy", ("instances of GREEN are ill, 3 must be well; bad-green-", "twice in a row")),
    ],
)
def test_it_goes_back_by_itself(
    released: Released, mode: str, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with Load(released.url, rate=100, before=2, after=6, seconds=400) as load:
        child = subprocess.Popen(
            released.command("cutover", "--yes", "--reason", "it goes bad", "--unattended"),
            env=released.environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        baking(released)
        bad_at = time.time()
        for name in released.ids["servers"]["green"]:
            lab("set-app", name, mode)
        said, _ = child.communicate(timeout=300)
        back_at = time.time()
    rollout, events = released.last_rollout()
    with capsys.disabled():
        print(f"\n{mode}: back {back_at - bad_at:.1f} s after it went bad; {rollout.sentence}")
        print(f"lost {load.got['lost']} {load.got['errors']} at {load.got['first_lost_s']}-{load.got['last_lost_s']} s")
    assert child.returncode == 6, said
    assert (rollout.state, rollout.exit_code) == (RolloutState.ROLLED_BACK, 6)
    assert all(word in rollout.sentence for word in words), rollout.sentence
    assert any(event.kind is EventKind.PROOF for event in events)
    # what was lost, GREEN lost while it was bad: nothing before, and nothing once BLUE is back
    if load.got["lost"]:
        assert load.got["started"] + load.got["first_lost_s"] >= bad_at
        assert load.got["started"] + load.got["last_lost_s"] <= back_at
    with Load(released.url, rate=100, before=2, after=0) as after:
        pass
    assert after.got["lost"] == 0
    assert set(after.got["versions"]) == {"blue/2026.1"}
