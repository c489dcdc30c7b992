"""A rollout that stopped stays somebody's to end until a later one is about what it left; then that one is named."""

from __future__ import annotations

import queue
from pathlib import Path

import pytest
from life_worlds import BLUE, launch, planned
from plan_worlds import NOW, config, foreign_member, service, usual

from console.cli.main import main
from console.config.model import Config
from console.model.colour import Colour
from console.plan.orders import AdoptOrder, Pair, RetireOrder, SingleOrder
from console.plan.plan import Action, Intent, Plan
from console.rollout import request
from console.rollout.journal import Journal
from console.rollout.records import EventKind, RolloutState
from console.rollout.schema import connect
from console.rollout.who import Who
from screens.desk import JournalDesk
from screens.messages import JournalSeen

WHO = Who("alice", "jump1")
CONFIG = "services: {nova-api: {cloud: prod, rotation: {load_balancer: nova-api, pool: nova-api}}}\n"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/journal.db"


@pytest.fixture
def journal(url: str) -> Journal:
    ticks = iter(range(10_000))
    return Journal(connect(url, read_only=False), lambda: NOW + next(ticks))


def launched() -> Plan:
    return launch(service(BLUE, []))


def adopted() -> Plan:
    member = foreign_member(10)
    order = AdoptOrder((Pair(member.id, "pool-1", "s", "s", member.address),), {"color": "blue"}, ("service=shop",))
    return planned(service(BLUE, [], [member]), Intent(Action.ADOPT, Colour.BLUE, order=order))


def single(action: Action, name: str) -> Plan:
    return planned(usual(), Intent(action, order=SingleOrder((name,), "alice@jump1", 0.5)))


def retired() -> Plan:
    return planned(usual(), Intent(Action.RETIRE, Colour.GREEN, order=RetireOrder()))


def cut_over() -> Plan:
    return planned(usual(), Intent(Action.CUTOVER))


def ended(journal: Journal, made: Plan, state: RolloutState, *, wrote: bool = True) -> str:
    ident = journal.create(made, WHO, "why")
    if wrote:
        journal.append(ident, EventKind.INTENT, "step", "PUT")
    journal.end(ident, state, "the load balancer answered 400: what it was told is wrong", 0)
    return ident


@pytest.mark.parametrize(
    "aside",
    [adopted(), single(Action.HOLD, "api-green-1"), single(Action.DRAIN, "api-blue-1")],
    ids=lambda one: one.what,
)
def test_what_has_nothing_to_do_with_what_a_launch_made_settles_nothing_of_it(journal: Journal, aside: Plan) -> None:
    stopped = ended(journal, launched(), RolloutState.STOPPED)
    ended(journal, aside, RolloutState.DONE)
    assert [one.id for one in request.to_resume(journal)] == [stopped]


@pytest.mark.parametrize("later", [launched(), retired(), cut_over()], ids=lambda one: one.what)
def test_what_moves_traffic_or_is_about_the_instances_of_its_colour_settles_it(journal: Journal, later: Plan) -> None:
    ended(journal, launched(), RolloutState.STOPPED)
    ended(journal, later, RolloutState.DONE)
    assert request.to_resume(journal) == []


@pytest.mark.parametrize(
    "later",
    [single(Action.DRAIN, "api-blue-1"), single(Action.DRAIN, "api-blue-2")],
    ids=lambda one: one.what,
)
def test_a_change_of_single_instances_settles_no_shift_of_the_traffic(journal: Journal, later: Plan) -> None:
    stopped = ended(journal, cut_over(), RolloutState.STOPPED)
    ended(journal, later, RolloutState.DONE)
    assert [one.id for one in request.to_resume(journal)] == [stopped]


def test_a_change_of_single_instances_settles_an_earlier_one_of_the_same(journal: Journal) -> None:
    first = ended(journal, single(Action.DRAIN, "api-blue-1"), RolloutState.STOPPED)
    ended(journal, single(Action.DRAIN, "api-blue-2"), RolloutState.DONE)
    assert [one.id for one in request.to_resume(journal)] == [first]
    ended(journal, single(Action.DRAIN, "api-blue-1"), RolloutState.DONE)
    assert request.to_resume(journal) == []


def test_what_moves_traffic_settles_a_change_of_single_instances(journal: Journal) -> None:
    ended(journal, single(Action.DRAIN, "api-blue-1"), RolloutState.STOPPED)
    ended(journal, cut_over(), RolloutState.DONE)
    assert request.to_resume(journal) == []


def test_what_was_refused_before_it_wrote_settles_nothing(journal: Journal) -> None:
    stopped = ended(journal, launched(), RolloutState.STOPPED)
    ended(journal, launched(), RolloutState.REFUSED, wrote=False)
    assert [one.id for one in request.to_resume(journal)] == [stopped]


def test_an_adoption_is_settled_by_the_next_one(journal: Journal) -> None:
    ended(journal, adopted(), RolloutState.STOPPED)
    ended(journal, adopted(), RolloutState.DONE)
    assert request.to_resume(journal) == []


def test_two_that_have_nothing_to_do_with_each_other_are_both_to_be_ended(journal: Journal) -> None:
    first = ended(journal, launched(), RolloutState.STOPPED)
    second = ended(journal, adopted(), RolloutState.STOPPED)
    assert [one.id for one in request.to_resume(journal)] == [second, first]


def test_who_resumes_what_is_settled_is_told_by_which_rollout_and_what_to_do_with_what_is_left(
    journal: Journal, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stopped = ended(journal, launched(), RolloutState.STOPPED)
    by = ended(journal, cut_over(), RolloutState.DONE)
    path = tmp_path / "config.yaml"
    path.write_text(f"journal: {url}\n{CONFIG}")
    path.chmod(0o600)
    assert main(["resume", "--config", str(path), stopped]) == 2
    said = capsys.readouterr().err
    assert f"rollout {by} (cutover nova-api blue>green, done) has settled it since" in said
    assert "`bluegreen retire nova-api --colour green`" in said
    assert "answered 400" not in said


def test_the_screens_show_it_although_something_else_came_after_it(journal: Journal, url: str, tmp_path: Path) -> None:
    stopped = ended(journal, launched(), RolloutState.STOPPED)
    ended(journal, adopted(), RolloutState.DONE)
    seen: queue.Queue[object] = queue.Queue()
    desk = JournalDesk(Config(tmp_path / "config.yaml", {"nova-api": config()}, journal=url), read_only=True)
    desk.start(seen.put)
    try:
        found = seen.get(timeout=20)
    finally:
        desk.stop()
    assert isinstance(found, JournalSeen)
    assert found.view.open["nova-api"].id == stopped
