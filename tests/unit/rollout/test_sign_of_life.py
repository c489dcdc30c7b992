"""What a console is told of a rollout that another host walks: whose lease it is, and whether its runner lives."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue

import pytest
from plan_worlds import NOW, config, usual
from textual.message import Message

from console.config.model import Config, LeaseConfig
from console.model.lease import LeaseHolder
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan
from console.rollout.journal import Journal
from console.rollout.lease.in_journal import JournalLease
from console.rollout.records import RolloutState
from console.rollout.schema import connect
from console.rollout.who import Who
from screens.journal_looks import remote_of
from screens.messages import Decided, NoSignOfLife
from screens.sign_of_life import watch_for_life

OWNER = "alice@jump1"


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    lease = LeaseConfig(network=None, ttl=6.0)
    return Config(tmp_path / "config.yaml", {"nova-api": config()}, f"sqlite:///{tmp_path}/journal.db", lease=lease)


def begun_on_jump1(settings: Config) -> tuple[Journal, JournalLease, str]:
    journal = Journal(connect(settings.journal, read_only=False))
    made = plan(usual(), config(), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan), made
    ident = journal.create(made, Who("alice", "jump1"), "release")
    assert journal.claim(ident, "jump1/boot.1/7/7")
    lease = JournalLease(journal.engine, protected="pool-1", client_timeout=1.0)
    lease.acquire(LeaseHolder("", OWNER, ident, "cutover", "release", "start", NOW, NOW, ttl=6.0))
    return journal, lease, ident


def test_whose_lease_it_is_is_told_while_the_runner_is_out_of_sight(settings: Config) -> None:
    journal, _, ident = begun_on_jump1(settings)
    rollout = journal.rollout(ident)
    assert remote_of(journal, {"nova-api": rollout}) == {ident: OWNER}
    assert remote_of(journal, {"nova-api": replace(rollout, state=RolloutState.STOPPED)}) == {}
    assert remote_of(journal, {"nova-api": replace(rollout, runner="")}) == {}, "nobody walks it"


def test_a_runner_that_renews_its_lease_is_not_taken_over(settings: Config) -> None:
    _journal, lease, ident = begun_on_jump1(settings)
    stopped, told = threading.Event(), SimpleQueue[Message]()

    def renews() -> None:
        while not stopped.wait(0.4):
            lease.renew("shift")

    beat = threading.Thread(target=renews)
    beat.start()
    watch_for_life(settings, ident, OWNER, told.put)
    answer = told.get(timeout=20)
    stopped.set()
    beat.join()
    assert isinstance(answer, Decided)
    assert answer.failed
    assert "on jump1 has renewed its lease just now" in answer.text


def test_one_that_does_not_may_be(settings: Config) -> None:
    _, _, ident = begun_on_jump1(settings)
    told = SimpleQueue[Message]()
    watch_for_life(settings, ident, OWNER, told.put)
    answer = told.get(timeout=20)
    assert isinstance(answer, NoSignOfLife), answer
    assert (answer.rollout_id, answer.owner) == (ident, OWNER)
