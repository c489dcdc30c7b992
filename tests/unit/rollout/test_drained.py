"""Whom somebody took out while a rollout ran: told by the record, kept out on the way back, never at its cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec
import pytest
from plan_worlds import NOW, applied, config, items_of, service, usual

from console.config.model import Release, ServiceConfig
from console.model.balancer import Member
from console.model.colour import Colour
from console.model.service import Service
from console.plan.backwards import back
from console.plan.drained import drained_notes
from console.plan.plan import Action, Intent, Plan, StepKind
from console.plan.planner import plan
from console.rollout.drained import drained
from console.rollout.records import Event, EventKind

LAX = config(release=Release(shift=(25, 100), min_ratio=0.5))
STRICT = config(release=Release(shift=(25, 100)))


def begun(settings: ServiceConfig = LAX) -> Plan:
    made = plan(usual(), settings, Intent(Action.CUTOVER, unattended=True), NOW)
    assert isinstance(made, Plan)
    return made


def events(*rows: tuple[EventKind, str] | Plan) -> list[Event]:
    return [
        Event(n, NOW + n, EventKind.PLANNED, "", "text", {"plan": msgspec.to_builtins(row)})
        if isinstance(row, Plan)
        else Event(n, NOW + n, *row, "text", {"write": ""})
        for n, row in enumerate(rows, 1)
    ]


def left(made: Plan, *steps: str) -> Service:
    """The service after these steps."""
    found = usual()
    for step in (one for one in made.steps if one.kind is StepKind.SHIFT and one.id in steps):
        found = applied(found, items_of(step))
    return found


def taken_out(found: Service, *numbers: int) -> Service:
    """The same, with these of BLUE at weight 0: somebody else did that."""
    keys = {found.blue.instances[number - 1].key for number in numbers}

    def zero(member: Member | None) -> Member | None:
        return replace(member, weight=0) if member is not None else None

    blue = [replace(one, member=zero(one.member)) if one.key in keys else one for one in found.blue.instances]
    return service(blue, list(found.green.instances))


SHARE = ((EventKind.INTENT, "shift-25"), (EventKind.VERIFIED, "shift-25"))
WHOLE = ((EventKind.INTENT, "shift"), (EventKind.VERIFIED, "shift"))


def test_whoever_is_at_0_where_we_left_more_was_taken_out_by_somebody() -> None:
    made = begun()
    there = taken_out(left(made, "shift-25"), 2)
    assert drained(made, events(*SHARE), there, Colour.BLUE) == (there.blue.instances[1].key,)
    assert drained(made, events(*SHARE), left(made, "shift-25"), Colour.BLUE) == ()


@pytest.mark.parametrize("rows", [(*SHARE, *WHOLE), (*SHARE, WHOLE[0])])
def test_what_our_own_write_has_done_or_may_have_done_is_nobodys_doing(rows: Sequence[tuple[EventKind, str]]) -> None:
    made = begun()
    there = taken_out(left(made, "shift-25", "shift"), 1, 2, 3)
    assert drained(made, events(*rows), there, Colour.BLUE) == ()


def test_a_plan_made_on_the_way_forgets_nobody() -> None:
    made = begun()
    there = taken_out(left(made, "shift-25"), 2)
    again = home(made, there)
    assert drained(made, events(*SHARE, again), there, Colour.BLUE) == (there.blue.instances[1].key,)


def test_a_wait_that_is_taken_up_makes_nobody_of_our_own_zeros() -> None:
    """Earlier versions recorded it with the plan under way."""
    made = begun()
    there = taken_out(left(made, "shift-25", "shift"), 1, 2, 3)
    assert drained(made, events(*SHARE, *WHOLE, (EventKind.STARTED, ""), made), there, Colour.BLUE) == ()


def home(made: Plan, there: Service, settings: ServiceConfig = LAX) -> Plan:
    out = drained(made, events(*SHARE), there, Colour.BLUE)
    found = plan(there, settings, back(made, there, drained=out), NOW)
    assert isinstance(found, Plan), found
    return found


def test_they_stay_out_on_the_way_back_and_are_named() -> None:
    made = begun()
    found = home(made, taken_out(left(made, "shift-25"), 2))
    written = {one.name: one.weight_after for step in found.steps for one in step.changes}
    assert "api-blue-2" not in written
    said = "api-blue-2 was set to weight 0 by somebody while the rollout ran: it stays out"
    assert said in found.notes
    assert sum("api-blue-2" in note for note in found.notes) == 1, "said once"
    assert drained_notes(found) == f" {said}."


def test_they_go_in_all_the_same_where_too_few_would_serve_without_them() -> None:
    made = begun(STRICT)
    there = left(made, "shift-25")
    given = [replace(one, member=replace(one.member, weight=33)) if one.member else one for one in there.blue.instances]
    there = taken_out(service(given, list(there.green.instances)), 1, 2)
    found = home(made, there, STRICT)
    written = {one.name: one.weight_after for step in found.steps for one in step.changes}
    assert (written["api-blue-1"], written["api-blue-2"]) == (100, 100)
    said = [note for note in found.notes if "taken in all the same, because without it" in note]
    assert len(said) == 2
    assert "must" in said[0]
    again = plan(there, STRICT, found.intent, NOW)
    assert isinstance(again, Plan)
    assert again.digest == found.digest, "planned again it is the same"


def test_where_all_are_out_there_is_still_a_way_back() -> None:
    made = begun()
    found = home(made, taken_out(left(made, "shift-25"), 1, 2, 3))
    assert {one.name for step in found.steps for one in step.changes if one.weight_after} == {
        f"api-blue-{n}" for n in (1, 2, 3)
    }
    assert "no instance of BLUE may go into rotation" in drained_notes(found)
