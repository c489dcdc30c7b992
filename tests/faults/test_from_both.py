"""A cutover begun while both colours serve: it never goes back by itself, and nobody says that anything was before."""

from __future__ import annotations

import pytest
from drill_stage import DrillStage
from stage import WHO
from test_shares import configure, modes, shorter, waits_at

from console.model.colour import Colour
from console.plan.plan import Action, StepKind
from console.rollout import request
from console.rollout.records import DecisionKind, RolloutState
from console.rollout.standing import records


@pytest.fixture
def both(stage: DrillStage) -> DrillStage:
    """A cutover to GREEN is held half way."""
    configure(stage, shift=[50, 100], confirm_within="60s")
    rollout_id = request.begin(stage.config, stage.plan(), WHO, "half way")
    with stage.journal() as journal:
        waits_at(journal, rollout_id, "pause-50")
        request.abort(journal, rollout_id, WHO, "not sure", hold=True)
        assert stage.ended(journal, rollout_id).state is RolloutState.STOPPED
    return stage


def test_unconfirmed_it_stops_and_asks(both: DrillStage) -> None:
    plan = shorter(both.plan(Action.CUTOVER, Colour.BLUE), StepKind.CONFIRM, 1.0)
    rollout_id = request.begin(both.config, plan, WHO, "home")
    with both.journal() as journal:
        ended = both.ended(journal, rollout_id)
        open_ones = [one.id for one in request.to_resume(journal)]
    assert (ended.state, ended.exit_code) == (RolloutState.STOPPED, 7)
    assert ended.sentence == (
        "nobody confirmed within 1 s; it does not go back by itself, because GREEN did not carry all traffic when it "
        "began: look at both colours, then finish or go to GREEN with `bluegreen resume`"
    )
    assert both.carries(Colour.BLUE)
    assert rollout_id in open_ones
    gone = both.resume(rollout_id, DecisionKind.GO_BACK)
    assert gone.state is RolloutState.ROLLED_BACK
    assert "again" not in gone.sentence
    assert both.carries(Colour.GREEN)


def test_what_fails_in_the_bake_stops_and_asks(both: DrillStage) -> None:
    configure(both, bake="120s")
    rollout_id = request.begin(both.config, both.plan(Action.CUTOVER, Colour.BLUE), WHO, "home")
    with both.journal() as journal:
        waits_at(journal, rollout_id, "bake")
        modes(both, Colour.BLUE, "error-rate=1")
        ended = both.ended(journal, rollout_id)
    assert (ended.state, ended.exit_code) == (RolloutState.STOPPED, 7)
    assert ended.sentence.startswith("BLUE fails: ")
    assert "it does not go back by itself, because GREEN did not carry all traffic when it began" in ended.sentence
    assert both.carries(Colour.BLUE)


def test_aborted_it_goes_to_the_source_which_is_not_called_back(both: DrillStage) -> None:
    plan = both.plan(Action.CUTOVER, Colour.BLUE)
    rollout_id = request.begin(both.config, plan, WHO, "home")
    with both.journal() as journal:
        waits_at(journal, rollout_id, "confirm")
        request.abort(journal, rollout_id, WHO, "GREEN after all")
        ended = both.ended(journal, rollout_id)
        barred = records(journal, [both.name])[both.name].barred
        told = " ".join(event.text for event in journal.events(rollout_id))
    assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6), ended.sentence
    assert "GREEN carries all traffic, " in ended.sentence
    assert "going back" not in told
    assert "goes back" not in told
    assert barred == ()
    assert both.carries(Colour.GREEN)
