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
from console.model.service import POOLS, POWER, WEIGHTS, Service
from console.plan.backwards import back
from console.plan.plan import Action, Intent

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
