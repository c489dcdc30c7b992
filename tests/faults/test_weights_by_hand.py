"""Weights that somebody has set by hand before a cutover: however it goes back, they are as they were."""

from __future__ import annotations

import pytest
from drill_stage import DrillStage
from stage import WHO
from test_shares import configure, shorter, waits_at

from console.model.colour import Colour
from console.plan.plan import StepKind
from console.rollout import request
from console.rollout.records import RolloutState

BY_HAND = {1: 150, 2: 60, 3: 100}
YES = ("--yes", "--reason", "test")


@pytest.fixture
def by_hand(stage: DrillStage) -> DrillStage:
    """BLUE serves at other weights than are recorded."""
    configure(stage, shift=[10, 100], confirm_within="40s", min_ratio=0.5)
    for number, weight in BY_HAND.items():
        stage.trouble(f"members/nova-api-blue-{number}", weight=weight)
    return stage


def test_unconfirmed_it_goes_back_to_them(by_hand: DrillStage) -> None:
    configure(by_hand, confirm_within="10s", min_ratio=0.5)
    before = by_hand.weights()
    plan = shorter(by_hand.plan(), StepKind.CONFIRM, 1.0)
    rollout_id = request.begin(by_hand.config, plan, WHO, "nobody is there")
    with by_hand.journal() as journal:
        ended = by_hand.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6), ended.sentence
    assert by_hand.weights() == before


def test_out_of_a_canary_nothing_of_the_old_colour_is_written(by_hand: DrillStage) -> None:
    before, mark = by_hand.weights(), by_hand.mark()
    rollout_id = request.begin(by_hand.config, by_hand.plan(), WHO, "by shares")
    with by_hand.journal() as journal:
        waits_at(journal, rollout_id, "pause-10")
        request.abort(journal, rollout_id, WHO, "enough")
        ended = by_hand.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6), ended.sentence
    assert by_hand.weights() == before
    assert by_hand.batches(since=mark) == 2


def test_a_rollback_later_gives_them_by_the_record(by_hand: DrillStage) -> None:
    configure(by_hand, min_ratio=0.5)
    before = by_hand.weights()
    for verb in ("cutover", "rollback"):
        end = by_hand.bluegreen(verb, *YES)
        assert end.returncode == 0, end.stdout + end.stderr
    assert by_hand.weights() == before
    assert by_hand.weights_of(Colour.BLUE) == list(BY_HAND.values())
