"""Whoever somebody had taken out before a cutover: out again when it goes back, in every rotation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from drill_stage import DrillStage, staged_on_drill
from stage import WHO
from test_shares import shorter

from console.plan.plan import StepKind
from console.rollout import request
from console.rollout.records import EventKind, RolloutState

POOLS, POWER, WEIGHTS = "keystone", "nova-scheduler", "nova-api"


@pytest.fixture(params=[WEIGHTS, POOLS, POWER])
def staged(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DrillStage]:
    """Half of each colour is enough, and the first of BLUE is out."""

    def alone(config: dict[str, Any]) -> None:
        config["services"] = {request.param: config["services"][request.param]}
        config["services"][request.param]["release"] = {"min_ratio": 0.5, "confirm_within": "10s"}

    with staged_on_drill(tmp_path, monkeypatch, alone, instances=3, services=3) as made:
        if request.param == POWER:
            made.trouble(f"servers/{POWER}-blue-1", power_state=4, status="SHUTOFF")
        else:
            made.trouble(f"members/{request.param}-blue-1", weight=0)
        yield made


def serving(stage: DrillStage) -> set[str]:
    service = stage.look()
    return {one.name for side in service.colours for one in side.instances if service.in_rotation(one)}


def test_unconfirmed_it_stays_out_and_is_named(staged: DrillStage) -> None:
    before = serving(staged)
    assert before == {f"{staged.name}-blue-2", f"{staged.name}-blue-3"}
    weights = {} if staged.name == POWER else staged.weights()
    plan = shorter(staged.plan(), StepKind.CONFIRM, 1.0)
    rollout_id = request.begin(staged.config, plan, WHO, "nobody is there")
    with staged.journal() as journal:
        ended = staged.ended(journal, rollout_id)
        planned = next(one for one in journal.events(rollout_id) if one.kind is EventKind.PLANNED)
    assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6), ended.sentence
    assert serving(staged) == before
    assert weights == ({} if staged.name == POWER else staged.weights())
    assert f"{staged.name}-blue-1" in str(planned.data["plan"])
    assert "idle pool" not in planned.text


def test_a_rollback_later_leaves_it_out_and_names_it(staged: DrillStage) -> None:
    before = serving(staged)
    there = staged.bluegreen("cutover", "--confirm", "proof", "--yes", "--reason", "test")
    assert there.returncode == 0, there.stdout + there.stderr
    back = staged.bluegreen("rollback", "--yes", "--reason", "test")
    assert back.returncode == 0, back.stdout + back.stderr
    assert serving(staged) == before
    with staged.journal() as journal:
        newest, cutover = journal.rollouts(staged.name, 2)
    name = f"{staged.name}-blue-1"
    assert any(f"when cutover {cutover.id} began (--in {name} takes it in)" in note for note in newest.plan.notes)
