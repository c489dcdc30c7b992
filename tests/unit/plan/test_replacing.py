"""One instance for another: what is planned, and what is refused."""

from __future__ import annotations

from dataclasses import replace

from plan_rotations import (
    pools_config,
    pools_service,
    several_config,
    several_service,
)
from plan_singles import after, asked, blues, greens, made, one, refused, world
from plan_worlds import instance
from plan_worlds import service as weights_service

from console.model.colour import Colour
from console.plan.plan import Action


def test_one_for_another_in_one_write() -> None:
    spare = [*blues()[:2], instance(Colour.BLUE, 3, 0)]
    found = made(weights_service(spare, greens()), asked(Action.REPLACE, "api-blue-1", "api-blue-3"))
    (step,) = [step for step in found.steps if step.writes]
    assert len(step.writes) == 1
    items = {item["name"]: item["weight"] for item in (step.writes[0].call.body or {})["members"]}
    assert items == {"api-blue-1": 0, "api-blue-3": 100}
    ill = [*blues()[:2], instance(Colour.BLUE, 3, 0, operating="ERROR")]
    assert (
        refused(weights_service(ill, greens()), asked(Action.REPLACE, "api-blue-1", "api-blue-3")).code == "unhealthy"
    )


def test_they_may_be_named_by_the_ids_of_servers_and_members() -> None:
    there = weights_service([*blues()[:2], instance(Colour.BLUE, 3, 0)], greens())
    old, new = one(there, "api-blue-1"), one(there, "api-blue-3")
    assert old.member is not None
    assert new.member is not None
    known = made(there, asked(Action.REPLACE, old.name, new.name))
    for first, second in ((old.member.id, new.name), (old.key, new.member.id), (old.member.id, new.member.id)):
        found = made(there, asked(Action.REPLACE, first, second))
        assert [step.writes for step in found.steps] == [step.writes for step in known.steps]
        assert (found.goal, found.summary) == (known.goal, known.summary)
        assert [step.words for step in found.steps] == [step.words for step in known.steps]
    held = replace(old, member=replace(old.member, tags=(*old.member.tags, "bluegreen:hold=bob@jump2")))
    there = replace(there, blue=replace(there.blue, instances=(held, *there.blue.instances[1:])))
    by_id = made(there, asked(Action.REPLACE, old.member.id, new.name))
    assert f"{old.name} is held by bob@jump2: that stays" in by_id.notes


def test_one_named_twice_is_no_replacement() -> None:
    there = weights_service([*blues()[:2], instance(Colour.BLUE, 3, 0)], greens())
    old = one(there, "api-blue-1")
    assert old.member is not None
    assert refused(there, asked(Action.REPLACE, old.name, old.member.id)).code == "names"


def test_nobody_serves_in_the_place_of_one_that_gets_no_traffic() -> None:
    out = several_service([instance(Colour.BLUE, 1, 0, hold="bob@jump2"), *blues()[1:]], greens())
    refusal = refused(out, asked(Action.REPLACE, "api-blue-1", "api-blue-2"), several_config())
    assert refusal.reason == "api-blue-1 gets no traffic, so api-blue-2 would get none in its place"
    assert refusal.hint.startswith("api-blue-2 serves already")
    both = several_service([*blues()[:1], *(instance(Colour.BLUE, n, 0) for n in (2, 3))], greens())
    other = refused(both, asked(Action.REPLACE, "api-blue-2", "api-blue-3"), several_config())
    assert other.hint == "to bring api-blue-3 in: `bluegreen restore nova-api api-blue-3`"
    idle = refused(world(), asked(Action.REPLACE, "api-green-1", "api-green-2"), several_config())
    assert "bluegreen hold nova-api api-green-1" in idle.hint
    parked = pools_service(blues(), greens(100))
    assert refused(parked, asked(Action.REPLACE, "api-green-1", "api-green-2"), pools_config()).code == "out"


def test_a_replacement_that_has_come_to_its_end_is_no_refusal() -> None:
    before = several_service([*blues()[:2], instance(Colour.BLUE, 3, 0)], greens())
    order = asked(Action.REPLACE, "api-blue-1", "api-blue-3")
    done = after(before, made(before, order, several_config()))
    assert not any(step.writes for step in made(done, order, several_config()).steps)


def test_one_that_is_not_in_every_pool_does_not_take_the_place_of_one_that_is() -> None:
    service = several_service([*blues()[:2], instance(Colour.BLUE, 3, 0)], greens())
    third = replace(one(service, "api-blue-3"), further=())
    service = replace(service, blue=replace(service.blue, instances=(*service.blue.instances[:2], third)))
    assert (
        "in pool pool-2" in refused(service, asked(Action.REPLACE, "api-blue-1", "api-blue-3"), several_config()).reason
    )
