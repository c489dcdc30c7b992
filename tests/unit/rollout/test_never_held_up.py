"""A way back waits for nobody: it takes no pause, obeys none, and is never called done when it was not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from plan_worlds import NOW, config, usual

from console.config.model import Config
from console.errors import Refused
from console.model.colour import Colour
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan
from console.rollout import request, restraint
from console.rollout.journal import Journal
from console.rollout.liveness import runner_id
from console.rollout.records import Decision, DecisionKind, EventKind, RolloutState
from console.rollout.runner import walk
from console.rollout.runner.endings import AbortAsked, Ended
from console.rollout.runner.run import Run
from console.rollout.runner.words import hold_if_asked
from console.rollout.schema import connect
from console.rollout.who import Who

ALICE = Who("alice", "jump1")
URL = "sqlite:///{}/journal.db"


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(connect(URL.format(tmp_path), read_only=False), lambda: NOW)


def made(action: Action = Action.ROLLBACK) -> Plan:
    found = plan(usual(), config(), Intent(action, Colour.GREEN), NOW)
    assert isinstance(found, Plan), found
    return found


def undoing() -> Plan:
    """The way back out of something that is no rollback by its name."""
    found = made(Action.CUTOVER)
    return replace(found, action=Action.RESTORE, intent=Intent(Action.RESTORE, undoes=True))


def begun(journal: Journal, found: Plan) -> str:
    ident = journal.create(found, ALICE, "release")
    journal.claim(ident, runner_id())
    journal.append(ident, EventKind.STARTED, "", "runner 1", runner=runner_id())
    return ident


@pytest.mark.parametrize("found", [made(), undoing()])
def test_a_pause_of_a_way_back_is_refused_and_says_what_is_open(journal: Journal, found: Plan) -> None:
    ident = begun(journal, found)
    with pytest.raises(Refused, match="a way back is never made to wait") as refused:
        request.pause(journal, ident, ALICE)
    assert f"`bluegreen abort {ident} --hold`" in refused.value.hint
    assert DecisionKind.PAUSE not in {one.kind for one in journal.decisions(ident)}


def test_what_goes_back_already_is_not_paused_either_not_even_by_a_freeze(journal: Journal, tmp_path: Path) -> None:
    ident = begun(journal, made(Action.CUTOVER))
    journal.append(ident, EventKind.PLANNED, "", "GREEN fails: going back", plan=made())
    with pytest.raises(Refused, match="a way back is never made to wait"):
        request.pause(journal, ident, ALICE, even_waiting=True)
    settings = Config(tmp_path / "config.yaml", {"nova-api": config()}, journal=URL.format(tmp_path))
    assert restraint.freeze(settings, journal, "nova-api", ALICE, "incident") is None
    assert DecisionKind.PAUSE not in {one.kind for one in journal.decisions(ident)}


@pytest.mark.parametrize("found", [made(), undoing()])
def test_a_runner_on_the_way_back_does_not_wait_for_a_pause_and_records_it(found: Plan) -> None:
    told: list[tuple[Any, ...]] = []
    asked = Decision(7, NOW, DecisionKind.PAUSE, "", found.digest, ALICE, "slowly")
    known = {"pause_asked": asked, "forward": True, "heard": [], "note": lambda *said, **_: told.append(said)}
    run = cast("Run", SimpleNamespace(**known))
    step = next(one for one in found.steps if one.writes)
    assert not hold_if_asked(run, found, step)
    assert run.pause_asked is None
    assert told == [
        (EventKind.DECISION, step.id, "alice@jump1 asked for a pause: slowly. A way back does not wait, so it goes on")
    ]


def asked_to_abort(found: Plan) -> Ended:
    """Aborted in its last moment, with nothing written."""

    def tick(_step: str) -> None:
        raise AbortAsked("alice@jump1", "wrong service", hold=False)

    run = cast("Run", SimpleNamespace(tick=tick, note=lambda *_, **__: None, written=False))
    return walk.heard_at_last(run, found, Ended(RolloutState.DONE, "done", 0))


@pytest.mark.parametrize(("found", "what"), [(made(), "rollback"), (undoing(), "restore")])
def test_a_way_back_that_was_aborted_before_it_wrote_is_not_rolled_back(found: Plan, what: str) -> None:
    ended = asked_to_abort(found)
    assert (ended.state, ended.exit_code) == (RolloutState.STOPPED, 7)
    assert ended.sentence == (
        f"aborted by alice@jump1: wrong service, before anything was written: the {what} is not done; "
        "finish it, or leave it as it is, with `bluegreen resume`"
    )


def test_a_cutover_that_was_aborted_before_it_wrote_leaves_what_was() -> None:
    ended = asked_to_abort(made(Action.CUTOVER))
    assert (ended.state, ended.exit_code) == (RolloutState.ROLLED_BACK, 6)
    assert "nothing has changed" in ended.sentence
