"""A pool that is put in order before a switch: what is said of one that is idle, and of one that serves already."""

from __future__ import annotations

from plan_rotations import POOL_OF, listener, pools_config, pools_service
from plan_singles import blues, made
from plan_worlds import instance

from console.config.model import Release
from console.model.colour import Colour
from console.model.service import Service
from console.plan.blast import blast_radius
from console.plan.plan import Action, Intent

HALF = pools_config(release=Release(min_ratio=0.5))
GREEN = [instance(Colour.GREEN, n, 100) for n in (1, 2)] + [instance(Colour.GREEN, 3, 0)]
OVER = Intent(Action.CUTOVER, Colour.GREEN)


def mixed() -> Service:
    """One listener sends to GREEN, another one to BLUE."""
    return pools_service(
        blues(), GREEN, [listener("http", POOL_OF[Colour.GREEN]), listener("https", POOL_OF[Colour.BLUE])]
    )


def test_an_idle_pool_has_no_clients_yet() -> None:
    found = made(pools_service(blues(), GREEN), OVER, HALF)
    (ready,) = [step for step in found.steps if step.id == "ready"]
    assert "No client is sent there yet" in ready.words
    assert "that put its idle pool in order" in found.summary


def test_of_a_pool_that_serves_it_is_said_whose_clients_are_moved_and_how_many_serve_then() -> None:
    world = mixed()
    found = made(world, OVER, HALF)
    assert not any("idle pool" in words or "No client" in words for words in (found.summary, *_told(found.steps)))
    step = next(step for step in found.steps if step.writes)
    assert "http sends clients there already" in step.words
    assert (step.way, step.before is not None) == ("http", True)
    assert blast_radius(found, step, world) == "after this call on listener http: 3 of 6 in rotation, 1 spare"
    switch = next(step for step in found.steps if step.id == "shift")
    assert blast_radius(found, switch, world) == "after this call on listener https: 3 of 6 in rotation, 1 spare"


def _told(steps: object) -> list[str]:
    assert isinstance(steps, tuple)
    return [words for step in steps for words in (step.title, step.words)]
