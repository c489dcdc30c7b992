"""A pause is for a rollout that works: one that waits for a word already is told apart, and what helps is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from plan_worlds import NOW, config, usual

from console.cli import main as cli
from console.config.model import Config
from console.errors import Refused
from console.model.colour import Colour
from console.plan import waits
from console.plan.orders import RetireOrder
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan
from console.rollout import request, restraint
from console.rollout.journal import Journal
from console.rollout.liveness import runner_id
from console.rollout.records import DecisionKind, EventKind
from console.rollout.schema import connect
from console.rollout.waiting import waiting
from console.rollout.who import Who

ALICE = Who("alice", "jump1")
URL = "sqlite:///{}/journal.db"


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(connect(URL.format(tmp_path), read_only=False), lambda: NOW)


def shares() -> Plan:
    release = config().release._replace(shift=(50, 100), confirm_within=60.0, bake=600.0)
    made = plan(usual(), config(release=release), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan)
    return made


def at(journal: Journal, step_id: str, made: Plan | None = None) -> str:
    """A rollout whose runner lives, and has begun this step."""
    ident = journal.create(made or shares(), ALICE, "release")
    journal.claim(ident, runner_id())
    journal.append(ident, EventKind.STARTED, "", "runner 1", runner=runner_id())
    journal.append(ident, EventKind.BEGUN, step_id, step_id)
    return ident


@pytest.mark.parametrize(
    ("step", "said", "helps"),
    [
        ("pause-50", "for a word to go on; without one, it goes back by itself in 60 min", "resume {} goes on"),
        ("confirm", "for somebody to keep it; without a word, it goes back by itself in 60 s", "resume {} keeps it"),
        ("bake", "it bakes for 10 min more, and has nothing left to write", "resume {} ends the bake early"),
    ],
)
def test_what_waits_already_is_not_paused_and_says_what_helps(
    journal: Journal, step: str, said: str, helps: str
) -> None:
    ident = at(journal, step)
    with pytest.raises(Refused) as refused:
        request.pause(journal, ident, ALICE)
    assert f"rollout {ident} is not paused: it waits already" in refused.value.message
    assert said in refused.value.message
    assert f"extend {ident} --by" in refused.value.hint
    assert helps.format(ident) in refused.value.hint.replace("`bluegreen ", "").replace("`", "")
    assert f"abort {ident}` goes back now" in refused.value.hint
    assert DecisionKind.PAUSE not in {one.kind for one in journal.decisions(ident)}


def test_what_works_is_paused_and_so_is_what_has_heard_its_word(journal: Journal) -> None:
    ident = at(journal, "prove-50")
    request.pause(journal, ident, ALICE)
    journal.append(ident, EventKind.BEGUN, "pause-50", "waits for you")
    request.say_word(journal, ident, ALICE)
    request.pause(journal, ident, ALICE)
    assert [one.kind for one in journal.decisions(ident)[1:]] == [
        DecisionKind.PAUSE, DecisionKind.GO_ON, DecisionKind.PAUSE,
    ]  # fmt: skip


def test_at_a_barrier_of_a_train_it_goes_on_by_itself_so_it_can_be_paused(journal: Journal) -> None:
    made = shares()
    barrier = waits.barrier(waits.BARRIER_SHIFT, "night", made.target)
    ident = at(journal, barrier.id, replace(made, steps=(barrier, *made.steps)))
    assert waiting(journal.rollout(ident), journal.events(ident)) is not None
    request.pause(journal, ident, ALICE)
    assert journal.decisions(ident)[-1].kind is DecisionKind.PAUSE


def test_what_was_held_within_a_step_waits_no_more_once_the_word_was_heard(journal: Journal) -> None:
    ident = at(journal, "shift")
    journal.append(ident, EventKind.DECISION, "shift", "paused by alice", until_word=3600.0)
    with pytest.raises(Refused):
        request.pause(journal, ident, ALICE)
    journal.append(ident, EventKind.DECISION, "shift", "go on: alice", word=DecisionKind.GO_ON)
    assert waiting(journal.rollout(ident), journal.events(ident)) is None


def retirement() -> Plan:
    made = plan(usual(), config(), Intent(Action.RETIRE, Colour.GREEN, order=RetireOrder()), NOW)
    assert isinstance(made, Plan), made
    return made


def adoption() -> Plan:
    """What an adoption has of it: labels that were written stay."""
    made = retirement()
    return replace(made, action=Action.ADOPT, intent=Intent(Action.ADOPT, Colour.GREEN))


@pytest.mark.parametrize(
    ("made", "then"),
    [
        (retirement(), "it stops and needs you, and does not go back by itself"),
        (adoption(), "it stops and needs you, and does not go back by itself"),
        (shares(), "it goes back by itself"),
    ],
)
def test_what_is_held_says_what_becomes_of_it_without_a_word(
    journal: Journal, tmp_path: Path, made: Plan, then: str
) -> None:
    first = next(one for one in made.steps if one.writes)
    ident = at(journal, first.id, made)
    journal.append(ident, EventKind.DECISION, first.id, "paused by alice", until_word=3600.0)
    found = waiting(journal.rollout(ident), journal.events(ident))
    assert found is not None
    assert found.otherwise == "it ends, with nothing written"
    journal.append(ident, EventKind.INTENT, first.id, "the first write")
    journal.append(ident, EventKind.DECISION, first.id, "paused by alice", until_word=3600.0)
    found = waiting(journal.rollout(ident), journal.events(ident))
    assert found is not None
    assert found.otherwise == then
    settings = Config(tmp_path / "config.yaml", {"nova-api": config()}, journal=URL.format(tmp_path))
    forward = restraint.freeze(settings, journal, "nova-api", ALICE, "incident")
    assert forward is not None
    assert then in restraint.halted_words(journal, forward)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("prove-50", "it waits before its next write, if it has one"),
        ("pause-50", "it goes back by itself in 60 min, and none is taken while it is frozen"),
        ("confirm", "it waits already, for somebody to keep it; without a word, it goes back by itself in 60 s"),
    ],
)
def test_a_freeze_says_what_the_rollout_under_way_does(journal: Journal, tmp_path: Path, step: str, said: str) -> None:
    ident = at(journal, step)
    settings = Config(tmp_path / "config.yaml", {"nova-api": config()}, journal=URL.format(tmp_path))
    forward = restraint.freeze(settings, journal, "nova-api", ALICE, "incident")
    assert forward is not None
    assert restraint.halted_words(journal, forward) in (
        f"rollout {ident} is under way: {said}",
        f"rollout {ident} is under way: it waits already, for a word to go on; without one, {said}",
    )


def test_the_command_line_refuses_it_with_3(
    journal: Journal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.yaml"
    service = "{cloud: nowhere, rotation: {load_balancer: a, pool: a}}"
    path.write_text(f"services: {{nova-api: {service}}}\njournal: {URL.format(tmp_path)}\n")
    path.chmod(0o600)
    ident = at(journal, "confirm")
    assert cli.main(["pause", "--config", str(path), ident]) == 3
    told = capsys.readouterr()
    assert "it waits already, for somebody to keep it" in told.err
    assert "paused" not in told.out
