"""A login that cannot be renewed: no wait is made longer than it lasts with the way back, and who asks is told so."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from plan_worlds import NOW, config, usual

from console.config.model import Config
from console.errors import Refused
from console.plan.plan import Action, Intent, Plan, Step
from console.plan.planner import plan
from console.plan.waits import PAUSE_DEADLINE
from console.rollout import request, restraint
from console.rollout.journal import Journal
from console.rollout.liveness import runner_id
from console.rollout.login_end import spare
from console.rollout.records import Decision, DecisionKind, EventKind
from console.rollout.runner.endings import NotConfirmed
from console.rollout.runner.run import Run
from console.rollout.runner.words import extended, hold_if_asked
from console.rollout.schema import connect
from console.rollout.who import Who

ALICE = Who("alice", "jump1")
URL = "sqlite:///{}/journal.db"
BACK = 60.0 + 900.0 + 30.0  # look again, shift, prove: the deadlines of what a way back does


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(connect(URL.format(tmp_path), read_only=False), lambda: NOW)


def made() -> Plan:
    release = config().release._replace(confirm_within=300.0, bake=600.0)
    found = plan(usual(), config(release=release), Intent(Action.CUTOVER), NOW)
    assert isinstance(found, Plan), found
    return replace(found, steps=tuple(one for one in found.steps if one.kind != "remember"))


def step_of(found: Plan, ident: str) -> Step:
    return next(one for one in found.steps if one.id == ident)


def at(journal: Journal, step: str, ends_at: float) -> str:
    """A rollout that is at this step since now, whose runner's login ends then."""
    ident = journal.create(made(), ALICE, "release")
    journal.claim(ident, runner_id())
    journal.append(ident, EventKind.STARTED, "", "runner 1", runner=runner_id())
    journal.append(ident, EventKind.AUTHENTICATED, "", "alice", expires_at=NOW + 9.0, ends_at=ends_at)
    journal.append(ident, EventKind.BEGUN, step, step)
    return ident


def test_what_can_be_spared_leaves_time_for_the_rest_and_for_the_way_back() -> None:
    found = made()
    assert spare(found, "confirm", 0.0, NOW) == math.inf
    assert spare(found, "bake", NOW + BACK + 100.0, NOW) == 100.0
    assert spare(found, "confirm", NOW + BACK + 700.0, NOW) == 100.0  # 600 s of bake come after it
    assert spare(found, "confirm", NOW + BACK, NOW) == 0.0


def test_no_more_time_is_given_than_the_login_lasts(journal: Journal) -> None:
    ident = at(journal, "bake", NOW + 600.0 + BACK + 400.0)
    with pytest.raises(Refused) as refused:
        request.extend(journal, ident, 3600, ALICE)
    assert refused.value.message == (
        f"rollout {ident} does not get 60 minutes more: the login of its runner ends before that, and is not renewed: "
        "6 minutes more at most"
    )
    assert f"`bluegreen extend {ident} --by 6m` fits" in refused.value.hint
    request.extend(journal, ident, 360, ALICE)
    assert [one.kind for one in journal.decisions(ident)] == [DecisionKind.CONFIRM, DecisionKind.EXTEND]


def test_where_none_is_left_the_refusal_offers_none(journal: Journal) -> None:
    ident = at(journal, "bake", NOW + 600.0 + BACK)
    with pytest.raises(Refused, match="there is no time to spare") as refused:
        request.extend(journal, ident, 60, ALICE)
    assert "extend" not in refused.value.hint


def test_a_login_that_renews_itself_lasts(journal: Journal) -> None:
    ident = at(journal, "bake", 0.0)
    request.extend(journal, ident, 86400, ALICE)


def test_no_pause_is_taken_that_nobody_could_end_in_time_but_a_freeze_is(journal: Journal, tmp_path: Path) -> None:
    ident = at(journal, "reconcile", NOW + 60.0 + 930.0 + 900.0 + BACK)
    with pytest.raises(Refused, match="is not paused: the login of its runner ends before that") as refused:
        request.pause(journal, ident, ALICE)
    assert f"`bluegreen abort {ident}`" in refused.value.hint
    settings = Config(tmp_path / "config.yaml", {"nova-api": config()}, journal=URL.format(tmp_path))
    assert restraint.freeze(settings, journal, "nova-api", ALICE, "incident") is not None


def runner(ends: float, found: Plan) -> tuple[Run, list[tuple[str, dict[str, Any]]]]:
    """One that was asked to pause, and hears the word to go on at its first look."""
    told: list[tuple[str, dict[str, Any]]] = []
    heard: list[Decision] = []

    def note(_kind: EventKind, _step: str, text: str, **data: Any) -> None:
        told.append((text, data))

    def wait(_seconds: float, step: str) -> None:
        heard.append(Decision(8, NOW, DecisionKind.GO_ON, step, found.digest, ALICE, ""))

    asked = Decision(7, NOW, DecisionKind.PAUSE, "", found.digest, ALICE, "slowly")
    known = {
        "pause_asked": asked, "forward": True, "heard": heard, "note": note, "wait": wait, "login_ends": ends,
        "timing": SimpleNamespace(ttl=60.0),
    }  # fmt: skip
    return cast("Run", SimpleNamespace(**known)), told


def test_a_runner_gives_no_more_than_its_login_has_and_says_so() -> None:
    found = made()
    bake = step_of(found, "bake")
    run, told = runner(time.time() + 100.0 + BACK + 120.5, found)
    wish = Decision(9, NOW, DecisionKind.EXTEND, "bake 3600", found.digest, ALICE, "asking")
    length = extended(run, found, bake, wish, 600.0, left=100.0)
    assert length == pytest.approx(720.5, abs=0.4)
    assert told[0][0] == (
        "2 minutes more: alice@jump1: asking; 60 minutes were asked for, but the login of this runner ends, and what "
        "is left of it is kept for the way back"
    )
    assert told[0][1] == {"deadline": length}


@pytest.mark.parametrize(("more", "most"), [(150.0, "2.5 minutes"), (PAUSE_DEADLINE + 9.0, "")])
def test_a_runner_is_held_for_no_longer_than_its_login_has(more: float, most: str) -> None:
    found = made()
    shift = step_of(found, "shift")
    rest = sum(one.deadline for one in found.steps[found.steps.index(shift) :])
    run, told = runner(time.time() + rest + BACK + more, found)
    assert hold_if_asked(run, found, shift)
    text, data = told[0]
    assert text.startswith("paused by alice@jump1: slowly")
    assert ("at most" in text) == bool(most)
    assert most in text
    assert data["until_word"] == pytest.approx(min(more, PAUSE_DEADLINE), abs=0.5)


def test_where_it_has_none_it_does_not_go_on_but_ends() -> None:
    found = made()
    run, _ = runner(time.time(), found)
    with pytest.raises(NotConfirmed, match="nobody went on"):
        hold_if_asked(run, found, step_of(found, "shift"))
