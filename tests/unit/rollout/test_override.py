"""What is not rollback-safe is begun only with a reason, which is in the record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from plan_worlds import NOW, usual
from shipments import UNSAFE, commit, config, shipping_to_green

from console.config.model import Config
from console.errors import Refused
from console.model.service import Service
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan
from console.rollout import request
from console.rollout.journal import Journal
from console.rollout.records import DecisionKind, RolloutState
from console.rollout.who import Who

WHO = Who("alice", "jump1")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    # the runner is a process of its own, and has a cloud to reach
    monkeypatch.setattr(request, "start_runner", lambda *_, **__: None)
    return Config(tmp_path / "config.yaml", {"nova-api": config()}, f"sqlite:///{tmp_path}/journal.db")


def unsafe(action: Action = Action.CUTOVER) -> Plan:
    bad = commit("2", "Drop it", trailers=UNSAFE)
    facts = shipping_to_green(usual(), bad) if action is Action.CUTOVER else shipping_to_green(usual(), undoes=(bad,))
    made = plan(facts, config(), Intent(action), NOW)
    assert isinstance(made, Plan)
    return made


@pytest.mark.parametrize("action", [Action.CUTOVER, Action.ROLLBACK])
def test_without_a_reason_nothing_begins(settings: Config, action: Action) -> None:
    with pytest.raises(Refused, match="not safe: 2222222 Drop it") as refused:
        request.begin(settings, unsafe(action), WHO, "release")
    assert "--override-rollback-safety" in refused.value.hint
    with Journal.open(settings.journal) as journal:
        assert journal.rollouts() == []


@pytest.mark.parametrize("action", [Action.CUTOVER, Action.ROLLBACK])
def test_with_one_it_does_and_the_reason_is_kept(settings: Config, action: Action) -> None:
    ident = request.begin(settings, unsafe(action), WHO, "release", override="the old code reads both")
    with Journal.open(settings.journal) as journal:
        override, confirm = journal.decisions(ident)
        assert journal.rollout(ident).plan == unsafe(action)
    assert (override.kind, override.step) == (DecisionKind.OVERRIDE, "rollback-safety")
    assert (override.reason, override.who, override.digest) == ("the old code reads both", WHO, confirm.digest)
    assert (confirm.kind, confirm.reason) == (DecisionKind.CONFIRM, "release")


def test_what_is_safe_or_unknown_needs_none(settings: Config) -> None:
    for facts in (shipping_to_green(usual(), commit("1")), replace(usual(), shipping=None)):
        made = plan(facts, config(), Intent(Action.CUTOVER), NOW)
        assert isinstance(made, Plan)
        ident = request.begin(settings, made, WHO, "release")
        with Journal.open(settings.journal) as journal:
            assert [one.kind for one in journal.decisions(ident)] == [DecisionKind.CONFIRM]


@pytest.mark.parametrize("kind", [DecisionKind.FINISH, DecisionKind.GO_BACK])
def test_how_a_dead_runners_rollout_ends_wants_one_as_well(settings: Config, kind: DecisionKind) -> None:
    ident = request.begin(settings, unsafe(), WHO, "release", override="the old code reads both")
    bad = commit("2", "Drop it", trailers=UNSAFE)
    facts = shipping_to_green(usual(), bad, undoes=(bad,))
    with Journal.open(settings.journal) as journal:
        journal.end(ident, RolloutState.STOPPED, "the load balancer is in ERROR", 7)
        stopped = journal.rollout(ident)
        plan_of = make(facts, Action.CUTOVER if kind is DecisionKind.FINISH else Action.ROLLBACK)
        offer = request.Offer(kind, "", plan_of)
        with pytest.raises(Refused, match="2222222 Drop it"):
            request.resume(settings, journal, stopped, offer, WHO, reason="on")
        assert len(journal.decisions(ident)) == 2
        request.resume(settings, journal, stopped, offer, WHO, reason="on", override="nothing was written yet")
        *_, override, decided = journal.decisions(ident)
    assert (override.kind, override.reason) == (DecisionKind.OVERRIDE, "nothing was written yet")
    assert (decided.kind, decided.digest) == (kind, override.digest)


def make(facts: Service, action: Action) -> Plan:
    made = plan(facts, config(), Intent(action), NOW)
    assert isinstance(made, Plan)
    return made
