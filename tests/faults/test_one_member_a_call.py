"""Where the cloud has no batch of members: every change by a call of its own for each member, there and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from drill_stage import DrillStage, staged_on_drill

from console.model.colour import Colour
from console.rollout.batches import refused_for_batches


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DrillStage]:
    with staged_on_drill(tmp_path, monkeypatch, instances=2, services=1, pending=0.1) as made:
        yield made


def paths(stage: DrillStage) -> list[str]:
    assert stage.drill is not None
    writes = stage.drill.control.get("writes").json()["writes"]
    return [one["path"] for one in writes if "rollout/" in one.get("agent", "") and "/members" in one["path"]]


def went(stage: DrillStage, *words: str) -> None:
    done = stage.bluegreen(*words, "--yes", "--reason", "no batches here", "--one-by-one")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_drain_its_end_and_a_cutover(stage: DrillStage) -> None:
    before = stage.weights()
    went(stage, "drain", "nova-api", "nova-api-blue-1", "--min-ratio", "0.5")
    assert stage.weights()["nova-api-blue-1"] == 0
    went(stage, "restore", "nova-api", "nova-api-blue-1")
    assert stage.weights() == before
    went(stage, "cutover", "nova-api")
    assert stage.carries(Colour.GREEN)
    assert len(paths(stage)) == 1 + 1 + 4
    assert not any(path.endswith("/members") or "additive_only" in path for path in paths(stage))


@pytest.fixture
def pools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DrillStage]:
    def alone(config: dict[str, Any]) -> None:
        config["services"] = {"keystone": config["services"]["keystone"]}
        config["services"]["keystone"]["release"] = {"min_ratio": 0.3}

    with staged_on_drill(tmp_path, monkeypatch, alone, instances=3, services=2, pending=0.1) as made:
        yield made


def test_an_idle_pool_is_put_in_order(pools: DrillStage) -> None:
    went(pools, "cutover", "keystone", "--out", "keystone-green-1", "--out", "keystone-green-2")
    assert pools.carries(Colour.GREEN)
    assert {name: weight for name, weight in pools.weights().items() if "green" in name and not weight} == {
        "keystone-green-1": 0,
        "keystone-green-2": 0,
    }
    assert len(paths(pools)) == 2
    assert not any(path.endswith("/members") or "additive_only" in path for path in paths(pools))


def test_a_cloud_without_batches_refuses_one_and_takes_a_call_for_each(stage: DrillStage) -> None:
    assert stage.drill is not None
    no_batches = {"kind": "unsupported", "method": "PUT", "path": "additive_only", "count": 100}
    assert stage.drill.control.post("mischief", json=no_batches).is_success
    refused = stage.bluegreen("cutover", "nova-api", "--yes", "--reason", "as usual")
    assert refused.returncode == 3, refused.stdout + refused.stderr
    with stage.journal() as journal:
        assert refused_for_batches(journal.rollouts()[0])
    assert stage.carries(Colour.BLUE)
    went(stage, "cutover", "nova-api")
    assert stage.carries(Colour.GREEN)
    with stage.journal() as journal:
        assert not refused_for_batches(journal.rollouts()[0])
