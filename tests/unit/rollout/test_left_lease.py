"""Whose lease is free: only that of a rollout that is over for good, taken by a runner that is proven dead."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from plan_worlds import NOW, config, usual

from console.cli.whose_lease import whose
from console.config.model import Config
from console.model.lease import LeaseHolder
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan
from console.rollout.journal import Journal
from console.rollout.left_lease import left_behind
from console.rollout.liveness import boot_id, runner_id
from console.rollout.records import DecisionKind, EventKind, RolloutState
from console.rollout.who import Who

ALICE, BOB = Who("alice", "jump1"), Who("bob", "jump2")
DEAD = f"{socket.gethostname()}/{boot_id()}/4194305/1"  # a process id that Linux never gives
OTHER_HOST = "jump9/boot/17/1"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(f"sqlite:///{tmp_path}/journal.db") as made:
        yield made


def begun(journal: Journal, runner: str, *, took: bool = True) -> str:
    made = plan(usual(), config(), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan)
    ident = journal.create(made, ALICE, "why")
    walked(journal, ident, runner, took=took)
    return ident


def walked(journal: Journal, ident: str, runner: str, *, took: bool = True) -> None:
    assert journal.claim(ident, runner)
    journal.append(ident, EventKind.STARTED, "", "runner", runner=runner)
    if took:
        journal.append(ident, EventKind.LEASE, "", "lease taken", lease="port-1")
    journal.append(ident, EventKind.LEASE, "", "the lease could not be renewed: no answer")


def left(journal: Journal, ident: str) -> str:
    assert journal.leave(journal.rollout(ident), BOB, "left as it was by bob@jump2", "seen to")
    return ident


def holder(ident: str, owner: str = ALICE.owner) -> LeaseHolder:
    now = time.time()
    return LeaseHolder("port-1", owner, ident, "cutover nova-api blue>green", "", "shift-10", now, now, 60.0)


def test_it_is_free_once_the_rollout_is_over_and_its_runner_dead(journal: Journal) -> None:
    ident = begun(journal, DEAD)
    assert not left_behind(journal, holder(ident)), "it can be resumed"
    left(journal, ident)
    assert left_behind(journal, holder(ident))
    assert not left_behind(journal, holder(ident, "carol@jump3")), "somebody else has it under that name"
    assert not left_behind(journal, holder("other"))
    assert not left_behind(journal, replace(holder(ident), foreign="something else has the address"))


@pytest.mark.parametrize("runner", [OTHER_HOST, runner_id()], ids=["on another host", "alive"])
def test_a_runner_that_may_live_keeps_it(journal: Journal, runner: str) -> None:
    assert not left_behind(journal, holder(left(journal, begun(journal, runner))))


def test_a_runner_that_never_took_it_proves_nothing_of_the_one_before(journal: Journal) -> None:
    ident = begun(journal, OTHER_HOST)
    seen = journal.rollout(ident)
    assert journal.reopen(seen, DecisionKind.FINISH, seen.plan, ALICE, take_over=ALICE.owner)
    assert not left_behind(journal, holder(left(journal, ident))), "no runner at all"
    ident = begun(journal, OTHER_HOST)
    seen = journal.rollout(ident)
    assert journal.reopen(seen, DecisionKind.FINISH, seen.plan, ALICE, take_over=ALICE.owner)
    walked(journal, ident, DEAD, took=False)
    assert not left_behind(journal, holder(left(journal, ident)))


def test_what_stopped_keeps_it_until_somebody_ends_it(journal: Journal) -> None:
    ident = begun(journal, DEAD)
    journal.end(ident, RolloutState.STOPPED, "look", 7)
    assert not left_behind(journal, holder(ident))


def test_the_words_are_true_of_each(journal: Journal, tmp_path: Path) -> None:
    settings = Config(tmp_path / "config.yaml", {"nova-api": config()}, journal=journal.url)
    now = time.time()
    killed = whose(settings, holder(begun(journal, DEAD)))
    assert "alice@jump1 was doing cutover nova-api blue>green, last seen at step shift-10" in killed.words(now)
    assert "no sign of life since" in killed.words(now)
    assert "`bluegreen resume" in killed.hint
    free = whose(settings, holder(left(journal, begun(journal, DEAD))))
    assert free.left
    assert free.words(now).endswith("(left as it was): its runner is gone")
    far = whose(settings, holder(left(journal, begun(journal, OTHER_HOST))))
    assert "which has ended (left as it was)" in far.words(now)
    assert far.hint == "if its runner on jump9 is dead, take it over: --take-over alice@jump1"
    theirs = whose(settings, holder("other"))
    assert "is doing cutover" in theirs.words(now)
    assert "no sign of life" not in theirs.words(now)
    assert "alice@jump1 was doing cutover" in theirs.words(now + 61)
    assert "--take-over alice@jump1" in theirs.hint
