"""Weights that somebody has set by hand: a way back gives what was taken away, whatever is recorded."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plan_rotations import pools_config, pools_service, several_config, several_service
from plan_singles import after, asked, made, one
from plan_worlds import instance

from console.config.model import Release, ServiceConfig
from console.model.colour import Colour
from console.model.record import Record, Stood
from console.model.service import POOLS, Service
from console.plan.backwards import back
from console.plan.plan import Action, Intent, Plan, StepKind
from console.plan.stood import weights_of

CUTOVER = Intent(Action.CUTOVER)
SHARES = Release(shift=(10, 50, 100))
BY_HAND = (150, 50)  # more than is recorded, and less


def by_hand(rotation: str, weight: int, *, green: int = 150, tagged: int | None = 100) -> tuple[Service, ServiceConfig]:
    """BLUE serves at a weight that is not its recorded one."""
    blue = [instance(Colour.BLUE, n, weight, tagged=tagged) for n in (1, 2, 3)]
    idle = [instance(Colour.GREEN, n, green if rotation == POOLS else 0, tagged=green) for n in (1, 2, 3)]
    if rotation == POOLS:
        return pools_service(blue, idle), pools_config()
    return several_service(blue, idle), several_config(release=SHARES)


def weights(service: Service, colour: Colour = Colour.BLUE) -> list[int]:
    return [member.weight for each in service.side(colour).instances for member in each.members]


def so_far(service: Service, found: Plan, steps: int) -> Service:
    """After so many of the plan's shifts."""
    shifts = [step for step in found.steps if step.kind is StepKind.SHIFT][:steps]
    return after(service, replace(found, steps=tuple(shifts)))


def recalled(service: Service, cutover: Plan) -> Service:
    """The service, with what the journal says once the cutover is done."""
    return replace(service, record=Record(stood=Stood(cutover.source, "1a2b3c", weights_of(cutover.basis))))


@pytest.mark.parametrize("weight", BY_HAND)
@pytest.mark.parametrize("tagged", [100, 0, None])
@pytest.mark.parametrize(("rotation", "shifts"), [(POOLS, 1), ("weights", 1), ("weights", 2), ("weights", 3)])
def test_the_way_back_gives_each_member_the_weight_that_it_had(
    rotation: str, shifts: int, tagged: int | None, weight: int
) -> None:
    service, settings = by_hand(rotation, weight, tagged=tagged)
    cutover = made(service, CUTOVER, settings)
    left = so_far(service, cutover, shifts)
    assert weights(after(left, made(left, back(cutover, left), settings))) == weights(service)


@pytest.mark.parametrize("weight", BY_HAND)
@pytest.mark.parametrize("rotation", ["weights", POOLS])
def test_a_rollback_later_gives_it_by_the_record(rotation: str, weight: int) -> None:
    service, settings = by_hand(rotation, weight)
    cutover = made(service, CUTOVER, settings)
    left = recalled(after(service, cutover), cutover)
    home = made(left, Intent(Action.ROLLBACK), replace_floor(settings))
    assert weights(after(left, home)) == weights(service)
    assert made(after(left, home), home.intent, replace_floor(settings)).writes == 0


def replace_floor(settings: ServiceConfig) -> ServiceConfig:
    """GREEN has more weight than BLUE had: that is not what is asked here."""
    return settings._replace(release=settings.release._replace(min_ratio=0.3))


@pytest.mark.parametrize("rotation", ["weights", POOLS])
def test_where_no_journal_tells_more_than_was_recorded_comes_back_by_the_members_alone(rotation: str) -> None:
    service, settings = by_hand(rotation, 150)
    left = after(service, made(service, CUTOVER, settings))
    assert weights(after(left, made(left, Intent(Action.ROLLBACK), settings))) == weights(service)


def test_what_was_recorded_outlives_less_of_it() -> None:
    service, settings = by_hand("weights", 50)
    cutover = made(service, CUTOVER, settings)
    left = after(service, cutover)
    home = after(left, made(left, back(cutover, left), settings))
    for there in (left, home):
        assert {member.intended_weight for each in there.blue.instances for member in each.members} == {100}


def test_whoever_goes_on_with_a_shift_goes_back_to_its_beginning() -> None:
    service, settings = by_hand("weights", 80, green=80)
    settings = settings._replace(release=Release(shift=(10, 80, 100)))
    cutover = made(service, CUTOVER, settings)
    half = so_far(service, cutover, 2)
    assert weights(half) != weights(service)
    finish = made(half, replace(CUTOVER, target=Colour.GREEN, began=cutover.floors, stood=back(cutover, half).stood),
                  settings)  # fmt: skip
    left = after(half, finish)
    assert weights(after(left, made(left, back(finish, left), settings))) == weights(service)


def test_what_begins_between_two_colours_does_not_take_the_weights_of_a_shift_for_anybodys() -> None:
    blue = [instance(Colour.BLUE, n, 40) for n in (1, 2, 3)]
    both = several_service(blue, [instance(Colour.GREEN, n, 60) for n in (1, 2, 3)])
    cutover = made(both, replace(CUTOVER, target=Colour.GREEN), several_config())
    left = after(both, cutover)
    assert weights(after(left, made(left, back(cutover, left), several_config()))) == [100] * 6


def test_who_serves_with_more_than_is_recorded_has_reached_the_goal() -> None:
    service, settings = by_hand("weights", 100, tagged=50)
    there = made(service, replace(CUTOVER, target=Colour.BLUE), settings)
    assert there.writes == 0
    assert any("api-blue-1 has weight 100, its recorded one is 50: 100 counts" in note for note in there.notes)


def test_whom_somebody_takes_out_for_a_while_comes_back_as_it_was() -> None:
    service, settings = by_hand("weights", 100, tagged=50)
    low = replace_floor(settings)
    drained = after(service, made(service, asked(Action.DRAIN, "api-blue-1"), low))
    assert one(drained, "api-blue-1").weight == 0
    restored = after(drained, made(drained, asked(Action.RESTORE, "api-blue-1"), low))
    assert weights(restored) == weights(service)


def test_what_is_said_of_less_than_is_recorded() -> None:
    service, settings = by_hand("weights", 50)
    cutover = made(service, CUTOVER, settings)
    has = "api-blue-1 has weight 50, its recorded one is 100"
    assert f"{has}: going back gives it 50 again; the recorded one counts when a later cutover brings it in" in (
        cutover.notes
    )
    canary = so_far(service, cutover, 1)
    assert f"{has}: it goes back to 50, as before" in made(canary, back(cutover, canary), settings).notes
