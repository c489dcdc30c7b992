"""What is not rollback-safe is begun only with a reason, which is in the record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from plan_worlds import NOW, usual
from shipments import UNSAFE, commit, config, shipping_to_green

from console.config.model import Config
from console.errors import Refused
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan
from console.rollout import request
from console.rollout.journal import Journal
from console.rollout.records import DecisionKind
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
