"""What became of a release stands on its servers, for a host that does not have the journal (DESIGN §6, rule 6)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plan_rotations import labelled
from plan_worlds import NOW, applied, config, usual

from console.config.model import Release
from console.model.colour import Colour
from console.model.marks import KEY, Mark, said_of
from console.model.readiness import rollback
from console.model.record import Barred, Proven, Record
from console.model.service import Service
from console.plan.desired import ServerLabelled
from console.plan.plan import Action, Intent, Plan, Step, StepKind
from console.plan.planner import plan
from console.plan.withheld import unproven

CUTOVER, ROLLBACK = Intent(Action.CUTOVER), Intent(Action.ROLLBACK)
GREEN = usual().green.version


def made(service: Service, intent: Intent, release: Release | None = None) -> Plan:
    found = plan(service, config(release=release) if release else config(), intent, NOW)
    assert isinstance(found, Plan), found
    return found


def after(service: Service, found: Plan) -> Service:
    for step in found.steps:
        for write in step.writes:
            match write.desired:
                case ServerLabelled(ident, _, metadata):
                    service = labelled(service, ident, dict(metadata))
                case _:
                    service = applied(service, (write.call.body or {})["members"])
    return service


def notes(found: Plan) -> list[Step]:
    return [step for step in found.steps if step.kind is StepKind.REMEMBER]


def test_a_cutover_ends_with_a_note_on_each_server_once_it_was_watched() -> None:
    found = made(usual(), CUTOVER, Release(bake=60.0, confirm_within=60.0))
    assert found.steps[-1].kind is StepKind.REMEMBER
    assert [step.kind for step in found.steps[-3:-1]] == [StepKind.CONFIRM, StepKind.BAKE]
    assert found.steps[-1].writes[0].call.body == {"metadata": {KEY: f"{GREEN} proven"}}
    left = after(usual(), found)
    assert said_of(left.green) is Mark.PROVEN
    assert said_of(left.blue) is None
    assert found.writes == 1, "no call of it changes what clients get"


def test_what_has_the_note_gets_no_second_one_and_a_reached_goal_none() -> None:
    left = after(usual(), made(usual(), CUTOVER))
    assert notes(made(left, replace(CUTOVER, target=Colour.GREEN, bakes=True))) == []
    assert notes(made(usual(), replace(CUTOVER, target=Colour.BLUE))) == [], "nobody has watched it"


def test_what_is_rolled_back_is_noted_as_taken_back_where_it_was_proven() -> None:
    left = after(usual(), made(usual(), CUTOVER))
    home = made(left, ROLLBACK)
    assert notes(home)[0].writes[0].call.body == {"metadata": {KEY: f"{GREEN} taken back"}}
    assert said_of(after(left, home).green) is Mark.TAKEN_BACK
    unmarked = after(usual(), replace(made(usual(), CUTOVER), steps=made(usual(), CUTOVER).steps[:2]))
    assert notes(made(unmarked, ROLLBACK)) == [], "the way back makes no call that it does not need"


def test_a_server_that_runs_another_version_by_now_says_nothing_of_it() -> None:
    left = after(usual(), made(usual(), CUTOVER))
    version = left.green.instances[0].version
    assert version is not None
    other = replace(version, value="0123456789")
    green = replace(left.green, instances=tuple(replace(one, version=other) for one in left.green.instances))
    assert said_of(green) is None


def marked(mark: Mark) -> Service:
    """GREEN is live, and BLUE's servers say so of their version."""
    swapped = after(usual(), made(usual(), CUTOVER))
    server = {KEY: f"{swapped.blue.version} {mark}"}
    instances = (
        replace(one, server=replace(one.server, metadata=server)) if one.server else one
        for one in swapped.blue.instances
    )
    return replace(swapped, blue=replace(swapped.blue, instances=tuple(instances)))


@pytest.mark.parametrize("record", [Record(), Record(problem="the journal cannot be read")])
def test_a_host_that_has_no_record_of_it_asks_the_servers(record: Record) -> None:
    known = replace(marked(Mark.PROVEN), record=record)
    assert unproven(known, ROLLBACK, Colour.BLUE) == ""
    assert "not known" not in rollback(known, NOW).words
    assert any("is proven, by what its servers say" in note for note in made(known, ROLLBACK).notes)
    unknown = replace(marked(Mark.TAKEN_BACK), record=record)
    assert "not known to be proven" in unproven(unknown, ROLLBACK, Colour.BLUE)


def test_a_no_of_either_outweighs() -> None:
    version = usual().blue.version
    barred = Record(barred=(Barred(version, "1a2b3c", NOW, "5xx"),))
    assert "was rolled back" in unproven(replace(marked(Mark.PROVEN), record=barred), ROLLBACK, Colour.BLUE)
    proven = Record(proven=(Proven(version, "1a2b3c", NOW),))
    words = unproven(replace(marked(Mark.TAKEN_BACK), record=proven), ROLLBACK, Colour.BLUE)
    assert words.endswith("its servers say that it was taken back")
