"""Changes of single instances: what is planned, what is refused, and that it is undone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from plan_rotations import (
    done,
    pools_config,
    pools_service,
    power_config,
    power_service,
    several_config,
    several_service,
)
from plan_singles import after, asked, blues, greens, made, one, refused, world
from plan_worlds import NOW, config, instance, usual
from plan_worlds import service as weights_service

from console.model.balancer import Member
from console.model.colour import Colour
from console.model.instance import Instance
from console.model.record import Freeze, Record
from console.model.service import Service
from console.plan.backwards import back
from console.plan.desired import MemberState
from console.plan.orders import SingleOrder
from console.plan.plan import Action, Intent, Plan, Refusal
from console.plan.planner import plan


def test_one_of_three_cannot_be_spared_unless_that_is_said() -> None:
    refusal = refused(world(), asked(Action.DRAIN, "api-blue-2"), several_config())
    assert (refusal.code, refusal.rule) == ("floor", 1)
    assert "--min-ratio" in refusal.hint
    found = made(world(), asked(Action.DRAIN, "api-blue-2", min_ratio=0.6), several_config())
    assert any("0.6 of the capacity" in note for note in found.notes)


def test_out_held_and_back_again() -> None:
    before, settings = world(), several_config()
    out = made(before, asked(Action.DRAIN, "api-blue-2", min_ratio=0.5), settings)
    assert out.writes == 2, "a write for each pool"
    left = after(before, out)
    assert [member.weight for member in one(left, "api-blue-2").members] == [0, 0]
    assert one(left, "api-blue-2").held_by == "alice@jump1"
    restored = made(left, back(out, left), settings)
    home = after(left, restored)
    assert [member.weight for member in one(home, "api-blue-2").members] == [100, 100]
    assert one(home, "api-blue-2").held_by is None
    assert made(home, back(out, home), settings).writes == 0


def test_who_is_ill_may_always_leave() -> None:
    ill = weights_service([instance(Colour.BLUE, 1, 100), instance(Colour.BLUE, 2, 100, probe_ok=False)], greens())
    assert made(ill, asked(Action.DRAIN, "api-blue-2")).writes == 1


def test_what_is_held_stays_out_of_a_cutover_and_in_it() -> None:
    held = after(world(), made(world(), asked(Action.HOLD, "api-green-1"), several_config()))
    assert one(held, "api-green-1").held_by == "alice@jump1"
    cutover = plan(held, several_config()._replace(release=config().release._replace(min_ratio=0.5)),
                   Intent(Action.CUTOVER), NOW)  # fmt: skip
    assert isinstance(cutover, Plan)
    assert all(change.name != "api-green-1" for step in cutover.steps for change in step.changes)


def test_a_hold_says_that_a_rollback_takes_it_out_all_the_same() -> None:
    held = made(world(), asked(Action.HOLD, "api-blue-1"), several_config())
    assert any("a rollback takes it out with the others" in step.words for step in held.steps)


def test_a_disabled_member_is_seen_healthy_before_it_serves() -> None:
    disabled = [instance(Colour.BLUE, 1, 100), instance(Colour.BLUE, 2, 100, admin_up=False)]
    found = made(weights_service(disabled, greens()), asked(Action.RESTORE, "api-blue-2"))
    assert [step.id for step in found.steps] == ["reconcile", "enable", "check", "change"]
    (enable,) = found.steps[1].writes
    (item,) = (enable.call.body or {})["members"]
    assert (item["weight"], item["admin_state_up"]) == (0, True)
    assert found.steps[2].healthy == ("server-blue-2",)


def test_an_ill_one_is_not_put_back() -> None:
    ill = [instance(Colour.BLUE, 1, 100), instance(Colour.BLUE, 2, 0, operating="ERROR")]
    assert refused(weights_service(ill, greens()), asked(Action.RESTORE, "api-blue-2")).code == "unhealthy"


@pytest.mark.parametrize(("first", "further"), [(100, 0), (30, 30), (0, 100)])
def test_an_ill_one_does_not_get_more_traffic_in_any_of_its_pools(first: int, further: int) -> None:
    def world(*, ill: bool) -> Service:
        partly = instance(Colour.BLUE, 1, first, probe_ok=not ill)
        service = several_service([partly, *blues()[1:]], greens())
        return with_further(service, "api-blue-1", further)

    restore = asked(Action.RESTORE, "api-blue-1")
    assert refused(world(ill=True), restore, several_config()).code == "unhealthy"
    assert made(world(ill=False), restore, several_config()).writes == (first < 100) + (further < 100)
    replaced = asked(Action.REPLACE, "api-blue-2", "api-blue-1", min_ratio=0.3)
    assert refused(world(ill=True), replaced, several_config()).code == "unhealthy"


def test_who_gets_no_more_than_it_has_may_be_ill() -> None:
    held = instance(Colour.BLUE, 1, 100, hold="bob@jump2", probe_ok=False)
    assert made(several_service([held, *blues()[1:]], greens()), asked(Action.RESTORE, "api-blue-1"),
                several_config()).writes == 2  # fmt: skip


def with_further(service: Service, name: str, weight: int) -> Service:
    """The instance has this weight in the second pool."""
    status = "ONLINE" if weight else "DRAINING"

    def changed(member: Member) -> Member:
        return replace(member, weight=weight, operating_status=status)

    ours = {member.id for member in one(service, name).further}
    first, second = service.balanced
    there = {pool: tuple(changed(m) if m.id in ours else m for m in found) for pool, found in second.members.items()}

    def joined(each: Instance) -> Instance:
        return replace(each, further=tuple(map(changed, each.further))) if each.name == name else each

    blue = replace(service.blue, instances=tuple(map(joined, service.blue.instances)))
    return replace(service, blue=blue, balanced=(first, replace(second, members=there)))


def test_one_of_the_idle_colour_is_not_put_beside_the_live_one() -> None:
    assert refused(usual(), asked(Action.RESTORE, "api-green-2")).code == "idle"


def test_clients_of_the_idle_colour_are_sent_away_and_it_can_be_undone() -> None:
    before, settings = world(), several_config()
    out = made(before, asked(Action.EVICT), settings)
    left = after(before, out)
    assert all(not member.admin_state_up for each in left.green.instances for member in each.members)
    assert all(member.admin_state_up for each in left.blue.instances for member in each.members)
    home = made(left, asked(Action.ADMIT), settings)
    assert [step.id for step in home.steps] == ["reconcile", "enable", "check"]
    assert all(member.admin_state_up for each in after(left, home).green.instances for member in each.members)


def test_a_colour_that_serves_is_not_sent_away() -> None:
    assert refused(world(), asked(Action.EVICT, target=Colour.BLUE), several_config()).code == "serving"


def test_who_is_to_be_sent_away_without_a_name_is_clear_or_asked_for() -> None:
    both = refused(weights_service(blues(), greens(100)), asked(Action.EVICT))
    assert (both.code, "which colour is idle" in both.reason) == ("which", True), both
    before, settings = world(), several_config()
    again = refused(after(before, made(before, asked(Action.EVICT), settings)), asked(Action.EVICT), settings)
    assert again.code == "none"
    assert "no member that is not disabled already" in again.reason


@pytest.mark.parametrize("action", [Action.DRAIN, Action.RESTORE])
def test_a_worker_is_stopped_and_started(action: Action) -> None:
    workers = power_service(blues(), greens())
    third = one(workers, "api-blue-3")
    assert third.server is not None
    off = replace(third, server=replace(third.server, status="SHUTOFF", power_state=4))
    workers = replace(workers, blue=replace(workers.blue, instances=(*workers.blue.instances[:2], off)))
    name = "api-blue-1" if action is Action.DRAIN else "api-blue-3"
    found = made(workers, asked(action, name, min_ratio=0.4), power_config())
    (write,) = [write for step in found.steps for write in step.writes if step.id == "change"]
    assert write.call.body == {"os-stop" if action is Action.DRAIN else "os-start": None}
    assert refused(workers, asked(Action.REPLACE, name, "api-blue-2"), power_config()).code == "rotation"


def test_in_a_pool_of_each_colour_as_well() -> None:
    service = pools_service(blues(), greens(100))
    assert refused(service, asked(Action.DRAIN, "api-blue-1"), pools_config()).code == "floor"
    assert made(service, asked(Action.DRAIN, "api-green-1"), pools_config()).writes == 1, "the idle pool has no floor"


def test_a_name_of_nobody_and_names_of_both_colours() -> None:
    assert refused(usual(), asked(Action.DRAIN, "api-blu-1")).code == "names"
    assert refused(usual(), asked(Action.HOLD, "api-blue-1", "api-green-1")).code == "colour"


FREEZE = Record(freeze=Freeze("bob@jump2", "holidays", NOW - 60))


@pytest.mark.parametrize("action", [Action.DRAIN, Action.HOLD, Action.REPLACE, Action.EVICT])
def test_a_freeze_shuts_no_way_back(action: Action) -> None:
    before, settings = several_service([*blues()[:2], instance(Colour.BLUE, 3, 0)], greens()), several_config()
    names = {Action.EVICT: (), Action.REPLACE: ("api-blue-1", "api-blue-3")}.get(action, ("api-blue-1",))
    order = asked(action, *names, min_ratio=0.4)
    found = made(before, order, settings)
    frozen = replace(after(before, found), record=FREEZE)
    assert refused(frozen, order, settings).code == "frozen"
    assert refused(frozen, replace(back(found, frozen), undoes=False), settings).code == "frozen", "by hand it is"
    home = made(frozen, back(found, frozen), settings)
    assert home.writes
    assert refused(after(frozen, home), back(home, frozen), settings).code == "frozen", "nor is it done again"


def test_a_freeze_shuts_no_way_back_of_a_preview() -> None:
    service = pools_service(blues(), greens(100), preview=False)
    found = made(service, Intent(Action.PREVIEW), pools_config())
    frozen = replace(service, record=FREEZE)
    assert refused(frozen, Intent(Action.UNPREVIEW), pools_config()).code == "frozen"
    made(frozen, back(found, frozen), pools_config())


def test_an_intent_of_before_has_undone_nothing() -> None:
    found = made(world(), asked(Action.HOLD, "api-blue-1"), several_config())
    row = msgspec.to_builtins(found.intent)
    del row["undoes"]
    assert msgspec.convert(row, Intent) == found.intent


def standings(service: Service) -> dict[str, tuple[int, bool, str | None]]:
    """How every member stands."""
    members = (member for side in service.colours for one in side.instances for member in one.members)
    return {one.id: (one.weight, one.admin_state_up, one.held_by) for one in members}


HANDS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{}, {}, {}, {"hold": "bob@jump2"}, {"admin_up": False}, {"tagged": None}]
)
WEIGHTS = st.sampled_from([100, 100, 50, 0])


@st.composite
def touched(draw: st.DrawFn) -> Service:
    """Worlds in which other hands have held, disabled or drained some."""
    blue = [instance(Colour.BLUE, n, draw(WEIGHTS), **draw(HANDS)) for n in (1, 2, 3)]
    green = [instance(Colour.GREEN, n, 0, **draw(HANDS)) for n in (1, 2, 3)]
    return several_service(blue, green)


SINGLES = [
    (Action.DRAIN, ("api-blue-1",)),
    (Action.DRAIN, ("api-green-1", "api-green-2")),
    (Action.RESTORE, ("api-blue-1", "api-blue-2")),
    (Action.HOLD, ("api-blue-1", "api-blue-2")),
    (Action.UNHOLD, ("api-blue-1", "api-blue-2")),
    (Action.REPLACE, ("api-blue-1", "api-blue-2")),
    (Action.EVICT, ()),
    (Action.ADMIT, ()),
]


@given(touched(), st.sampled_from(SINGLES), st.integers(0, 8))
def test_what_is_undone_stands_as_before_however_far_it_got(
    service: Service, what: tuple[Action, tuple[str, ...]], sent: int
) -> None:
    found = plan(service, several_config(), asked(what[0], *what[1], min_ratio=0.01), NOW)
    assume(isinstance(found, Plan))
    assert isinstance(found, Plan)
    left = service
    for write in [write for step in found.steps for write in step.writes][:sent]:
        left = done(left, write.call)
    home = plan(left, several_config(), back(found, left), NOW)
    if isinstance(home, Refusal):
        assert home.code in ("unhealthy", "idle", "serving", "floor", "way out"), home
        return
    assert standings(after(left, home)) == standings(service)
    assert {change.member_id for each in writes_of(home) for change in each.changes} <= {
        change.member_id for each in writes_of(found) for change in each.changes
    }


def writes_of(found: Plan) -> list[MemberState]:
    return [write.desired for step in found.steps for write in step.writes if isinstance(write.desired, MemberState)]


def test_whom_an_administrator_had_disabled_stays_so_when_an_eviction_is_undone() -> None:
    before = several_service(blues(), [instance(Colour.GREEN, 1, 0, admin_up=False), *greens()[1:]])
    out = made(before, asked(Action.EVICT), several_config())
    left = after(before, out)
    home = made(left, back(out, left), several_config())
    assert [step.id for step in home.steps] == ["reconcile", "enable", "check"]
    assert home.goal == "api-green-2, api-green-3 are as before"
    assert standings(after(left, home)) == standings(before)
    assert any("no record" in note for note in made(left, asked(Action.ADMIT), several_config()).notes)
    assert not any("no record" in note for note in home.notes)


def test_a_hold_of_somebody_else_outlives_a_drain_and_its_undoing() -> None:
    before = several_service([instance(Colour.BLUE, 1, 100, hold="bob@jump2"), *blues()[1:]], greens())
    out = made(before, asked(Action.DRAIN, "api-blue-1", min_ratio=0.5), several_config())
    assert out.goal == "api-blue-1 is out of rotation, held by bob@jump2"
    assert "api-blue-1 is held by bob@jump2: that stays" in out.notes
    left = after(before, out)
    home = after(left, made(left, back(out, left), several_config()))
    assert one(home, "api-blue-1").held_by == "bob@jump2"
    assert [member.weight for member in one(home, "api-blue-1").members] == [100, 100]
    by_hand = made(left, asked(Action.RESTORE, "api-blue-1"), several_config())
    assert "api-blue-1 is held by bob@jump2: that hold ends" in by_hand.notes


def test_whom_somebody_has_taken_hold_of_since_is_left_to_them() -> None:
    before = world()
    out = made(before, asked(Action.DRAIN, "api-blue-1", min_ratio=0.5), several_config())
    left = after(before, out)
    theirs = after(left, made(left, Intent(Action.HOLD, order=SingleOrder(("api-blue-1",), "bob@jump2")),
                              several_config()))  # fmt: skip
    found = made(theirs, back(out, theirs), several_config())
    assert found.writes == 0
    assert "api-blue-1 has been held by bob@jump2 since: it stays as it stands" in found.notes


@pytest.mark.parametrize(("hands", "who"), [({"hold": "bob@jump2"}, "bob@jump2"), ({"admin_up": False}, "admin")])
def test_who_is_kept_out_does_not_come_in_for_another(hands: dict[str, Any], who: str) -> None:
    service = several_service([*blues()[:2], instance(Colour.BLUE, 3, 0, **hands)], greens())
    refusal = refused(service, asked(Action.REPLACE, "api-blue-1", "api-blue-3", min_ratio=0.3), several_config())
    assert (refusal.code, refusal.rule, refusal.names) == ("held", 2, ("api-blue-3",))
    assert who in refusal.reason


def test_who_was_replaced_comes_back_for_the_one_that_came() -> None:
    before = several_service([*blues()[:2], instance(Colour.BLUE, 3, 0)], greens())
    swapped = after(before, made(before, asked(Action.REPLACE, "api-blue-1", "api-blue-3"), several_config()))
    again = after(swapped, made(swapped, asked(Action.REPLACE, "api-blue-3", "api-blue-1"), several_config()))
    assert one(again, "api-blue-1").held_by is None, "it was held by the same person"
    assert one(again, "api-blue-3").held_by == "alice@jump1", "of this one it was asked by hand"


def test_undone_it_does_not_serve_before_it_is_seen_well() -> None:
    before = world()
    out = made(before, asked(Action.DRAIN, "api-blue-1", min_ratio=0.5), several_config())
    left = after(before, out)
    first = one(left, "api-blue-1")
    assert first.probe is not None
    ill = replace(first, probe=replace(first.probe, ok=False, status=503))
    worse = replace(left, blue=replace(left.blue, instances=(ill, *left.blue.instances[1:])))
    assert refused(worse, back(out, worse), several_config()).code == "unhealthy"


def test_a_worker_that_was_off_before_stays_off_when_the_stop_of_another_is_undone() -> None:
    workers = power_service(blues(), greens())
    third = one(workers, "api-blue-3")
    assert third.server is not None
    off = replace(third, server=replace(third.server, status="SHUTOFF", power_state=4))
    workers = replace(workers, blue=replace(workers.blue, instances=(*workers.blue.instances[:2], off)))
    out = made(workers, asked(Action.DRAIN, "api-blue-2", "api-blue-3", min_ratio=0.3), power_config())
    left = after(workers, out)
    home = made(left, back(out, left), power_config())
    powered = [write.call.path for step in home.steps for write in step.writes if step.id == "change"]
    assert powered == ["/servers/server-blue-2/action"]
    assert not one(after(left, home), "api-blue-3").runs


def test_where_there_is_no_batch_each_member_is_a_call_and_puts_back_what_it_was() -> None:
    before = world()
    intent = replace(asked(Action.DRAIN, "api-blue-1", min_ratio=0.5), one_by_one=True)
    out = made(before, intent)
    calls = [write.call for step in out.steps for write in step.writes]
    ids = [member.id for member in one(before, "api-blue-1").members]
    assert [(call.method, call.path.rpartition("/")[2]) for call in calls] == [("PUT", ident) for ident in ids]
    for call in calls:
        assert call.body is not None
        assert (call.body["member"]["weight"], call.body["member"]["admin_state_up"]) == (0, True)
    assert back(out, before).one_by_one


@pytest.mark.parametrize("weights", [0, 100])
def test_one_of_an_idle_pool_is_put_back_there_and_no_client_is_sent_to_it(weights: int) -> None:
    drained = instance(Colour.GREEN, 3, weights, hold="alice@jump1", admin_up=not weights)
    before = pools_service(blues(), [*greens(100)[:2], drained])
    found = made(before, asked(Action.RESTORE, "api-green-3"), pools_config())
    assert standings(after(before, found))["member-green-3"] == (100, True, None)
    assert found.goal == "api-green-3 has its weight in GREEN's idle pool: the next cutover to GREEN takes it along"
    change = next(step for step in found.steps if step.id == "change")
    assert "No client is sent there" in change.words
    assert change.title != "into rotation"
    ill = pools_service(blues(), [*greens(100)[:2], instance(Colour.GREEN, 3, 0, hold="alice@jump1", probe_ok=False)])
    assert refused(ill, asked(Action.RESTORE, "api-green-3"), pools_config()).code == "unhealthy"


def test_one_of_an_idle_pool_is_drained_of_no_connections() -> None:
    found = made(pools_service(blues(), greens(100)), asked(Action.DRAIN, "api-green-1"), pools_config())
    change = next(step for step in found.steps if step.id == "change")
    assert "No client is sent there" in change.words
    assert "New connections go to the others" not in change.words
