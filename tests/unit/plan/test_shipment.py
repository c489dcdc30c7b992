"""What a plan ships and undoes, whether there is a way back, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plan_worlds import NOW, instance, usual
from plan_worlds import config as plain_config
from shipments import UNSAFE, commit, config, shipping_to_green

from console.model.colour import Colour
from console.model.instance import Version
from console.model.record import Proven, Record
from console.model.service import Service
from console.model.shipping import Safe
from console.plan.plan import Action, Intent, Plan, Shipment
from console.plan.planner import plan


def planned(facts: Service, action: Action = Action.CUTOVER, target: Colour | None = None) -> Plan:
    made = plan(facts, config(), Intent(action, target), NOW)
    assert isinstance(made, Plan), made
    return made


def shas(shipment: Shipment) -> tuple[str, str]:
    return tuple("".join(one.sha[0] for one in each or ()) for each in (shipment.ships, shipment.undoes))  # type: ignore[return-value]


def test_a_cutover_is_asked_whether_one_can_go_back_after_it() -> None:
    made = planned(shipping_to_green(usual(), commit("1"), commit("2", "Drop it", trailers=UNSAFE)))
    assert made.shipment.safety.words == "no: 2222222 Drop it (Rollback-Safe: no, drops columns)"
    assert made.notes[0] == "going back afterwards is NOT safe: 2222222 Drop it (Rollback-Safe: no, drops columns)"
    assert shas(made.shipment) == ("12", "")


def test_a_rollback_is_asked_what_it_undoes() -> None:
    facts = shipping_to_green(usual(), commit("1"), undoes=(commit("2", trailers=UNSAFE),))
    made = planned(facts, Action.ROLLBACK)
    assert made.shipment.safety.verdict is Safe.NO
    assert made.notes[0].startswith("going back is NOT safe: 2222222")
    assert shas(made.shipment) == ("1", "2")


def test_what_a_rollback_to_a_proven_version_brings_back_does_not_make_it_unsafe() -> None:
    facts = shipping_to_green(usual(), commit("1", trailers=UNSAFE), undoes=(commit("2"),))
    proven = Proven(facts.green.version, "a1b2c3", NOW - 60)
    made = planned(replace(facts, record=Record(proven=(proven,))), Action.ROLLBACK)
    assert made.shipment.safety.verdict is Safe.YES


@pytest.mark.parametrize("record", [None, Record(), Record(proven=(Proven("another", "a1b2c3", NOW - 60),))])
def test_a_rollback_to_what_nobody_has_proven_is_asked_what_it_brings_in(record: Record | None) -> None:
    facts = replace(shipping_to_green(usual(), commit("1", "Drop it", trailers=UNSAFE)), record=record)
    made = planned(facts, Action.ROLLBACK)
    assert made.shipment.safety.verdict is Safe.NO
    assert any(note.startswith("going back is NOT safe: GREEN brings in 1111111 Drop it") for note in made.notes)


def test_a_cutover_that_undoes_what_cannot_be_undone_says_so() -> None:
    made = planned(shipping_to_green(usual(), commit("1"), undoes=(commit("2", "Drop it", trailers=UNSAFE),)))
    assert made.shipment.safety.verdict is Safe.NO
    assert made.shipment.safety.reason.startswith("it undoes 2222222 Drop it")
    assert "GREEN lacks what is live now, which it would undo: 2222222 Drop it" in made.notes


def test_safe_is_no_note() -> None:
    made = planned(shipping_to_green(usual(), commit("1")))
    assert made.shipment.safety.verdict is Safe.YES
    assert made.shipment.notes == ()


def test_unknown_is_said_with_its_reason() -> None:
    made = planned(replace(usual(), shipping=None))
    assert made.notes[0].startswith("whether going back afterwards is safe is not known")


def test_without_a_source_of_commits_nothing_is_said() -> None:
    made = plan(usual(), plain_config(), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan)
    assert made.shipment.safety.verdict is Safe.UNKNOWN
    assert made.shipment.notes == ()


def test_commits_of_versions_that_run_no_more_say_nothing() -> None:
    facts = shipping_to_green(usual(), commit("1"))
    other = [replace(instance(Colour.GREEN, n, 0), version=Version("c" * 40, "m")) for n in (1, 2, 3)]
    moved = replace(facts, green=replace(facts.green, instances=tuple(other)))
    made = planned(moved)
    assert made.shipment.ships is None
    assert "not those of the versions that run now" in made.notes[0]


def test_the_digest_does_not_know_of_commits() -> None:
    facts = usual()
    assert planned(facts).digest == planned(shipping_to_green(facts, commit("1", trailers=UNSAFE))).digest
