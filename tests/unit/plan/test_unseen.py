"""What serves and was neither seen healthy nor is known to be dead may serve: it is kept as what is seen healthy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from plan_rotations import (
    pools_config,
    pools_service,
    power_config,
    power_service,
    release,
    several_config,
    several_service,
)
from plan_singles import after, asked, made, refused
from plan_singles import one as one_of
from plan_worlds import NOW, config, instance, service

from console.model.colour import Colour
from console.model.instance import Instance, Probe
from console.model.service import Service
from console.plan.backwards import back
from console.plan.orders import RetireOrder
from console.plan.plan import Action, Intent, Plan, Refusal
from console.plan.planner import plan

SILENT = Probe(ok=False, at=NOW - 1, error="timed out")
CUTOVER = Intent(Action.CUTOVER)


def silent(one: Instance) -> Instance:
    """The load balancer's check of it passes; the direct probe gets no answer."""
    return replace(one, probe=SILENT)


def blue(size: int = 3, **facts: Any) -> list[Instance]:
    return [instance(Colour.BLUE, n, 100, **facts) for n in range(1, size + 1)]


def green(size: int = 3, weight: int = 0) -> list[Instance]:
    return [instance(Colour.GREEN, n, weight) for n in range(1, size + 1)]


def unanswered(size: int = 3) -> Service:
    return service([silent(one) for one in blue(size)], green())


def unmonitored() -> Service:
    """Nothing checks any of it."""
    return replace(service(blue(operating="NO_MONITOR"), green()), probed=False)


def unprobed_workers() -> Service:
    off = [replace(one, server=replace(one.server, status="SHUTOFF", power_state=4)) for one in green() if one.server]
    return replace(power_service(blue(), off), probed=False)


ALL = ("api-blue-1", "api-blue-2", "api-blue-3")


@pytest.mark.parametrize(
    ("seen", "settings"),
    [(unanswered(), config()), (unmonitored(), config()), (unprobed_workers(), power_config())],
    ids=["the probe is not answered", "no monitor and no probe", "workers without a probe"],
)
@pytest.mark.parametrize("names", [ALL, ALL[:1]])
def test_what_may_serve_is_not_drained_below_the_floor(seen: Service, settings: object, names: tuple[str, ...]) -> None:
    found = refused(seen, asked(Action.DRAIN, *names), settings)  # type: ignore[arg-type]
    assert found.code == "floor"
    assert "instances would serve, 3 must" in found.reason
    assert "not seen healthy, but may serve" in found.reason


def test_on_purpose_one_of_them_may_go_by_the_share_that_is_told() -> None:
    found = refused(unanswered(), asked(Action.DRAIN, "api-blue-1"))
    assert found.enough == (0.66, "2 of 3 would serve")
    step = made(unanswered(), asked(Action.DRAIN, "api-blue-1", min_ratio=0.66)).steps[-1]
    assert step.after is not None
    assert (step.after[0].healthy, step.after[0].unseen, step.after[0].unseen_weight) == (0, 2, 200)
    assert step.after[0].seen == "0 healthy, 2 not seen"


def test_however_little_is_enough_the_last_one_stays() -> None:
    assert refused(unanswered(), asked(Action.DRAIN, *ALL, min_ratio=0.01)).code == "floor"


@pytest.mark.parametrize(
    "facts", [{"probe_ok": False}, {"operating": "ERROR"}, {"status": "SHUTOFF"}], ids=["503", "ERROR", "SHUTOFF"]
)
def test_what_is_known_to_be_dead_may_go(facts: dict[str, Any]) -> None:
    dead = service(blue(**facts), green())
    notes = made(dead, asked(Action.DRAIN, *ALL)).notes
    assert "nothing of nova-api is left in rotation then: clients get 503" in notes


def test_the_healthy_ones_are_kept_although_others_may_serve() -> None:
    one, two, three = blue()
    mixed = service([one, silent(two), silent(three)], green())
    found = refused(mixed, asked(Action.DRAIN, "api-blue-1", min_ratio=0.5))
    assert "0 healthy instances would serve, 1 must" in found.reason
    assert found.enough is None


def test_a_cutover_from_many_that_may_serve_to_one_is_refused() -> None:
    ten = service([silent(one) for one in blue(10)], green(1))
    found = plan(ten, config(), CUTOVER, NOW)
    assert not isinstance(found, Plan)
    assert found.code == "floor"
    assert "1 instances would serve, 10 must, of whom 10 were not seen healthy, but may serve" in found.reason
    assert "min_ratio" in found.hint
    planned = plan(ten, config(release=release(0.1)), CUTOVER, NOW)
    assert isinstance(planned, Plan)
    (note,) = [one for one in planned.notes if "carries the traffic" in one]
    assert note == (
        "BLUE carries the traffic, and none of it is seen healthy: 10 of 10 are not known to be dead, and count as "
        "what may serve (api-blue-1: the direct probe says timed out)"
    )


def test_from_what_is_known_to_be_dead_there_is_a_way_to_one_that_works() -> None:
    dead = service(blue(10, probe_ok=False), green(1))
    found = plan(dead, config(), CUTOVER, NOW)
    assert isinstance(found, Plan)
    assert "BLUE carries the traffic, and none of it is healthy: nothing that serves is taken away" in found.notes


def test_as_many_that_are_healthy_take_the_place_of_those_that_nobody_sees() -> None:
    found = plan(unanswered(), config(), CUTOVER, NOW)
    assert isinstance(found, Plan)
    assert found.steps[1].words.count("3 healthy in rotation") == 1


def test_who_was_not_seen_when_it_began_does_not_shut_the_way_back() -> None:
    one, two, three = blue()
    seen = service([one, two, silent(three)], green())
    forth = plan(seen, config(), CUTOVER, NOW)
    assert isinstance(forth, Plan)
    moved = service(
        [replace(each, member=replace(each.member, weight=0)) for each in seen.blue.instances if each.member],
        green(weight=100),
    )
    home = plan(moved, config(), back(forth, moved), NOW)
    assert isinstance(home, Plan), home


def test_a_way_back_by_hand_takes_no_more_away_than_served_when_it_began() -> None:
    many = service([instance(Colour.BLUE, 1, 0)], [silent(one) for one in green(10, 100)])
    found = plan(many, config(), Intent(Action.ROLLBACK), NOW)
    assert not isinstance(found, Plan)
    assert "1 instances would serve, 10 must" in found.reason
    assert "--live-fails" in found.hint
    assert isinstance(plan(many, config(), Intent(Action.ROLLBACK, source_fails=True), NOW), Plan)


def unmonitored_in_pools() -> Service:
    return replace(several_service(blue(operating="NO_MONITOR"), green()), probed=False)


def test_who_was_let_go_unseen_comes_back_by_the_undoing_of_that() -> None:
    there = unmonitored_in_pools()
    out = made(there, asked(Action.DRAIN, "api-blue-1", min_ratio=0.5), several_config())
    assert out.unseen == ("server-blue-1",)
    assert any("`bluegreen restore nova-api api-blue-1 --unchecked` brings it back" in note for note in out.notes)
    gone = after(there, out)
    home = made(gone, back(out, gone), several_config())
    assert any(note.endswith("as it served before") for note in home.notes)
    assert [one.weight for one in one_of(after(gone, home), "api-blue-1").members] == [100, 100]


def test_who_was_seen_healthy_when_it_went_comes_back_only_when_it_is_seen_so_again() -> None:
    there = several_service(blue(), green())
    out = made(there, asked(Action.DRAIN, "api-blue-1", min_ratio=0.5), several_config())
    assert out.unseen == ()
    gone = after(there, out)
    lost = replace(gone, blue=replace(gone.blue, instances=tuple(map(silent, gone.blue.instances))))
    assert refused(lost, back(out, gone), several_config()).code == "unhealthy"


def test_by_a_word_on_purpose_one_that_nobody_sees_is_put_back_and_never_one_that_is_dead() -> None:
    there = unmonitored()
    one, two, three = there.blue.instances
    assert one.member is not None
    held = replace(one.member, weight=0, tags=(*one.member.tags, "bluegreen:hold=alice@jump1"))
    gone = replace(there, blue=replace(there.blue, instances=(replace(one, member=held), two, three)))
    restore = asked(Action.RESTORE, "api-blue-1")
    found = refused(gone, restore)
    assert found.code == "unhealthy"
    assert found.hint.endswith("bluegreen restore nova-api api-blue-1 --unchecked")
    home = made(gone, replace(restore, unchecked=True))
    assert any("you have said that it may all the same" in note for note in home.notes)
    assert "It was seen healthy" not in home.steps[-1].words
    ill = replace(held, operating_status="ERROR")
    dead = replace(gone, blue=replace(gone.blue, instances=(replace(one, member=ill), two, three)))
    assert refused(dead, replace(restore, unchecked=True)).code == "unhealthy"


def scaled(*names: str) -> Intent:
    return Intent(Action.SCALE, Colour.BLUE, order=RetireOrder(only=names))


def test_who_may_serve_is_not_taken_away_for_good_while_one_that_is_dead_stays() -> None:
    one, two, three = blue()
    dead = instance(Colour.BLUE, 2, 100, operating="ERROR")
    found = refused(service([one, dead, silent(three)], green()), scaled("api-blue-3"))
    assert (found.code, found.names) == ("floor", ("api-blue-2",))
    assert isinstance(plan(service([one, two, silent(three)], green()), config(), scaled("api-blue-3"), NOW), Plan)


def parked() -> Service:
    """With a pool for each colour, of which no policy attaches the idle one; and no probe."""
    idle = [instance(Colour.GREEN, n, 100, operating="NO_MONITOR") for n in range(1, 4)]
    made = replace(pools_service(blue(), idle, preview=False), probed=False)
    sides = [
        replace(side, instances=tuple(replace(one, probe=None) for one in side.instances)) for side in made.colours
    ]
    return replace(made, blue=sides[0], green=sides[1])


def test_a_pool_that_nothing_looks_at_is_taken_by_a_word_alone_and_the_refusal_says_which() -> None:
    found = plan(parked(), pools_config(), CUTOVER, NOW)
    assert isinstance(found, Refusal)
    assert found.code == "unhealthy"
    assert "bluegreen preview nova-api" in found.hint
    assert found.hint.endswith("--unchecked")
    by_word = plan(parked(), pools_config(), replace(CUTOVER, unchecked=True), NOW)
    assert isinstance(by_word, Plan), by_word
    assert any("nothing has seen it work, and you have said so" in note for note in by_word.notes)
