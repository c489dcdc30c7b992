"""A load balancer made by hand with four unlabelled members, to its very end: adopt, release, retire, under load."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from counting import counted, members
from lab.balancer import Load
from lab.settings import CLOUDS_YAML
from lab.testing import require_lab
from released import Marks, Released

SIZE = 4


@pytest.fixture
def by_hand(tmp_path: Path) -> Iterator[Released]:
    """Four instances in a pool, and nothing says what they are."""
    require_lab(dataplane=True)
    made = Released.seed_blue("hand", SIZE, tmp_path, "--unlabelled")
    try:
        # a lab on two cores: its network service answers four builds too slowly. The bake is time for the heartbeats
        # by which the load balancer says that GREEN is well: until then it may not be the only colour left
        made.configure(launch={"at_once": 2}, release={"bake": "15s"})
        yield made
    finally:
        made.delete()


def traffic(pool_id: str) -> dict[str, tuple[object, ...]]:
    """What traffic depends on, by id."""
    return {ident: one[:5] for ident, one in members(pool_id).items()}


@pytest.mark.thorough
@pytest.mark.timeout(1200)
def test_adopted_released_and_retired(
    by_hand: Released, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(CLOUDS_YAML))
    pool = by_hand.ids["pools"]["blue"]
    before, there = counted(pool), traffic(pool)
    with Load(by_hand.url, rate=100, before=2, after=2, seconds=900) as load:
        marks = Marks(by_hand)
        ran(by_hand, "adopt")
        assert traffic(pool) == there
        (batch,) = marks.writes()
        assert batch.startswith(f"PUT /v2/lbaas/pools/{pool}/members?additive_only=true")
        assert "4 BLUE" in by_hand.bluegreen("status").stdout or "4/4" in by_hand.bluegreen("status").stdout
        ran(by_hand, "launch", "--image", "nova-api-2026.2")
        now = traffic(pool)
        assert {ident: now[ident] for ident in there} == there  # until the cutover nothing of theirs is touched
        ran(by_hand, "release", "--image", "nova-api-2026.2", "--confirm", "proof")
        ran(by_hand, "retire")
    got, after = load.got, counted(pool)
    with capsys.disabled():
        print(
            f"\nby hand: {got['requests']} requests, {got['lost']} lost {got['errors']}; {before} before, {after} after"
        )
    assert got["lost"] == 0, got["errors"]
    assert len(got["versions"]) == 2
    assert set(traffic(pool)) & set(there) == set()
    assert (after.servers, after.ports, after.members) == (before.servers, before.ports, before.members)
    assert after.stray == ()


def ran(released: Released, verb: str, *words: str) -> None:
    done = released.bluegreen(verb, *words, "--yes", "--reason", "brownfield", seconds=600)
    assert done.returncode == 0, done.stdout + done.stderr
