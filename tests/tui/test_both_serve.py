"""While both colours serve, what separates them is said for the direction in which traffic moves, or for both."""

from __future__ import annotations

import time
from dataclasses import replace

from rollouts import cutover, rollout, seen
from screen_text import shows, text_of, until
from shipped import NO, commit, with_commits
from tuikit import SHAS, config, instance, make_app, service, with_instances

from console.model.colour import Colour
from console.model.record import Record, Undone
from console.model.service import Service
from console.rollout.records import DecisionKind, RolloutState
from screens.arming import Arming


def armed() -> Arming:
    return Arming().arm(time.time(), "release")


def shared(facts: Service, now: float) -> Service:
    """GREEN serves as BLUE does."""
    live = instance(Colour.BLUE, 1, now).member
    assert live is not None
    made = [instance(Colour.GREEN, number, now) for number in (1, 2, 3)]
    return with_instances(
        facts,
        Colour.GREEN,
        *[replace(one, member=replace(one.member, weight=live.weight)) for one in made if one.member],
    )


def both_serving(now: float, heading: Colour | None = None) -> Service:
    """GREEN has one commit more; BLUE one that GREEN lacks and that cannot be undone."""
    facts = with_commits(
        shared(service(now), now),
        commit(1, "Add retry to RPC", now),
        undone=(commit(2, "Drop columns", now, trailers=NO),),
    )
    assert facts.shipping is not None
    return replace(facts, shipping=replace(facts.shipping, both=True), record=Record(heading=heading))


async def test_by_the_direction_of_the_rollout() -> None:
    now = time.time()
    app, _, _ = make_app(both_serving(now, Colour.GREEN))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "BLUE to GREEN ships 1, undoes 1")
        await pilot.press("m")
        await shows(pilot, "both serve: traffic moves from BLUE to GREEN", "BLUE to GREEN ships 1 commit")
        await shows(pilot, "going back afterwards is safe: no, it undoes 0000002 Drop", "Add retry to RPC")


async def test_the_other_way_round() -> None:
    now = time.time()
    app, _, _ = make_app(both_serving(now, Colour.BLUE))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("m")
        await shows(pilot, "traffic moves from GREEN to BLUE", "safe: no, 0000002 Drop")


async def test_with_no_rollout_both_directions_are_told() -> None:
    now = time.time()
    app, _, _ = make_app(both_serving(now))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "1 only in GREEN, 1 only in BLUE")
        await pilot.press("m")
        await shows(pilot, "no rollout is known to move traffic", "BLUE to GREEN ships", "GREEN to BLUE ships")


async def test_going_back_after_a_crash_wants_the_longer_word_where_that_is_not_safe() -> None:
    now = time.time()
    facts = with_commits(service(now), undone=(commit(2, "Drop columns", now, trailers=NO),))
    app, _, desk = make_app(facts, arming=armed())
    plan = cutover(facts, config().services["api"], now)
    async with app.run_test(size=(80, 24)) as pilot:
        desk.post(seen(rollout(plan, now, RolloutState.RUNNING), orphan=True))
        await shows(pilot, "unfinished")
        await pilot.press("f")
        await shows(pilot, "UNFINISHED")
        await pilot.press("u")
        await shows(pilot, "finish", "go back", "leave")
        await pilot.press("f", "enter")
        await shows(pilot, "override api", "Not rollback-safe", "0000002 Drop columns")
        await pilot.press(*"api", "enter")
        await shows(pilot, "that is not override api")
        await pilot.press("ctrl+u", *"override", "space", *"api", "enter", *"fire", "enter")
        await until(pilot, lambda: desk.settled == [("a1b2c3", DecisionKind.FINISH)])
        assert desk.settled_over == ["fire"]


async def test_the_bad_commit_is_named_on_the_commits_screen() -> None:
    now = time.time()
    facts = with_commits(service(now), commit(1, "Add retry to RPC", now))
    undone = Undone((commit(1, "", now).sha,), "Add retry to RPC", SHAS[Colour.GREEN], "a1b2c3", now)
    app, _, desk = make_app(replace(facts, record=Record(undone=(undone,))), arming=armed())
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("m", "x")
        await shows(pilot, "the bad commit of what was rolled back", "0000001 Add retry to RPC")
        await pilot.press("y", "enter", *"leaks", "enter")
        await until(pilot, lambda: desk.blamed == [("api", commit(1, "", now).sha, "leaks")])


async def test_where_nothing_was_rolled_back_the_key_says_so() -> None:
    app, _, desk = make_app(with_commits(service(time.time()), commit(1, "Add retry", 0.0)), arming=armed())
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "LB ")
        await pilot.press("m", "x")
        await shows(pilot, "nothing was rolled back")
        assert desk.blamed == []
        assert "the bad commit" not in text_of(app)
