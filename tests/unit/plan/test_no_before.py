"""A cutover that begins while both colours serve: there is nothing to go back to, and every sentence knows that."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plan_worlds import NOW, config, instance, service, usual

from console.config.model import Release
from console.model.capacity import Capacity
from console.model.colour import Colour
from console.model.service import Service
from console.plan.backwards import back
from console.plan.no_before import STAYS
from console.plan.plan import Action, Intent, Plan, Refusal, StepKind
from console.plan.planner import plan

CUTOVER = Intent(Action.CUTOVER, Colour.GREEN)
SHARES = config(release=Release(shift=(75, 100), confirm_within=60.0, bake=60.0))


def world(blue: int, green: int) -> Plan:
    found = plan(both(blue, green), SHARES, CUTOVER, NOW)
    assert isinstance(found, Plan), found
    return found


def both(blue: int, green: int) -> Service:
    return service(
        [instance(Colour.BLUE, n, blue) for n in (1, 2, 3)], [instance(Colour.GREEN, n, green) for n in (1, 2, 3)]
    )


def test_it_says_before_it_begins_that_it_does_not_go_back_by_itself() -> None:
    made = world(100, 100)
    assert made.notes[0] == (
        "both colours serve already: it does not go back by itself. Without a word in time, or where GREEN fails, it "
        "stops and asks; an abort gives all traffic to BLUE"
    )
    waits = [step for step in made.steps if step.kind in (StepKind.PAUSE, StepKind.CONFIRM, StepKind.PROVE)]
    assert {step.outcome for step in waits} == {STAYS}
    words = {step.kind: step.words for step in made.steps}
    assert "within 60 s it stops there and needs you" in words[StepKind.CONFIRM]
    assert "If it fails, it stops and needs you" in words[StepKind.BAKE]


@pytest.mark.parametrize(("blue", "green", "begins"), [(0, 0, "neither colour serves"), (100, 0, "")])
def test_only_a_source_that_carries_all_traffic_is_gone_back_to(blue: int, green: int, begins: str) -> None:
    made = world(blue, green)
    assert made.intent.no_before is bool(begins)
    assert any("does not go back by itself" in note for note in made.notes) is bool(begins)
    assert any("goes back by itself" in step.outcome for step in made.steps) is not bool(begins)


def test_whoever_finishes_what_was_begun_from_one_colour_goes_back_by_itself() -> None:
    began = {"pool-1": Capacity(3, 300)}
    found = plan(both(100, 100), SHARES, replace(CUTOVER, began=began), NOW)
    assert isinstance(found, Plan)
    assert not found.intent.no_before
    finish = plan(both(50, 100), SHARES, replace(world(100, 100).intent, began=began), NOW)
    assert isinstance(finish, Plan)
    assert finish.intent.no_before, "what it goes on with had no before"


def test_the_way_to_the_source_is_no_way_back() -> None:
    made = world(100, 100)
    there = both(50, 100)
    found = plan(there, SHARES, back(made, there), NOW)
    assert isinstance(found, Plan)
    assert found.summary.startswith("All traffic moves from GREEN")
    usually = plan(both(50, 100), SHARES, Intent(Action.ROLLBACK, Colour.BLUE), NOW)
    assert isinstance(usually, Plan)
    assert usually.summary.startswith("All traffic goes back from GREEN")


def test_a_train_which_takes_all_back_does_not_begin_with_it() -> None:
    found = plan(both(100, 100), SHARES, replace(CUTOVER, train="t1"), NOW)
    assert isinstance(found, Refusal)
    assert found.code == "both"
    assert isinstance(plan(usual(), SHARES, replace(CUTOVER, train="t1"), NOW), Plan)
