"""Whoever somebody had taken out before a rollout began stays out on the way back, in every rotation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plan_rotations import pools_config, pools_service, power_config, power_service, release, several_config
from plan_rotations import several_service as pair
from plan_singles import after, blues, greens, made

from console.config.model import ServiceConfig
from console.model.colour import Colour
from console.model.instance import Instance
from console.model.record import Record, Stood
from console.model.service import POOLS, POWER, WEIGHTS, Service
from console.plan.backwards import back
from console.plan.plan import Action, Intent, Plan
from console.plan.stood import weights_of

CUTOVER = Intent(Action.CUTOVER)
OUT = "api-blue-1"
ROTATIONS = (WEIGHTS, POOLS, POWER)


def off(worker: Instance) -> Instance:
    assert worker.server is not None
    return replace(worker, server=replace(worker.server, status="SHUTOFF", power_state=4))


def without(members: Instance) -> Instance:
    """At weight 0, by hand: its recorded weight is still there."""
    assert members.member is not None
    return replace(members, member=replace(members.member, weight=0, operating_status="DRAINING"))


def began(rotation: str) -> tuple[Service, ServiceConfig]:
    """BLUE serves, but for its first instance."""
    first, *others = blues()
    loose = release(0.5)
    if rotation == POWER:
        return power_service([off(first), *others], [off(one) for one in greens()]), power_config(release=loose)
    if rotation == POOLS:
        return pools_service([without(first), *others], greens(100)), pools_config(release=loose)
    return pair([without(first), *others], greens()), several_config(release=loose)


def serving(service: Service) -> set[str]:
    return {one.name for side in service.colours for one in side.instances if service.in_rotation(one)}


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_the_way_back_leaves_it_out_and_names_it(rotation: str) -> None:
    service, settings = began(rotation)
    before = serving(service)
    cutover = made(service, CUTOVER, settings)
    left = after(service, cutover)
    home = made(left, back(cutover, left), settings)
    assert serving(after(left, home)) == before
    assert any(note.startswith(f"{OUT} stays o") and "when the rollout began" in note for note in home.notes)


def test_with_pools_nothing_is_written_but_the_listener() -> None:
    service, settings = began(POOLS)
    cutover = made(service, CUTOVER, settings)
    left = after(service, cutover)
    home = made(left, back(cutover, left), settings)
    assert home.writes == 1


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_who_was_brought_in_since_serves_with_the_others(rotation: str) -> None:
    service, settings = began(rotation)
    cutover = made(service, CUTOVER, settings)
    left = after(service, cutover)
    first, *others = left.blue.instances
    if rotation == POWER:
        there = power_service([blues()[0], *others], left.green.instances)
    else:
        assert first.member is not None
        again = replace(first, member=replace(first.member, weight=100))
        listeners = [one for part in left.balanced for one in part.listeners]
        there = (
            pools_service([again, *others], left.green.instances, listeners)
            if rotation == POOLS
            else pair([again, *others], left.green.instances)
        )
    home = made(there, back(cutover, there), settings)
    assert OUT in serving(after(there, home))


def test_who_was_out_of_one_of_its_pools_stays_out_of_that() -> None:
    service = pair(blues(), greens())
    first, *others = service.blue.instances
    (second,) = first.further
    parts = tuple(
        replace(part, members={
            pool: tuple(replace(one, weight=0) if one.id == second.id else one for one in found)
            for pool, found in part.members.items()})
        for part in service.balanced
    )  # fmt: skip
    half = replace(first, further=(replace(second, weight=0),))
    service = replace(service, balanced=parts, blue=replace(service.blue, instances=(half, *others)))
    settings = several_config(release=release(0.5))
    cutover = made(service, CUTOVER, settings)
    left = after(service, cutover)
    there = after(left, made(left, back(cutover, left), settings))
    assert [one.weight for one in there.side(Colour.BLUE).instances[0].members] == [100, 0]


def recalled(service: Service, cutover: Plan) -> Service:
    """The service once the cutover is done, with what the journal says of it."""
    return replace(
        after(service, cutover), record=Record(stood=Stood(Colour.BLUE, "1a2b3c", weights_of(cutover.basis)))
    )


ROLLBACK = Intent(Action.ROLLBACK)


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_a_rollback_later_leaves_it_out_by_the_record_and_says_how_it_comes_in(rotation: str) -> None:
    service, settings = began(rotation)
    left = recalled(service, made(service, CUTOVER, settings))
    home = made(left, ROLLBACK, settings)
    assert serving(after(left, home)) == serving(service)
    was = "did not run" if rotation == POWER else "was out"
    (note,) = (note for note in home.notes if note.startswith(OUT))
    assert note.endswith(f": it {was} when cutover 1a2b3c began (--in {OUT} takes it in)")
    told = made(left, replace(ROLLBACK, take_in=(OUT,)), settings)
    assert OUT in serving(after(left, told))
    assert not any(note.startswith(OUT) for note in told.notes)


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_where_no_journal_tells_it_comes_in_with_the_others(rotation: str) -> None:
    service, settings = began(rotation)
    left = after(service, made(service, CUTOVER, settings))
    assert OUT in serving(after(left, made(left, ROLLBACK, settings)))


def ill(service: Service, name: str, rotation: str) -> Service:
    """Its check fails, or its worker cannot be started."""

    def changed(one: Instance) -> Instance:
        if one.name != name:
            return one
        assert one.probe is not None
        assert one.server is not None
        if rotation == POWER:
            return replace(one, server=replace(one.server, status="ERROR"))
        return replace(one, probe=replace(one.probe, ok=False, status=503))

    return replace(service, blue=replace(service.blue, instances=tuple(map(changed, service.blue.instances))))


@pytest.mark.parametrize("rotation", ROTATIONS)
@pytest.mark.parametrize("by_record", [True, False])
def test_it_comes_in_where_too_few_would_serve_without_it_and_that_is_said(rotation: str, by_record: bool) -> None:
    service, settings = began(rotation)
    settings = settings._replace(release=release(1.0))  # all that served must: two
    cutover = made(service, CUTOVER, settings)
    left = ill(recalled(service, cutover), "api-blue-2", rotation)
    settings = settings._replace(release=release(0.66))
    home = made(left, ROLLBACK if by_record else back(cutover, left), settings)
    assert OUT in serving(after(left, home))
    was, comes = ("did not run", "is started") if rotation == POWER else ("was out", "is taken in")
    when = "cutover 1a2b3c" if by_record else "the rollout"
    less = "work" if rotation == POWER else "serve"
    assert f"{OUT} {was} when {when} began, and {comes}: without it too few would {less}" in home.notes
    assert made(left, home.intent, settings).digest == home.digest


def test_of_whom_nothing_is_recorded_only_an_operator_says_that_it_belongs_in() -> None:
    first, *others = blues()
    bare = replace(without(first), member=replace(first.members[0], weight=0, tags=()))
    service, settings = pair([bare, *others], greens()), several_config(release=release(0.5))
    cutover = made(service, CUTOVER, settings)
    left = ill(recalled(service, cutover), "api-blue-2", WEIGHTS)
    home = made(left, ROLLBACK, settings._replace(release=release(0.3)))
    assert OUT not in serving(after(left, home))
