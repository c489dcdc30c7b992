"""The commits of what was rolled back are remembered: a later release that holds one without its revert is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from plan_worlds import NOW, instance, usual
from plan_worlds import service as service_of
from shipments import commit, config, shipping_to_green

from console.cli.following import follow
from console.config.model import Config
from console.errors import UsageError
from console.model.colour import Colour
from console.model.commit import Commit, CommitView
from console.model.instance import Version
from console.model.service import COMMITS, Service, Source
from console.plan.plan import Action, Intent, Plan, Refusal
from console.plan.planner import plan
from console.rollout import restraint
from console.rollout.journal import Journal
from console.rollout.records import EventKind, RolloutState
from console.rollout.schema import connect
from console.rollout.standing import ServiceDecisionKind, records, service_decisions_of
from console.rollout.who import Who

WHO = Who("alice", "jump1")
CUTOVER, ROLLBACK = Intent(Action.CUTOVER), Intent(Action.ROLLBACK)
IDENT = (("Change-Id", "I" + "1" * 40),)
BAD, OTHER = commit("e", "Drop the cache", trailers=IDENT), commit("c", "Rename a thing")


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    ticks = iter(range(10_000))
    return Journal(connect(f"sqlite:///{tmp_path}/journal.db", read_only=False), lambda: NOW + next(ticks))


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    return Config(tmp_path / "config.yaml", {"nova-api": config()}, f"sqlite:///{tmp_path}/journal.db")


def rolled(journal: Journal, facts: Service, intent: Intent, state: RolloutState) -> str:
    made = plan(facts, config(), intent, NOW)
    assert isinstance(made, Plan), made
    ident = journal.create(made, WHO, "errors")
    journal.append(ident, EventKind.INTENT, "shift", "PUT")
    journal.end(ident, state, "", 0)
    return ident


def by_itself(journal: Journal) -> str:
    return rolled(journal, shipping_to_green(usual(), BAD, OTHER), CUTOVER, RolloutState.ROLLED_BACK)


def by_hand(journal: Journal) -> str:
    """A cutover, then a rollback of it."""
    rolled(journal, shipping_to_green(usual(), BAD, OTHER), CUTOVER, RolloutState.DONE)
    return rolled(journal, shipping_to_green(swapped(), BAD, OTHER), ROLLBACK, RolloutState.DONE)


def swapped() -> Service:
    """GREEN carries the traffic, BLUE is warm."""
    blue, green = (
        [instance(colour, n, weight) for n in (1, 2, 3)] for colour, weight in ((Colour.BLUE, 0), (Colour.GREEN, 100))
    )
    return service_of(blue, green)


def other_green(facts: Service) -> Service:
    """The same, with another version in GREEN."""
    green = [replace(instance(Colour.GREEN, n, 0), version=Version("d" * 40, "m")) for n in (1, 2, 3)]
    assert facts.shipping is not None
    shipping = replace(facts.shipping, versions=(facts.shipping.versions[0], "d" * 40))
    return replace(facts, green=replace(facts.green, instances=tuple(green)), shipping=shipping)


def later(journal: Journal, *ships: Commit, more: bool = False) -> Plan | Refusal:
    """The plan of a later release, of another version."""
    facts = other_green(shipping_to_green(usual(), *ships, more_to_ship=more))
    facts = replace(facts, record=records(journal, ["nova-api"])["nova-api"])
    return plan(facts, config(), CUTOVER, NOW)


def both_serve() -> Service:
    blue, green = ([instance(colour, n, 100) for n in (1, 2, 3)] for colour in (Colour.BLUE, Colour.GREEN))
    return service_of(blue, green)


@pytest.mark.parametrize(("before", "barred"), [((), []), ((Colour.BLUE,), ["bbbbbbb"]), ((Colour.GREEN,), [])])
def test_what_both_carried_is_rolled_back_only_where_the_other_had_carried_all(
    journal: Journal, before: tuple[Colour, ...], barred: list[str]
) -> None:
    for colour in before:
        intent = replace(CUTOVER, target=colour)
        rolled(journal, swapped() if colour is Colour.BLUE else usual(), intent, RolloutState.DONE)
    rolled(journal, both_serve(), replace(CUTOVER, target=Colour.GREEN), RolloutState.ROLLED_BACK)
    found = records(journal, ["nova-api"])["nova-api"]
    assert [one.version[:7] for one in found.barred] == barred


def test_what_carried_a_part_is_not_known_to_have_carried_all(journal: Journal) -> None:
    rolled(journal, both_serve(), replace(CUTOVER, target=Colour.GREEN), RolloutState.DONE)
    found = records(journal, ["nova-api"])["nova-api"]
    assert [one.version[:7] for one in found.proven] == ["bbbbbbb"]


@pytest.mark.parametrize("taken_back", [by_itself, by_hand])
def test_a_later_release_with_the_same_commits_is_refused(journal: Journal, taken_back: object) -> None:
    assert callable(taken_back)
    ident = taken_back(journal)
    found = later(journal, commit("a", "On top of it"), BAD, OTHER)
    assert isinstance(found, Refusal)
    assert found.code == "undone"
    assert f"rollout {ident}" in found.reason
    assert "eeeeeee Drop the cache, ccccccc Rename a thing" in found.reason
    assert "bluegreen allow nova-api bbbbbbb --reason TEXT" in found.hint
    assert found.names == ("eeeeeee", "ccccccc")


def test_with_reverts_of_all_of_them_it_goes_out(journal: Journal) -> None:
    by_itself(journal)
    revert, of_other = commit("1", reverts=("e" * 40,)), commit("2", reverts=("ccccccc",))
    assert isinstance(later(journal, revert, of_other, BAD, OTHER), Plan)
    held = later(journal, revert, BAD, OTHER)
    assert isinstance(held, Refusal)
    assert held.names == ("ccccccc",)


def test_without_them_it_goes_out(journal: Journal) -> None:
    by_itself(journal)
    assert isinstance(later(journal, commit("a")), Plan)


def test_a_change_is_known_again_by_its_change_id(journal: Journal) -> None:
    by_itself(journal)
    found = later(journal, commit("9", "Drop the cache, rebased", trailers=IDENT))
    assert isinstance(found, Refusal)
    assert found.names == ("eeeeeee",)


def test_it_is_released_with_a_reason_whole_or_by_commit(settings: Config, journal: Journal) -> None:
    by_itself(journal)
    with pytest.raises(UsageError, match="not barred"):
        restraint.allow(settings, journal, "nova-api", "eee", WHO, reason="too short to be sure")
    restraint.allow(settings, journal, "nova-api", "eeeeeeee", WHO, reason="mended by the change on top")
    found = later(journal, BAD, OTHER)
    assert isinstance(found, Refusal)
    assert found.names == ("ccccccc",)
    restraint.allow(settings, journal, "nova-api", "bbbbbbb", WHO, reason="it was the network")
    assert isinstance(later(journal, BAD, OTHER), Plan)


def test_what_was_shipped_again_since_is_forgotten(settings: Config, journal: Journal) -> None:
    by_itself(journal)
    rolled(journal, shipping_to_green(usual(), BAD, OTHER), CUTOVER, RolloutState.DONE)
    assert isinstance(later(journal, BAD, OTHER), Plan)


def test_the_way_back_is_never_refused(journal: Journal) -> None:
    by_itself(journal)
    blue = [instance(Colour.BLUE, n, 100, probe_ok=n != 1) for n in (1, 2, 3)]
    ailing = service_of(blue, [instance(Colour.GREEN, n, 0) for n in (1, 2, 3)])
    facts = replace(shipping_to_green(ailing, BAD), record=records(journal, ["nova-api"])["nova-api"])
    assert isinstance(plan(facts, config(), ROLLBACK, NOW), Plan)


def test_where_it_cannot_be_told_the_plan_says_so(journal: Journal) -> None:
    by_itself(journal)
    found = later(journal, commit("a"), more=True)
    assert isinstance(found, Plan)
    assert any("whether it holds what was rolled back" in note for note in found.notes)


def test_what_wrote_nothing_is_not_remembered(journal: Journal) -> None:
    made = plan(shipping_to_green(usual(), BAD), config(), CUTOVER, NOW)
    assert isinstance(made, Plan)
    journal.end(journal.create(made, WHO, ""), RolloutState.ROLLED_BACK, "before anything was written", 6)
    assert isinstance(later(journal, BAD), Plan)


@pytest.mark.parametrize("taken_back", [by_itself, by_hand])
def test_the_bad_one_alone_is_refused_once_it_is_named(
    settings: Config, journal: Journal, taken_back: Callable[[Journal], str]
) -> None:
    ident = taken_back(journal)
    bad = restraint.blame(settings, journal, "nova-api", "eeeeeee", WHO, reason="the cache was needed")
    assert (bad.ids[0], bad.rollout) == ("e" * 40, ident)
    assert isinstance(later(journal, commit("a"), OTHER), Plan)
    held = later(journal, commit("a"), BAD, OTHER)
    assert isinstance(held, Refusal)
    assert held.names == ("eeeeeee",)
    assert isinstance(later(journal, commit("1", reverts=("e" * 40,)), BAD, OTHER), Plan)
    told = service_decisions_of(journal)[-1]
    assert (told.kind, told.reason, told.who) == (ServiceDecisionKind.BLAME, "the cache was needed", WHO)
    restraint.allow(settings, journal, "nova-api", "eeeeeee", WHO, reason="mended elsewhere")
    assert isinstance(later(journal, BAD, OTHER), Plan)


def test_whoever_meets_it_reads_why_it_was_named(settings: Config, journal: Journal) -> None:
    by_itself(journal)
    restraint.blame(settings, journal, "nova-api", "e" * 40, WHO, reason="locks the table")
    found = later(journal, BAD)
    assert isinstance(found, Refusal)
    assert "eeeeeee Drop the cache (named as the bad one: locks the table)" in found.reason


def test_two_may_be_bad(settings: Config, journal: Journal) -> None:
    by_itself(journal)
    restraint.blame(settings, journal, "nova-api", "e" * 40, WHO, reason="first found")
    restraint.blame(settings, journal, "nova-api", "c" * 40, WHO, reason="found as well")
    held = later(journal, BAD, OTHER)
    assert isinstance(held, Refusal)
    assert held.names == ("eeeeeee", "ccccccc")


def test_a_whole_sha_is_taken_where_nobody_listed_it(settings: Config, journal: Journal) -> None:
    by_itself(journal)
    restraint.blame(settings, journal, "nova-api", "a" * 40, WHO, reason="older than what was listed")
    assert isinstance(later(journal, BAD, OTHER), Plan)
    assert isinstance(later(journal, commit("a")), Refusal)


def test_what_is_no_bad_commit_is_not_taken_for_one(settings: Config, journal: Journal) -> None:
    with pytest.raises(UsageError, match="nothing of nova-api was rolled back"):
        restraint.blame(settings, journal, "nova-api", "e" * 40, WHO, reason="x")
    by_itself(journal)
    for wrong in ("eee", "abcdef1", "v1.0"):
        with pytest.raises(UsageError, match="not one commit of what was rolled back"):
            restraint.blame(settings, journal, "nova-api", wrong, WHO, reason="x")


@pytest.mark.parametrize("taken_back", [by_itself, by_hand])
def test_who_follows_a_way_back_is_asked_for_the_bad_one_until_it_is_named(
    settings: Config,
    journal: Journal,
    taken_back: Callable[[Journal], str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    ident = taken_back(journal)
    follow(settings, ident)
    assert "commits held back of bbbbbbb: 2;" in (said := capsys.readouterr().err)
    assert "`bluegreen blame nova-api COMMIT --reason TEXT`" in said
    restraint.blame(settings, journal, "nova-api", "eeeeeee", WHO, reason="the cache was needed")
    follow(settings, ident)
    assert "held back" not in capsys.readouterr().err


def test_what_comes_back_because_its_revert_does_not_stay_is_refused(journal: Journal) -> None:
    by_itself(journal)
    record = records(journal, ["nova-api"])["nova-api"]
    revert = commit("1", "Revert the drop", reverts=("e" * 40,))
    lacks = shipping_to_green(usual(), commit("a"), undoes=(revert,))
    again = shipping_to_green(usual(), commit("2", reverts=("1" * 40,)))
    again = replace(again, commits=replace(again.commits or CommitView(), recent=(revert, BAD)))
    for facts in (lacks, again):
        found = plan(other_green(replace(facts, record=record)), config(), CUTOVER, NOW)
        assert isinstance(found, Refusal), found
        assert (found.code, found.names) == ("undone", ("eeeeeee",))


def test_what_was_cherry_picked_is_known_again(journal: Journal) -> None:
    by_itself(journal)
    held = later(journal, commit("3", trailers=(("Cherry-Picked-From", "e" * 40),)))
    assert isinstance(held, Refusal)
    assert held.names == ("eeeeeee",)


def test_it_is_not_forgotten_for_many_that_were_refused_since(journal: Journal) -> None:
    by_itself(journal)
    made = plan(usual(), config(), CUTOVER, NOW)
    assert isinstance(made, Plan)
    for _ in range(60):
        journal.end(journal.create(made, WHO, "refused"), RolloutState.REFUSED, "", 3)
    record = records(journal, ["nova-api"])["nova-api"]
    assert (len(record.undone), len(record.barred)) == (2, 1)


def test_what_goes_together_with_its_revert_does_not_come_back(journal: Journal) -> None:
    by_itself(journal)
    older = shipping_to_green(usual(), undoes=(commit("1", reverts=("e" * 40,)), BAD))
    older = replace(older, record=records(journal, ["nova-api"])["nova-api"])
    assert isinstance(plan(other_green(older), config(), CUTOVER, NOW), Plan)


REVERT = commit("1", "Revert the drop", reverts=("e" * 40,), change="#13")


def released(journal: Journal, *ships: Commit) -> None:
    """A release that holds its peace."""
    facts = shipping_to_green(usual(), *ships)
    facts = replace(facts, record=records(journal, ["nova-api"])["nova-api"])
    made = plan(other_green(facts), config(), CUTOVER, NOW)
    assert isinstance(made, Plan), made
    journal.end(journal.create(made, WHO, "next"), RolloutState.DONE, "", 0)


@pytest.mark.parametrize("together", [(REVERT, BAD), (REVERT,)])
@pytest.mark.parametrize("named", ["1" * 40, "#13"])
def test_what_went_out_with_its_revert_is_remembered_for_who_takes_that_back(
    journal: Journal, together: tuple[Commit, ...], named: str
) -> None:
    by_itself(journal)
    released(journal, *together)
    for number in range(3):
        released(journal, commit(str(number + 5)))
    record = records(journal, ["nova-api"])["nova-api"]
    assert {one.ids[0]: one.revert[:1] for one in record.undone}["e" * 40] == ("1" * 40,)
    again = later(journal, commit("2", "Reapply the drop", reverts=(named,)))
    assert isinstance(again, Refusal)
    assert again.names == ("eeeeeee",)


def test_a_way_back_that_could_not_see_the_commits_takes_those_that_had_shipped(journal: Journal) -> None:
    rolled(journal, shipping_to_green(usual(), BAD, OTHER), CUTOVER, RolloutState.DONE)
    blind = replace(swapped(), commits=None, shipping=None)
    rolled(journal, blind, ROLLBACK, RolloutState.DONE)
    record = records(journal, ["nova-api"])["nova-api"]
    assert {one.ids[0] for one in record.undone} == {BAD.sha, OTHER.sha}
    assert record.untold == ()


def test_where_nobody_ever_knew_the_commits_each_later_plan_says_so(journal: Journal, settings: Config) -> None:
    blind = replace(usual(), commits=None, shipping=None)
    rolled(journal, blind, CUTOVER, RolloutState.ROLLED_BACK)
    record = records(journal, ["nova-api"])["nova-api"]
    (bar,) = record.untold
    facts = shipping_to_green(usual(), commit("a"))
    facts = other_green(replace(facts, record=record, sources={**facts.sources, COMMITS: Source(COMMITS, seen_at=NOW)}))
    found = plan(facts, config(), CUTOVER, NOW)
    assert isinstance(found, Plan)
    assert any(f"what was rolled back with {bar.version}" in note for note in found.notes)
    restraint.allow(settings, journal, "nova-api", bar.version, WHO, reason="it was the network")
    assert records(journal, ["nova-api"])["nova-api"].untold == ()


def test_it_is_remembered_however_many_releases_ago(journal: Journal) -> None:
    by_itself(journal)
    made = plan(other_green(shipping_to_green(usual(), commit("a"))), config(), CUTOVER, NOW)
    assert isinstance(made, Plan)
    for _ in range(60):
        journal.end(journal.create(made, WHO, "next"), RolloutState.DONE, "", 0)
    record = records(journal, ["nova-api"])["nova-api"]
    assert (len(record.undone), len(record.barred)) == (2, 1)
