"""Workers that did not run when a rollout began: its way back leaves them off, as far as the floor allows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plan_rotations import done, power_config, power_service, release
from plan_singles import after, blues, greens, made

from console.model.colour import Colour
from console.model.instance import Instance
from console.model.service import Service
from console.plan.backwards import back
from console.plan.plan import Action, Intent, Plan

SETTINGS = power_config(release=release())


def off(worker: Instance) -> Instance:
    assert worker.server is not None
    return replace(worker, server=replace(worker.server, status="SHUTOFF", power_state=4))


def drained() -> Service:
    """BLUE does the work, and its first worker was stopped by hand."""
    first, *others = blues()
    return power_service([off(first), *others], [off(each) for each in greens()])


def running(service: Service) -> set[str]:
    return {each.name for side in service.colours for each in side.instances if each.runs}


def without(service: Service, name: str) -> Service:
    """Its server cannot be started any more."""

    def changed(each: Instance) -> Instance:
        assert each.server is not None
        return replace(each, server=replace(each.server, status="ERROR")) if each.name == name else each

    return replace(service, blue=replace(service.blue, instances=tuple(map(changed, service.blue.instances))))


def got_so_far(service: Service, found: Plan, sent: int) -> Service:
    for write in [write for step in found.steps for write in step.writes][:sent]:
        service = done(service, write.call)
    return service


@pytest.mark.parametrize("sent", range(6))
def test_who_was_off_stays_off_however_far_it_got(sent: int) -> None:
    before = drained()
    cutover = made(before, Intent(Action.CUTOVER), SETTINGS)
    left = got_so_far(before, cutover, sent)
    home = made(left, back(cutover, left), SETTINGS)
    assert running(after(left, home)) == {"api-blue-2", "api-blue-3"}
    assert "api-blue-1 stays off: it did not run when the rollout began" in home.notes


def test_whom_the_floor_needs_is_started_all_the_same_and_that_is_said() -> None:
    before = drained()
    cutover = made(before, Intent(Action.CUTOVER), SETTINGS)
    left = without(got_so_far(before, cutover, 5), "api-blue-2")
    home = made(left, back(cutover, left), SETTINGS)
    assert "api-blue-1" in running(after(left, home))
    assert any(
        note == "api-blue-1 did not run when the rollout began, and is started: without it too few would work"
        for note in home.notes
    )


def test_no_more_are_started_than_the_floor_needs() -> None:
    before = drained()
    before = replace(before, blue=replace(before.blue, instances=tuple(
        off(each) if each.name != "api-blue-3" else each for each in before.blue.instances)))  # fmt: skip
    cutover = made(before, Intent(Action.CUTOVER), SETTINGS)
    left = without(got_so_far(before, cutover, 4), "api-blue-3")
    home = made(left, back(cutover, left), SETTINGS)
    assert running(after(left, home)) == {"api-blue-1"}
    assert "api-blue-2 stays off: it did not run when the rollout began" in home.notes


def test_who_was_started_meanwhile_goes_on() -> None:
    before = drained()
    cutover = made(before, Intent(Action.CUTOVER), SETTINGS)
    left = got_so_far(power_service(blues(), before.green.instances), cutover, 3)
    home = made(left, back(cutover, left), SETTINGS)
    assert running(after(left, home)) == {"api-blue-1", "api-blue-2", "api-blue-3"}
    assert not any("api-blue-1" in note for note in home.notes)


def test_of_a_way_back_by_hand_the_words_stay_yours() -> None:
    left = power_service([off(each) for each in blues()], greens())
    home = made(left, Intent(Action.ROLLBACK, Colour.BLUE, leave_out=("api-blue-1",)),
                power_config(release=release(0.5)))  # fmt: skip
    assert "api-blue-1 stays off: left out as you said" in home.notes
