"""Those of the idle colour that are the way out are not taken away; a way back that is shut says what opens it."""

from __future__ import annotations

import pytest
from plan_rotations import pools_config, pools_service, several_config, several_service
from plan_singles import asked, blues, greens, made, refused
from plan_worlds import instance

from console.model.colour import Colour
from console.model.instance import Instance
from console.plan.backwards import back
from console.plan.plan import Action, Intent


def ill_blues(ill: int = 3) -> list[Instance]:
    return [instance(Colour.BLUE, n, 100, probe_ok=n > ill) for n in (1, 2, 3)]


@pytest.mark.parametrize("ill", [1, 3])
def test_the_clients_of_the_way_out_are_not_sent_away(ill: int) -> None:
    refusal = refused(several_service(ill_blues(ill), greens()), asked(Action.EVICT), several_config())
    assert (refusal.code, refusal.rule) == ("way out", 6)
    assert f"BLUE, which serves, has {3 - ill} of 3 healthy and must have 3: GREEN is the way out" in refusal.reason
    assert "bluegreen rollback nova-api --to green" in refusal.hint


def test_whom_the_way_out_cannot_use_may_be_sent_away() -> None:
    ill = [instance(Colour.GREEN, n, 0, probe_ok=False) for n in (1, 2)]
    made(several_service(ill_blues(), [*ill, instance(Colour.GREEN, 3, 0, hold="bob@jump2")]), asked(Action.EVICT),
         several_config())  # fmt: skip


def test_a_way_out_that_nothing_checks_is_kept_as_well() -> None:
    service = pools_service(ill_blues(), greens(100), preview=False)
    assert refused(service, asked(Action.EVICT), pools_config()).code == "way out"


@pytest.mark.parametrize("action", [Action.DRAIN, Action.HOLD])
def test_the_way_out_is_not_held_as_long_as_what_serves_is_not_well(action: Action) -> None:
    for service in (several_service(ill_blues(), greens()), several_service(ill_blues(1), greens())):
        assert refused(service, asked(action, "api-green-1"), several_config()).code == "way out"
    spare = several_service(ill_blues(), [*greens(), instance(Colour.GREEN, 4, 0)])
    assert made(spare, asked(action, "api-green-1"), several_config()).writes == 2, "three are left: enough"
    assert refused(spare, asked(action, "api-green-1", "api-green-2"), several_config()).code == "way out"
    well = several_service(blues(), greens())
    assert made(well, asked(action, "api-green-1", "api-green-2", "api-green-3"), several_config()).writes == 2


def test_to_take_an_eviction_back_again_keeps_the_way_out() -> None:
    before = several_service(blues(), [instance(Colour.GREEN, n, 0, admin_up=False) for n in (1, 2, 3)])
    undo = made(before, asked(Action.ADMIT), several_config())
    enabled = several_service(ill_blues(), greens())
    assert refused(enabled, back(undo, enabled), several_config()).code == "way out"


def test_a_way_back_that_an_eviction_has_shut_says_what_opens_it() -> None:
    evicted = [instance(Colour.GREEN, n, 0, admin_up=False) for n in (1, 2, 3)]
    refusal = refused(several_service(ill_blues(), evicted), Intent(Action.ROLLBACK), several_config())
    assert refusal.code == "none"
    assert "`bluegreen evict nova-api --undo`" in refusal.hint
    partly = refused(several_service(blues(), [*greens()[:2], evicted[2]]), Intent(Action.ROLLBACK), several_config())
    assert partly.code == "floor"
    assert partly.hint.startswith("enable api-green-3 again: `bluegreen evict nova-api --undo`")
    held = [instance(Colour.GREEN, n, 0, hold="bob@jump2") for n in (1, 2, 3)]
    by_hand = refused(several_service(blues(), held), Intent(Action.ROLLBACK), several_config())
    assert by_hand.hint == "release a hold, or launch instances of that colour"
