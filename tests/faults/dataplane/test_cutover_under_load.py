"""A cutover and a rollback under steady load: one write each, no request lost, proven from the client's side."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from lab.balancer import Load
from lab.testing import require_lab
from released import Marks, Released

from console.rollout.records import EventKind, RolloutState

RATE = 200  # requests per second, each on a new connection
VERSION = {"blue": "blue/2026.1", "green": "green/2026.2"}


@pytest.fixture(params=[3, pytest.param(30, marks=pytest.mark.thorough)])
def released(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Released]:
    """A service with that many instances of each colour."""
    require_lab(dataplane=True)
    made = Released.seed(f"dp{request.param}", request.param, tmp_path)
    try:
        made.wait_warm()
        yield made
    finally:
        made.delete()


@pytest.mark.timeout(900)
def test_cutover_and_rollback(released: Released, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():  # the figures are shown, whether or not the test passes
        moved(released, "cutover", "green")
        moved(released, "rollback", "blue")


def moved(released: Released, verb: str, target: str) -> None:
    """One rollout under load, and everything that must be true of it."""
    origin = "blue" if target == "green" else "green"
    marks = Marks(released)
    with Load(released.url, rate=RATE, before=2, after=2) as load:
        begun = time.time()
        done = released.bluegreen(verb, "--yes", "--reason", "data-plane test")
        ended = time.time()
    assert done.returncode == 0, done.stdout + done.stderr
    writes = marks.writes()
    assert len(writes) == 1, writes
    assert writes[0].startswith(f"PUT /v2/lbaas/pools/{released.ids['pools']['blue']}/members?additive_only=true 202")
    assert marks.reloads() == 1

    got = load.got
    assert got["lost"] == 0, got["errors"]
    assert got["requests"] >= RATE * (ended - begun) * 0.9  # the load was really there
    assert set(got["versions"]) == set(VERSION.values())
    assert got["started"] + got["versions"][VERSION[origin]]["last_s"] < ended
    with Load(released.url, rate=RATE, before=2, after=0) as after:
        pass
    assert after.got["lost"] == 0
    assert set(after.got["versions"]) == {VERSION[target]}
    assert len(after.got["servers"]) == len(released.ids["servers"][target])

    rollout, events = released.last_rollout()
    assert (rollout.state, rollout.exit_code, rollout.reason) == (RolloutState.DONE, 0, "data-plane test")
    proof = [event for event in events if event.kind is EventKind.PROOF][-1]
    assert (proof.data["asked"], proof.data["good"], proof.data["lost"]) == (20, 20, 0)
    sent = [event.step for event in events if event.kind is EventKind.INTENT]
    assert sent.count("shift") == 1
    assert set(sent) == {"shift", "remember"}

    mixed = got["versions"][VERSION[origin]]["last_s"] - got["versions"][VERSION[target]]["first_s"]
    print(
        f"\n{verb} of {len(released.ids['servers'][target])}+{len(released.ids['servers'][origin])}: "
        f"{len(writes)} write, {marks.reloads()} reload, {got['requests']} requests, {got['lost']} lost, "
        f"max gap {got['max_gap_ms']} ms, p99 {got['p99_ms']} ms, both versions for {max(0.0, mixed):.2f} s, "
        f"{ended - begun:.1f} s in all",
    )
