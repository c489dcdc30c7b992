"""The four figures of delivery, from rollouts made by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from plan_worlds import NOW, usual
from shipments import commit, config, shipping_to_green

from console.model.colour import Colour
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan
from console.rollout.delivery import WEEK, WEEKS, delivery
from console.rollout.journal import Journal
from console.rollout.measured import measured
from console.rollout.records import EventKind, Rollout, RolloutState
from console.rollout.schema import connect
from console.rollout.who import Who

DAY = 86400.0
WHO = Who("alice", "jump1")


def a_plan(action: Action = Action.CUTOVER, at: float = NOW - 3 * DAY) -> Plan:
    facts = shipping_to_green(usual(), commit("1", at=at))
    target = Colour.BLUE if action is Action.ROLLBACK else None
    made = plan(facts, config(), Intent(action, target), NOW)
    assert isinstance(made, Plan), made
    return made


def rollout(name: str, ago: float, state: RolloutState = RolloutState.DONE, action: Action = Action.CUTOVER) -> Rollout:
    made = a_plan(action, at=NOW - ago - 2 * DAY)
    return Rollout(name, "nova-api", made, WHO, "", NOW - ago - 60, state, ended_at=NOW - ago, waiting_since=NOW - ago)


def test_no_release_is_no_figure() -> None:
    found = delivery([], lambda _: True, NOW)
    assert (found.releases, found.lead, found.failure_rate, found.recovery) == (0, None, None, None)


def test_releases_by_week_and_lead_time() -> None:
    found = delivery([rollout("a", 1 * DAY), rollout("b", 2 * DAY), rollout("c", 15 * DAY)], lambda _: True, NOW)
    assert [week.releases for week in found.weeks[-3:]] == [1, 0, 2]
    assert found.lead == 2 * DAY
    assert found.per_week == 3 / (15 * DAY / WEEK)
    assert (found.failures, found.recovery) == (0, None)


def test_one_that_went_back_by_itself_failed_and_recovered() -> None:
    found = delivery([rollout("a", DAY, RolloutState.ROLLED_BACK), rollout("b", 2 * DAY)], lambda _: True, NOW)
    assert (found.failure_rate, found.recovery) == (0.5, 60.0)
    assert found.weeks[-1].failures == 1


def test_a_rollback_that_somebody_asked_for_counts_against_the_release_before() -> None:
    release = rollout("a", 3 * DAY)
    back = rollout("b", 2 * DAY, action=Action.ROLLBACK)
    back = replace(back, plan=replace(back.plan, source_version=release.plan.target_version))
    found = delivery([back, release], lambda _: True, NOW)
    assert (found.releases, found.failures, found.recovery) == (1, 1, DAY)


def test_one_that_stopped_counts_once_somebody_has_gone_back_from_it() -> None:
    stopped = rollout("a", 3 * DAY, RolloutState.STOPPED)
    assert delivery([stopped], lambda _: True, NOW).releases == 0, "nobody has decided what became of it"
    back = rollout("b", 2 * DAY, action=Action.ROLLBACK)
    back = replace(back, plan=replace(back.plan, source_version=stopped.plan.target_version))
    found = delivery([back, stopped], lambda _: True, NOW)
    assert (found.releases, found.failures, found.recovery) == (1, 1, DAY + 60)


def test_a_rollback_after_a_later_release_is_not_of_the_first() -> None:
    first, later = rollout("a", 5 * DAY), rollout("b", 4 * DAY)
    back = rollout("c", 2 * DAY, action=Action.ROLLBACK)
    back = replace(back, plan=replace(back.plan, source_version=later.plan.target_version))
    found = delivery([first, later, back], lambda _: True, NOW)
    assert (found.failures, found.recovery) == (1, 2 * DAY)


def test_what_wrote_nothing_and_what_is_long_ago_is_no_release() -> None:
    refused = rollout("a", DAY, RolloutState.REFUSED)
    old = rollout("b", (WEEKS + 1) * WEEK)
    unwritten = rollout("c", DAY, RolloutState.ROLLED_BACK)
    assert delivery([refused, old, unwritten], lambda _: False, NOW).releases == 0


def test_commits_of_no_known_time_tell_no_lead_time() -> None:
    one = rollout("a", DAY)
    ships = tuple(replace(each, at=0.0) for each in one.plan.shipment.ships or ())
    timeless = replace(one, plan=replace(one.plan, shipment=replace(one.plan.shipment, ships=ships)))
    assert delivery([timeless], lambda _: True, NOW).lead is None


def test_it_is_read_from_the_journal(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path}/journal.db", read_only=False)
    with Journal(engine, clock=lambda: NOW) as journal:
        done = journal.create(a_plan(), WHO, "")
        journal.end(done, RolloutState.DONE, "", 0)
        nothing = replace(a_plan(), steps=())
        journal.end(journal.create(nothing, WHO, ""), RolloutState.DONE, "all traffic was there already", 0)
        gone = journal.create(a_plan(), WHO, "")
        journal.end(gone, RolloutState.ROLLED_BACK, "before anything was written", 6)
        back = journal.create(a_plan(), WHO, "")
        journal.append(back, EventKind.INTENT, "shift", "PUT")
        journal.end(back, RolloutState.ROLLED_BACK, "", 6)
        found = measured(journal, "nova-api", NOW + 1)
        assert (found.releases, found.failures) == (2, 1)
