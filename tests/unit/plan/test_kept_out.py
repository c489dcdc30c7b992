"""With a pool for each colour: who is held is moved by no cutover, and the notes say what becomes of who stays out."""

from __future__ import annotations

import pytest
from plan_rotations import POOL_OF, listener, pools_config, pools_service
from plan_singles import after, asked, blues, greens, made
from plan_worlds import NOW, instance

from console.config.model import Release
from console.model.balancer import Listener
from console.model.colour import Colour
from console.model.instance import Instance
from console.model.service import Service
from console.plan.plan import Action, Intent, Plan, Refusal
from console.plan.planner import plan

HALF = pools_config(release=Release(min_ratio=0.5))
MIXED = [listener("http", POOL_OF[Colour.GREEN]), listener("https", POOL_OF[Colour.BLUE])]


def with_fourth(fourth: Instance, doors: list[Listener] | None = None) -> Service:
    return pools_service(blues(), [*greens(100), fourth], doors or [])


def held(weight: int = 100) -> Instance:
    return instance(Colour.GREEN, 4, weight, hold="bob@jump2")


def written(found: Plan) -> dict[str, tuple[int, int]]:
    return {one.name: (one.weight_before, one.weight_after) for step in found.steps for one in step.changes}


@pytest.mark.parametrize("doors", [None, MIXED])
def test_a_cutover_lowers_nobody_who_is_held(doors: list[Listener] | None) -> None:
    before = with_fourth(held(), doors)
    refusal = plan(before, HALF, Intent(Action.CUTOVER, Colour.GREEN), NOW)
    assert isinstance(refusal, Refusal), refusal
    assert (refusal.code, refusal.rule, refusal.names) == ("held", 2, ("api-green-4",))
    assert "held by bob@jump2" in refusal.reason
    assert "bluegreen drain nova-api api-green-4" in refusal.hint
    assert "bluegreen unhold nova-api api-green-4" in refusal.hint
    drained = after(before, made(before, asked(Action.DRAIN, "api-green-4"), HALF))
    over = made(drained, Intent(Action.CUTOVER, Colour.GREEN), HALF)
    assert "api-green-4" not in written(over)
    assert "api-green-4 stays out of rotation: held by bob@jump2" in over.notes


def test_who_is_held_at_weight_0_stops_no_cutover() -> None:
    assert "api-green-4" not in written(made(with_fourth(held(0)), Intent(Action.CUTOVER), HALF))


def test_who_is_held_where_it_serves_already_stops_no_cutover_that_brings_it_no_more_clients() -> None:
    doors = [listener("http", POOL_OF[Colour.GREEN])]
    found = made(with_fourth(held(), doors), Intent(Action.CUTOVER, Colour.GREEN), HALF)
    assert not found.writes
    assert "api-green-4 keeps weight 100, although held by bob@jump2: it is left as it is" in found.notes


@pytest.mark.parametrize("intent", [Intent(Action.ROLLBACK), Intent(Action.CUTOVER, source_fails=True)])
def test_a_way_back_lowers_who_is_held_and_says_so(intent: Intent) -> None:
    found = made(with_fourth(held()), intent, HALF)
    assert written(found) == {"api-green-4": (100, 0)}
    assert "api-green-4 goes to weight 0 before GREEN serves: held by bob@jump2" in found.notes


def test_a_way_back_lowers_who_is_ill_and_says_so() -> None:
    found = made(with_fourth(instance(Colour.GREEN, 4, 100, probe_ok=False)), Intent(Action.ROLLBACK), HALF)
    assert written(found) == {"api-green-4": (100, 0)}
    (note,) = [one for one in found.notes if "api-green-4" in one]
    assert note.startswith("api-green-4 is not healthy, and goes to weight 0 before GREEN serves: ")


def test_who_is_left_out_is_said_to_be_lowered() -> None:
    out = Intent(Action.CUTOVER, leave_out=("api-green-4",))
    found = made(with_fourth(instance(Colour.GREEN, 4, 100)), out, HALF)
    assert "api-green-4 goes to weight 0 before GREEN serves: left out as you said" in found.notes


def test_whoever_holds_one_of_an_idle_pool_reads_that_no_cutover_goes_while_it_has_weight() -> None:
    found = made(with_fourth(instance(Colour.GREEN, 4, 100)), asked(Action.HOLD, "api-green-4"), HALF)
    (note,) = found.notes
    assert "no cutover to GREEN" in note
    assert "bluegreen drain nova-api api-green-4" in note
    serving = made(with_fourth(instance(Colour.GREEN, 4, 100)), asked(Action.HOLD, "api-blue-1"), HALF)
    assert not serving.notes
