"""What a way back must leave serving: what served when the traffic was moved, not what its larger target has now."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from plan_rotations import power_config, power_service
from plan_worlds import NOW, applied, config, instance, items_of, service

from console.config.model import Release
from console.model.capacity import Capacity
from console.model.colour import Colour
from console.model.record import Left, Record
from console.model.service import Service
from console.plan.backwards import back
from console.plan.plan import Action, Intent, Plan, Refusal, StepKind
from console.plan.planner import plan

ILL: dict[str, Any] = {"operating": "ERROR", "probe_ok": False}
SHARES = config(release=Release(shift=(10, 50, 90, 100)))
HOME = Intent(Action.ROLLBACK, Colour.BLUE)


def world(blue: int, green: int, *, ill: int = 0, count: tuple[int, int] = (3, 3)) -> Service:
    """Each instance at its colour's weight; the first `ill` of BLUE fail their checks."""
    return service(
        [instance(Colour.BLUE, n, blue, **(ILL if n <= ill else {})) for n in range(1, count[0] + 1)],
        [instance(Colour.GREEN, n, green) for n in range(1, count[1] + 1)],
    )


def begun(*, count: tuple[int, int] = (3, 3)) -> Plan:
    made = plan(world(100, 0, count=count), SHARES, Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan)
    return made


def home(there: Service, began: Plan) -> Plan | Refusal:
    return plan(there, SHARES, back(began, there), NOW)


@pytest.mark.parametrize("ill", [1, 2])
@pytest.mark.parametrize("green", [11, 100])
def test_what_the_shift_has_added_to_a_whole_colour_may_always_be_taken_away(ill: int, green: int) -> None:
    there = world(100, green, ill=ill)
    found = home(there, begun())
    assert isinstance(found, Plan), found
    assert f"{3 - ill} healthy instances will serve" in found.notes[0]
    assert "as they do already" in found.notes[0]
    assert found.floors["pool-1"] == Capacity(3 - ill, 100 * (3 - ill), 3 - ill, 100 * (3 - ill))


def test_a_colour_that_has_given_way_must_have_what_served_at_the_start() -> None:
    found = home(world(11, 100, ill=1), begun())
    assert isinstance(found, Refusal)
    assert (found.code, found.rule) == ("floor", 1)
    assert "2 healthy instances would serve, 3 must" in found.reason


def test_nobody_goes_back_to_a_colour_of_which_nothing_is_healthy() -> None:
    assert isinstance(home(world(100, 11, ill=3), begun()), Refusal)


def test_from_every_share_towards_a_larger_colour_there_is_a_way_back() -> None:
    there, began = world(100, 0, count=(2, 4)), begun(count=(2, 4))
    found: Plan | Refusal = began
    for step in (step for step in began.steps if step.kind is StepKind.SHIFT):
        there = applied(there, items_of(step))
        found = home(there, began)
        assert isinstance(found, Plan), found
        assert found.floors["pool-1"].instances == 2
    assert isinstance(found, Plan)
    assert found.notes[0] == (
        "2 healthy instances will serve at weight 200, 4 of GREEN at weight 400 do now: "
        "no more had to when the rollout began"
    )


def test_whoever_finishes_a_shift_that_was_begun_goes_back_to_its_start() -> None:
    began = begun(count=(2, 3))
    finish = plan(
        world(100, 100, count=(2, 3)), SHARES, replace(began.intent, target=Colour.GREEN, began=began.floors), NOW
    )
    assert isinstance(finish, Plan)
    assert isinstance(home(world(0, 100, count=(2, 3)), finish), Plan)


def with_record(there: Service, colour: Colour, instances: int, *, unfinished: bool = False) -> Service:
    left = Left(colour, "1a2b3c", {"pool-1": Capacity(instances, 100 * instances)}, unfinished)
    return replace(there, record=Record(left=left))


def test_a_rollback_asked_later_may_go_down_to_what_the_last_cutover_began_with() -> None:
    there = world(0, 100, count=(2, 3))
    found = plan(with_record(there, Colour.BLUE, 2), config(), HOME, NOW)
    assert isinstance(found, Plan), found
    assert any("no more had to when cutover 1a2b3c began" in note for note in found.notes)
    assert found.floors["pool-1"] == Capacity(2, 200, 2, 200)
    for unknown in (there, with_record(there, Colour.GREEN, 2), with_record(there, Colour.BLUE, 3)):
        assert isinstance(plan(unknown, config(), HOME, NOW), Refusal)


def test_a_cutover_is_held_to_what_serves_now_whatever_the_record_says() -> None:
    there = with_record(world(0, 100, count=(2, 3)), Colour.BLUE, 2)
    assert isinstance(plan(there, config(), Intent(Action.CUTOVER), NOW), Refusal)


def test_beside_a_finished_cutover_a_second_colour_that_serves_is_capacity() -> None:
    there = world(100, 100, ill=1)
    assert isinstance(plan(with_record(there, Colour.BLUE, 3), config(), HOME, NOW), Refusal)
    assert isinstance(plan(with_record(there, Colour.BLUE, 3, unfinished=True), config(), HOME, NOW), Plan)


def hint(blue: list[dict[str, Any]], intent: Intent = HOME, *, weight: int = 0) -> str:
    """The hint of the refusal to go to BLUE, whose instances differ so, from three of GREEN."""
    ours = [instance(Colour.BLUE, n, 0 if one.get("hold") else weight, **one) for n, one in enumerate(blue, 1)]
    found = plan(service(ours, [instance(Colour.GREEN, n, 100) for n in (1, 2, 3)]), config(), intent, NOW)
    assert isinstance(found, Refusal)
    assert found.code == "floor"
    return found.hint


FAILS = "or, if GREEN fails for clients although its checks pass, say so: bluegreen rollback nova-api --to blue"


def test_the_hint_is_a_whole_command() -> None:
    assert hint([{}, {}, ILL]) == f"mend instances of BLUE; {FAILS} --live-fails"
    assert hint([{}, {}], replace(HOME, action=Action.CUTOVER)).startswith("add or mend instances of BLUE; or lower")


def test_whoever_is_well_and_only_held_is_released_and_not_mended() -> None:
    held = {"hold": "bob"}
    assert hint([held, {}, {}]).startswith(
        "api-blue-1 is well and only held: bluegreen unhold nova-api api-blue-1; or, if GREEN fails"
    )
    both = hint([held, {}, held], weight=100)
    assert both.startswith(
        "api-blue-1, api-blue-3 are well and only held: bluegreen restore nova-api api-blue-1 api-blue-3; "
    ), "where its colour serves already, a hold that is gone brings nobody in"
    assert hint([held, {}, ILL]).startswith("mend instances of BLUE; api-blue-1 is well and only held")
    assert "held" not in hint([{"hold": "bob", **ILL}, {}, {}])


def test_of_workers_who_ran_all_the_time_and_is_ill_is_not_waited_for_on_the_way_back() -> None:
    blue = [instance(Colour.BLUE, 1, 100, probe_ok=False), instance(Colour.BLUE, 2, 100)]
    both = power_service(blue, [instance(Colour.GREEN, n, 100) for n in (1, 2)])
    found = plan(both, power_config(), replace(HOME, undoes=True, began={"": Capacity(2, 2)}), NOW)
    assert isinstance(found, Plan), found
    assert found.steps[-1].id == "prove"
    assert found.steps[-1].healthy == (blue[1].key,)
