"""How far a step reaches, in words, on plans as the planner makes them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plan_rotations import listener, pools_config, pools_service
from plan_worlds import NOW, config, instance, service, usual

from console.cli.plan_words import plan_lines
from console.config.model import Release
from console.model.colour import Colour
from console.model.service import Service
from console.plan.blast import blast_radius
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan as make_plan


def reaches(world: Service, shift: tuple[int, ...] = (100,)) -> list[str]:
    """Of every write of a cutover."""
    made = make_plan(world, config()._replace(release=Release(shift=shift)), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan), made
    return [found for step in made.steps if (found := blast_radius(made, step, world))]


def test_all_at_once_leaves_nothing_spare() -> None:
    assert reaches(usual()) == ["after this call: 3 of 6 in rotation, 0 spare"]


def test_in_the_middle_everything_serves_and_half_of_it_is_spare() -> None:
    assert reaches(usual(), (50, 100)) == [
        "after this call: 6 of 6 in rotation, 3 spare",
        "after this call: 3 of 6 in rotation, 0 spare",
    ]


def test_more_instances_than_served_before_are_spare() -> None:
    world = service([instance(Colour.BLUE, n, 100) for n in (1, 2)], [instance(Colour.GREEN, n, 0) for n in (1, 2, 3)])
    assert reaches(world) == ["after this call: 3 of 5 in rotation, 1 spare"]


@pytest.mark.parametrize(("shift", "stays"), [((50, 100), [False, True]), ((100,), [True])])
def test_who_has_a_session_stays_where_the_weight_is_gone(shift: tuple[int, ...], stays: list[bool]) -> None:
    world = usual()
    assert world.pool is not None
    sticky = replace(world, pool=replace(world.pool, session_persistence="HTTP_COOKIE"))
    assert ["sticky users stay on BLUE" in each for each in reaches(sticky, shift)] == stays


@pytest.mark.parametrize("names", [("http", "tls"), ("http",)])
def test_where_each_listener_is_moved_by_itself_what_serves_is_said_of_which(names: tuple[str, ...]) -> None:
    blue, green = ([instance(colour, number, 100) for number in (1, 2, 3)] for colour in Colour)
    world = pools_service(blue, green, [listener(name, "pool-blue") for name in names])
    made = make_plan(world, pools_config(), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan), made
    several = len(names) > 1
    reach = [found for step in made.steps if (found := blast_radius(made, step, world))]
    assert reach == [
        f"after this call{f' on listener {name}' if several else ''}: 3 of 6 in rotation, 0 spare" for name in names
    ]
    heads = [f"      {head} " for head in ("listener", "now", "after")]
    said = [" ".join(one.split()[:2]) for one in plan_lines(made) if one.startswith(tuple(heads))]
    assert said == [
        each for name in names for each in ([f"listener {name}"] if several else []) + ["now BLUE", "after BLUE"]
    ]


def test_a_step_that_writes_nothing_reaches_nowhere() -> None:
    made = make_plan(usual(), config(), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan)
    assert [blast_radius(made, step, None) for step in made.steps if not step.writes] == [
        "" for step in made.steps if not step.writes
    ]
