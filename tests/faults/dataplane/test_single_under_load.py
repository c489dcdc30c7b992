"""Changes of single instances on a real load balancer while clients use it: each there, and back to what was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from counting import members
from lab.balancer import Load
from lab.settings import CLOUDS_YAML
from lab.testing import require_lab
from released import Marks, Released

OUT, SPARE = "single-blue-1", "single-blue-3"


@pytest.fixture
def released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Released]:
    """Three of each colour; two are enough while one is away."""
    require_lab(dataplane=True)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(CLOUDS_YAML))
    made = Released.seed("single", 3, tmp_path)
    try:
        made.configure(release={"min_ratio": 0.6})
        made.wait_warm()
        yield made
    finally:
        made.delete()


@pytest.mark.thorough
@pytest.mark.timeout(900)
def test_each_there_and_back(released: Released, capsys: pytest.CaptureFixture[str]) -> None:
    pool = released.ids["pools"]["blue"]
    before = members(pool)
    marks = Marks(released)
    with Load(released.url, rate=200, before=2, after=2, seconds=600) as load:
        ran(released, "drain", OUT)
        assert weights(pool)[OUT] == 0
        ran(released, "restore", OUT)
        assert members(pool) == before
        ran(released, "drain", SPARE)
        ran(released, "unhold", SPARE)
        ran(released, "replace", OUT, SPARE)
        assert (weights(pool)[OUT], weights(pool)[SPARE]) == (0, 10)
        ran(released, "replace", SPARE, OUT)
        assert (weights(pool)[OUT], weights(pool)[SPARE]) == (10, 0)
        ran(released, "restore", SPARE)
        assert members(pool) == before
        ran(released, "evict")
        assert {one.up for one in members(pool).values() if "green" in one.name} == {False}
        ran(released, "evict", "--undo")
        assert members(pool) == before
    with capsys.disabled():
        print(f"\nsingle: {len(marks.writes())} writes, {load.got['requests']} requests, {load.got['lost']} lost")
    assert load.got["lost"] == 0, load.got["errors"]


def weights(pool: str) -> dict[str, int]:
    """Weight by name, as the load balancer has it."""
    return {one.name: one.weight for one in members(pool).values()}


def ran(released: Released, verb: str, *words: str) -> None:
    done = released.bluegreen(verb, *words, "--yes", "--reason", "data-plane test")
    assert done.returncode == 0, done.stdout + done.stderr
