"""Four ways to move the traffic of 10 + 10 under load, side by side: ours three, and the loop that people type.

Prints one table: writes, wall time, reloads, lost requests, closed idle connections, what ours adds to the cloud's own
time. Figures of a busy machine are larger; counts and losses are not.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from lab.balancer import Load
from lab.settings import CLOUDS_YAML, VENV
from lab.testing import require_lab
from released import Marks, Released

from console.rollout.records import Event, EventKind

N, RATE = 10, 200
BOTH = ("--mode", "both", "--connections", "50")


@dataclass(frozen=True)
class Row:
    """One way. `seconds`: begin to end; `pending`: of the cloud, from
    each request to the load balancer's ACTIVE; `own`: of the steps that write, beyond that: looking again, and after.
    """

    way: str
    writes: int
    reloads: int
    seconds: float
    pending: float
    own: float
    got: dict[str, Any]

    @property
    def words(self) -> str:
        """A line of the table."""
        fresh, kept = (self.got.get("by_mode", {}).get(mode, {}) for mode in ("new", "keepalive"))
        own = f"{self.own:5.2f}" if self.pending else "    -"
        return (
            f"{self.way:28} {self.writes:3} writes {self.reloads:3} reloads {self.seconds:6.1f} s, pending "
            f"{self.pending:5.2f} s, own {own} s | lost new {fresh.get('lost', '-')} of {fresh.get('requests', '-')}, "
            f"keep-alive {kept.get('lost', '-')}, idle closed {self.got.get('idle_closed_by_server', '-')}"
        )


@pytest.fixture
def by_weight(tmp_path: Path) -> Iterator[Released]:
    """Both colours in one pool."""
    require_lab(dataplane=True)
    made = Released.seed("ways", N, tmp_path)
    try:
        made.wait_warm(240)
        yield made
    finally:
        made.delete()


@pytest.fixture
def by_pool(tmp_path: Path) -> Iterator[Released]:
    """A pool for each colour."""
    require_lab(dataplane=True)
    made = Released.seed_pools("waysp", N, tmp_path)
    try:
        made.wait_warm(240)
        yield made
    finally:
        made.delete()


def measured(released: Released, way: str, move: Callable[[], None]) -> Row:
    """Move under load, and count."""
    marks = Marks(released)
    with Load(released.url, *BOTH, rate=2 * RATE, before=2, after=2, seconds=600) as load:
        begun = time.monotonic()
        move()
        seconds = time.monotonic() - begun
    pending = own = 0.0
    if way.startswith("ours"):
        _, events = released.last_rollout()
        # notes on servers come after, and move nothing
        writing = {event.step for event in events if event.kind is EventKind.INTENT} - {"remember"}
        ours_only = [event for event in events if event.step in writing]
        pending = _ats(ours_only, EventKind.SETTLED) - _ats(ours_only, EventKind.INTENT)
        own = sum(float(event.data["seconds"]) for event in ours_only if event.kind is EventKind.PASSED) - pending
    return Row(way, len(marks.writes()), marks.reloads(), seconds, pending, own, load.got)


def _ats(events: list[Event], kind: EventKind) -> float:
    return sum(event.at for event in events if event.kind is kind)


def ours(released: Released, verb: str) -> Callable[[], None]:
    """One of our verbs."""

    def move() -> None:
        words = ("--unattended",) if verb == "cutover" else ()
        done = released.bluegreen(verb, "--yes", "--reason", "ways", *words)
        assert done.returncode == 0, done.stdout + done.stderr

    return move


def allowed_again(released: Released) -> None:
    """What was rolled back may be released again, and is warm."""
    allowed = released.bluegreen("allow", released.rolled_back, "--reason", "ways")
    assert allowed.returncode == 0, allowed.stdout + allowed.stderr
    released.wait_warm(120)


def by_hand(released: Released) -> None:
    """A loop over all members: in with the new, then out with the old; each waited for."""
    pool = released.ids["pools"]["blue"]
    command = [str(VENV / "bin" / "openstack"), "--os-cloud", "lab", "loadbalancer", "member"]
    environ = {"OS_CLIENT_CONFIG_FILE": str(CLOUDS_YAML), "PATH": "/usr/bin:/bin"}

    def run(*words: str) -> str:
        return subprocess.run([*command, *words], env=environ, check=True, capture_output=True, text=True).stdout

    listed = [line.split() for line in run("list", pool, "-f", "value", "-c", "id", "-c", "name").splitlines()]
    for colour, weight in (("green", 10), ("blue", 0)):
        for ident, name in listed:
            if f"-{colour}-" in name:
                run("set", "--wait", "--weight", str(weight), pool, ident)


def with_shares(released: Released, shift: list[int]) -> None:
    """Say the shares in its config."""
    path = Path(released.ids["config"])
    config = yaml.safe_load(path.read_text())
    config["services"][released.name]["release"] = {"shift": shift}
    path.write_text(yaml.safe_dump(config, sort_keys=False))


@pytest.mark.thorough
@pytest.mark.timeout(1800)
def test_by_weight(by_weight: Released, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [measured(by_weight, "ours, all at once", ours(by_weight, "cutover"))]
    rows += [measured(by_weight, "ours, rollback of it", ours(by_weight, "rollback"))]
    allowed_again(by_weight)
    with_shares(by_weight, [10, 50, 100])
    rows += [measured(by_weight, "ours, [10, 50, 100]", ours(by_weight, "cutover"))]
    rows += [measured(by_weight, "ours, rollback of it", ours(by_weight, "rollback"))]
    allowed_again(by_weight)
    rows += [measured(by_weight, "member set --wait, a loop", lambda: by_hand(by_weight))]
    shown(rows, capsys)
    assert [row.writes for row in rows] == [1, 1, 3, 1, 2 * N]
    assert [row.reloads for row in rows] == [1, 1, 3, 1, 2 * N]


@pytest.mark.thorough
@pytest.mark.timeout(1800)
def test_by_pool(by_pool: Released, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [measured(by_pool, "ours, pools", ours(by_pool, "cutover"))]
    rows += [measured(by_pool, "ours, rollback of it", ours(by_pool, "rollback"))]
    shown(rows, capsys)
    assert [row.writes for row in rows] == [1, 1]
    assert [row.reloads for row in rows] == [1, 1]


def shown(rows: list[Row], capsys: pytest.CaptureFixture[str]) -> None:
    """The table, whether or not the test passes; no new connection is lost by ours."""
    with capsys.disabled():
        print("", *(row.words for row in rows), sep="\n")
    for row in rows:
        if row.way.startswith("ours"):
            assert row.got["by_mode"]["new"]["lost"] == 0, (row.way, row.got["errors"])
