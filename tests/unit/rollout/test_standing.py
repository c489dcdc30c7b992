"""Freezes, versions that were rolled back, what is known to work: seen by all, and never against a way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from plan_worlds import NOW, config, instance, usual
from plan_worlds import service as service_of

from console.config.model import Config
from console.errors import Refused, UsageError
from console.model.colour import Colour
from console.model.readiness import rollback
from console.model.record import Freeze, Kept, Left, Record
from console.model.service import Service
from console.model.verdict import verdict
from console.plan.orders import SingleOrder
from console.plan.plan import Action, Intent, Plan, Refusal
from console.plan.planner import plan
from console.rollout import request, restraint
from console.rollout.journal import Journal
from console.rollout.liveness import runner_id
from console.rollout.records import DecisionKind, EventKind, RolloutState
from console.rollout.schema import connect
from console.rollout.standing import records, records_at, with_record
from console.rollout.who import Who

ALICE, BOB = Who("alice", "jump1"), Who("bob", "jump2")
CUTOVER, ROLLBACK = Intent(Action.CUTOVER), Intent(Action.ROLLBACK)


class Clock:
    """Time that goes on by a second with each look at it."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> float:
        self.at += 1
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(tmp_path: Path, clock: Clock) -> Journal:
    return Journal(connect(f"sqlite:///{tmp_path}/journal.db", read_only=False), clock)


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    return Config(tmp_path / "config.yaml", {"nova-api": config()}, journal=f"sqlite:///{tmp_path}/journal.db")


def swapped() -> Service:
    """GREEN carries the traffic, BLUE is warm."""
    blue, green = (
        [instance(colour, n, weight) for n in range(1, 4)] for colour, weight in ((Colour.BLUE, 0), (Colour.GREEN, 100))
    )
    return service_of(blue, green)


def made(service: Service, intent: Intent, now: float = NOW) -> Plan:
    found = plan(service, config(), intent, now)
    assert isinstance(found, Plan), found
    return found


def refused(service: Service, intent: Intent, now: float = NOW) -> Refusal:
    found = plan(service, config(), intent, now)
    assert isinstance(found, Refusal)
    return found


def rolled(journal: Journal, found: Plan, state: RolloutState, *, wrote: bool = True, why: str = "") -> str:
    """A rollout that ended so."""
    ident = journal.create(found, ALICE, why)
    journal.claim(ident, "jump1/boot/1/1")
    if wrote:
        journal.append(ident, EventKind.INTENT, "shift", "PUT")
    journal.end(ident, state, "it went so", 0)
    return ident


def recorded(journal: Journal, service: Service) -> Service:
    return replace(service, record=records(journal, [service.name])[service.name])


# -- freeze


def test_a_freeze_is_seen_by_all_who_share_the_journal_until_it_is_ended(settings: Config, journal: Journal) -> None:
    restraint.freeze(settings, journal, "nova-api", ALICE, "holidays")
    found = records_at(settings.journal, ["nova-api", "other"])
    assert found["nova-api"].frozen(NOW) == Freeze("alice@jump1", "holidays", NOW + 1)
    assert found["other"].freeze is None
    assert restraint.unfreeze(settings, journal, "nova-api", BOB, "they are over").reason == "holidays"
    assert records_at(settings.journal, ["nova-api"])["nova-api"].freeze is None
    with pytest.raises(UsageError, match="not frozen"):
        restraint.unfreeze(settings, journal, "nova-api", BOB, "again")


def test_a_freeze_blocks_all_but_the_way_back_and_ends_by_itself(settings: Config, journal: Journal) -> None:
    restraint.freeze(settings, journal, "nova-api", ALICE, "holidays", until=NOW + 10)
    service = recorded(journal, usual())
    found = refused(service, CUTOVER)
    assert (found.code, "by alice@jump1: holidays" in found.reason) == ("frozen", True)
    assert "unfreeze nova-api" in found.hint
    back = replace(ROLLBACK, target=Colour.BLUE)
    assert made(service, back).digest == made(usual(), back).digest
    assert made(service, CUTOVER, NOW + 10)


def test_a_freeze_is_on_the_verdict_line_and_makes_nothing_ill(settings: Config, journal: Journal) -> None:
    restraint.freeze(settings, journal, "nova-api", ALICE, "holidays")
    found = verdict(recorded(journal, usual()), NOW)
    assert found.line.startswith("FROZEN until somebody takes it back   BLUE live")
    assert found.healthy is verdict(usual(), NOW).healthy
    assert verdict(usual(), NOW).restraint == ""


def test_a_freeze_lets_the_rollout_under_way_wait_and_takes_no_word_to_go_on(
    settings: Config, journal: Journal
) -> None:
    shares = config()._replace(release=config().release._replace(shift=(50, 100)))
    found = plan(usual(), shares, CUTOVER, NOW)
    assert isinstance(found, Plan)
    ident = journal.create(found, ALICE, "release")
    journal.claim(ident, runner_id())
    pause = next(step for step in found.steps if step.id == "pause-50")
    journal.append(ident, EventKind.BEGUN, pause.id, pause.title)
    paused = restraint.freeze(settings, journal, "nova-api", BOB, "incident")
    assert paused is not None
    assert paused.id == ident
    assert journal.decisions(ident)[-1].kind is DecisionKind.PAUSE
    with pytest.raises(Refused, match="frozen until somebody takes it back by bob@jump2: incident"):
        request.say_word(journal, ident, ALICE)
    restraint.unfreeze(settings, journal, "nova-api", BOB, "over")
    assert request.say_word(journal, ident, ALICE).word is DecisionKind.GO_ON


def test_a_freeze_does_not_halt_what_undoes_a_change(settings: Config, journal: Journal) -> None:
    evicted = plan(usual(), config(), Intent(Action.EVICT, order=SingleOrder(who="alice@jump1")), NOW)
    assert isinstance(evicted, Plan)
    for one, halted in ((evicted, True), (replace(evicted, intent=replace(evicted.intent, undoes=True)), False)):
        ident = journal.create(one, ALICE, "single")
        journal.claim(ident, runner_id())
        paused = restraint.freeze(settings, journal, "nova-api", BOB, "incident")
        assert (paused is not None) == halted
        journal.end(ident, RolloutState.DONE, "done", 0)
        restraint.unfreeze(settings, journal, "nova-api", BOB, "over")


def test_a_config_that_lets_nobody_change_anything_freezes_nothing(settings: Config, journal: Journal) -> None:
    with pytest.raises(Refused):
        restraint.freeze(settings._replace(read_only=True), journal, "nova-api", ALICE, "holidays")


def test_a_journal_that_cannot_be_read_is_said_so_and_lets_nobody_think_all_is_well(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_text("this is no database at all, whatever its name says")
    service = with_record(f"sqlite:///{tmp_path}/journal.db", usual())
    assert service.record is not None
    assert service.record.problem
    assert any("whether nova-api is frozen" in one for one in verdict(service, NOW).problems)


# -- what was rolled back


Taken = Callable[[Journal], str]


def by_itself(journal: Journal) -> str:
    """A cutover that went back."""
    return rolled(journal, made(usual(), CUTOVER), RolloutState.ROLLED_BACK, why="errors")


def by_hand(journal: Journal) -> str:
    """A rollback after a cutover that was done."""
    rolled(journal, made(usual(), CUTOVER), RolloutState.DONE)
    back = made(swapped(), ROLLBACK)
    return rolled(journal, back, RolloutState.DONE, why="errors")


@pytest.mark.parametrize("taken_back", [by_itself, by_hand])
def test_what_was_rolled_back_goes_out_again_only_when_somebody_allows_it(
    settings: Config, journal: Journal, taken_back: Taken
) -> None:
    ident = taken_back(journal)
    service = recorded(journal, usual())
    version = service.green.version
    found = refused(service, CUTOVER)
    assert (found.code, found.names) == ("barred", (version,))
    assert f"{version}, which was rolled back (rollout {ident}" in found.reason
    assert found.reason.count("errors") == 1
    assert f"allow nova-api {version} --reason" in found.hint
    with pytest.raises(UsageError, match="not barred"):
        restraint.allow(settings, journal, "nova-api", "another", ALICE, reason="why")
    restraint.allow(settings, journal, "nova-api", version, ALICE, reason="it was the network")
    assert made(recorded(journal, usual()), CUTOVER)
    taken_back(journal)
    assert refused(recorded(journal, usual()), CUTOVER).code == "barred", "what was allowed was the time before"


def ailing() -> Service:
    """BLUE serves, and one of it is ill."""
    blue = [instance(Colour.BLUE, n, 100, probe_ok=n != 1) for n in (1, 2, 3)]
    return service_of(blue, [instance(Colour.GREEN, n, 0) for n in (1, 2, 3)])


def test_what_was_rolled_back_is_no_way_back_from_what_serves_well(journal: Journal) -> None:
    by_itself(journal)
    found = refused(recorded(journal, usual()), replace(ROLLBACK, target=Colour.GREEN))
    assert found.code == "barred"


def test_a_bar_never_stops_the_way_out_of_what_is_ill(journal: Journal) -> None:
    by_itself(journal)
    assert made(recorded(journal, ailing()), replace(ROLLBACK, target=Colour.GREEN))


def test_a_bar_never_stops_the_way_back_of_a_rollout_under_way(journal: Journal) -> None:
    by_itself(journal)
    journal.create(made(usual(), replace(CUTOVER, target=Colour.GREEN)), ALICE, "under way")
    assert made(recorded(journal, usual()), replace(ROLLBACK, target=Colour.GREEN))


def test_another_version_is_not_barred(journal: Journal) -> None:
    by_itself(journal)
    service = recorded(journal, usual())
    other = (
        replace(service.green.instances[0].version, value="0123456789") if service.green.instances[0].version else None
    )
    green = replace(service.green, instances=tuple(replace(one, version=other) for one in service.green.instances))
    assert made(replace(service, green=green), CUTOVER)


@pytest.mark.parametrize(
    ("state", "wrote"),
    [(RolloutState.ROLLED_BACK, False), (RolloutState.REFUSED, False), (RolloutState.STOPPED, True)],
)
def test_what_never_got_traffic_or_was_not_taken_back_is_not_barred(
    journal: Journal, state: RolloutState, *, wrote: bool
) -> None:
    rolled(journal, made(usual(), CUTOVER), state, wrote=wrote)
    assert records(journal, ["nova-api"])["nova-api"].barred == ()


def test_what_carries_the_traffic_since_is_not_barred(journal: Journal, settings: Config) -> None:
    by_itself(journal)
    rolled(journal, made(usual(), CUTOVER), RolloutState.DONE)
    found = records(journal, ["nova-api"])["nova-api"]
    assert found.barred == ()
    assert found.proof_of(usual().green.version) is not None


# -- what is known to work


def test_the_way_back_says_whether_what_it_goes_to_is_known_to_work(journal: Journal) -> None:
    live_green = swapped()
    assert "proven" not in rollback(live_green, NOW).words, "nobody asked the journal"
    unknown = recorded(journal, live_green)
    assert rollback(unknown, NOW).words.endswith(", not known to be proven")
    assert "is not known to be proven: the journal has no rollout" in made(unknown, ROLLBACK).notes[0]
    ident = rolled(journal, made(usual(), CUTOVER), RolloutState.DONE)
    known = recorded(journal, live_green)
    assert "not known" not in rollback(known, NOW).words
    assert f"carried all traffic until rollout {ident}" in made(known, ROLLBACK).notes[0]
    assert made(known, ROLLBACK).digest == made(live_green, ROLLBACK).digest, "an observation, no part of the digest"


def test_what_was_rolled_back_is_not_proven(journal: Journal) -> None:
    by_itself(journal)
    back = made(recorded(journal, ailing()), replace(ROLLBACK, target=Colour.GREEN))
    assert "is not known to be proven: " in back.notes[0]
    assert "was rolled back" in back.notes[0]


def test_another_release_is_named_and_not_put_in_its_place(journal: Journal) -> None:
    rolled(journal, replace(made(usual(), CUTOVER), source_version="older", target_version="old"), RolloutState.DONE)
    back = made(recorded(journal, swapped()), ROLLBACK)
    assert back.target is Colour.BLUE
    assert "what carried all traffic from rollout" in back.notes[0]
    assert "is old" in back.notes[0]


def test_an_empty_record_knows_nothing() -> None:
    assert Record().last_proven(("a",)) is None
    assert Record().bar_on("a") is None


def cut_over(journal: Journal, state: RolloutState = RolloutState.DONE) -> str:
    return rolled(journal, made(usual(), CUTOVER), state)


def test_the_colour_that_was_cut_over_from_stands_by_since_then(journal: Journal, clock: Clock) -> None:
    assert records(journal, ["nova-api"])["nova-api"].stands_by is None
    cut_over(journal, RolloutState.ROLLED_BACK)
    assert records(journal, ["nova-api"])["nova-api"].stands_by is None
    cut_over(journal)
    ended = clock.at
    found = records(journal, ["nova-api"])["nova-api"].stands_by
    assert found is not None
    assert found.colour is Colour.BLUE
    assert ended - 3 < found.since <= ended
    rolled(journal, made(swapped(), ROLLBACK), RolloutState.DONE)
    assert records(journal, ["nova-api"])["nova-api"].stands_by is None, "what was rolled back is no old colour"


def test_a_colour_is_kept_until_somebody_ends_it_or_the_traffic_moves(journal: Journal, settings: Config) -> None:
    def kept() -> Kept | None:
        return records(journal, ["nova-api"])["nova-api"].kept

    wish = Kept(Colour.GREEN, "bob@jump2", "month's end", NOW + 3600)
    restraint.keep(settings, journal, "nova-api", BOB, wish)
    assert kept() == wish
    restraint.unkeep(settings, journal, "nova-api", ALICE, "over")
    assert kept() is None
    with pytest.raises(UsageError, match="no colour of nova-api is kept"):
        restraint.unkeep(settings, journal, "nova-api", ALICE, "over")
    restraint.keep(settings, journal, "nova-api", BOB, wish)
    cut_over(journal, RolloutState.STOPPED)
    assert kept() is not None
    cut_over(journal)
    assert kept() is None, "it serves now"


def test_a_version_is_allowed_by_its_own_name_only(journal: Journal, settings: Config) -> None:
    for version in ("v1.1", "v1.10"):
        rolled(journal, replace(made(usual(), CUTOVER), target_version=version), RolloutState.ROLLED_BACK)
    restraint.allow(settings, journal, "nova-api", "v1.10", ALICE, reason="mended")
    assert [one.version for one in records(journal, ["nova-api"])["nova-api"].barred] == ["v1.1"]
    with pytest.raises(UsageError, match="not barred"):
        restraint.allow(settings, journal, "nova-api", "v1.1.7", ALICE, reason="mended")


def test_what_stopped_is_unsettled_until_somebody_decides(journal: Journal) -> None:
    def unsettled() -> str:
        return records(journal, ["nova-api"])["nova-api"].unsettled

    assert unsettled() == ""
    rolled(journal, made(usual(), CUTOVER), RolloutState.STOPPED, wrote=False)
    assert unsettled() == "", "it has moved nothing"
    ident = rolled(journal, made(usual(), CUTOVER), RolloutState.STOPPED)
    rolled(journal, made(usual(), CUTOVER), RolloutState.REFUSED, wrote=False)
    assert unsettled() == ident
    assert journal.leave(journal.rollout(ident), ALICE, "left as it was", "it is well")
    assert unsettled() == ""
    again = rolled(journal, made(usual(), CUTOVER), RolloutState.STOPPED)
    assert unsettled() == again
    rolled(journal, made(swapped(), ROLLBACK), RolloutState.DONE)
    assert unsettled() == ""
    waiting = journal.create(made(usual(), CUTOVER), ALICE, "")
    assert unsettled() == waiting


def left(journal: Journal) -> Left | None:
    return records(journal, ["nova-api"])["nova-api"].left


def test_what_had_to_be_kept_when_the_last_cutover_began_is_the_floor_of_going_back(journal: Journal) -> None:
    found = made(usual(), CUTOVER)
    ident = cut_over(journal)
    assert left(journal) == Left(Colour.BLUE, ident, found.floors)
    rolled(journal, found, RolloutState.REFUSED, wrote=False)
    rolled(journal, found, RolloutState.ROLLED_BACK)
    back = made(swapped(), ROLLBACK)
    under_way = journal.create(back, ALICE, "slow")
    assert left(journal) == Left(Colour.BLUE, ident, found.floors), "the way back stays the same while it is walked"
    journal.claim(under_way, "jump1/boot/1/1")
    journal.end(under_way, RolloutState.DONE, "it went so", 0)
    assert left(journal) is None


def test_a_cutover_that_stopped_half_way_is_gone_back_from_as_well(journal: Journal) -> None:
    ident = cut_over(journal, RolloutState.STOPPED)
    found = left(journal)
    assert found is not None
    assert (found.colour, found.rollout, found.unfinished) == (Colour.BLUE, ident, True)


def test_with_more_or_fewer_instances_since_the_last_cutover_says_nothing_of_what_is_enough(journal: Journal) -> None:
    cut_over(journal)
    rolled(journal, replace(made(usual(), CUTOVER), action=Action.SCALE), RolloutState.DONE)
    assert left(journal) is None


def test_a_rollout_of_any_action_is_under_way_until_it_ends(journal: Journal) -> None:
    rolled(journal, made(usual(), CUTOVER), RolloutState.STOPPED)
    assert not records(journal, ["nova-api"])["nova-api"].under_way
    journal.create(made(usual(), CUTOVER), ALICE, "")
    assert records(journal, ["nova-api"])["nova-api"].under_way
