"""The journal keeps what it was told, in order, for others to read, and says so when it cannot."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest
from plan_worlds import NOW, config, usual

from console.cli.history import history_lines
from console.errors import JournalError
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan
from console.rollout.file_system import is_networked
from console.rollout.journal import Journal
from console.rollout.records import DecisionKind, EventKind, RolloutState
from console.rollout.schema import rollouts
from console.rollout.who import Who

WHO = Who("alice", "jump1", ssh_from="192.0.2.7")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/state/journal.db"


def a_plan() -> Plan:
    made = plan(usual(), config(), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan)
    return made


def test_a_plan_comes_back_as_it_went_in(url: str) -> None:
    with Journal.open(url) as journal:
        rollout = journal.rollout(journal.create(a_plan(), WHO, "release 2026.2"))
    assert rollout.plan == a_plan()
    assert (rollout.who, rollout.reason, rollout.state) == (WHO, "release 2026.2", RolloutState.WAITING)


def test_the_confirmation_is_a_decision_that_names_the_digest(url: str) -> None:
    with Journal.open(url) as journal:
        ident = journal.create(a_plan(), WHO, "why", take_over="bob@jump2")
        (decision,) = journal.decisions(ident)
    assert decision.kind is DecisionKind.CONFIRM
    assert decision.digest == a_plan().digest
    assert decision.take_over == "bob@jump2"


def test_events_are_seen_by_a_reader_as_they_come(url: str) -> None:
    with Journal.open(url) as writer, Journal.open(url, read_only=True) as reader:
        ident = writer.create(a_plan(), WHO, "")
        before = reader.changed()
        writer.append(ident, EventKind.INTENT, "shift", "PUT", call=a_plan().steps[1].writes[0].call)
        assert reader.changed() > before
        (event,) = reader.events(ident)
        assert event.data["call"]["method"] == "PUT"
        assert reader.events(ident, after=event.seq) == []


def test_only_one_runner_can_claim(url: str) -> None:
    with Journal.open(url) as one, Journal.open(url) as two:
        ident = one.create(a_plan(), WHO, "")
        assert one.claim(ident, "jump1/boot/1/1")
        assert not two.claim(ident, "jump2/boot/2/2")


def test_of_two_who_resume_one_does(url: str) -> None:
    with Journal.open(url) as one, Journal.open(url) as two:
        ident = one.create(a_plan(), WHO, "")
        one.claim(ident, "jump1/boot/1/1")
        seen = one.rollout(ident)
        assert one.reopen(seen, DecisionKind.FINISH, a_plan(), WHO, reason="finish it")
        assert not two.reopen(seen, DecisionKind.GO_BACK, a_plan(), WHO, reason="take it back")
        assert [decision.kind for decision in two.decisions(ident)] == [DecisionKind.CONFIRM, DecisionKind.FINISH]
        assert two.claim(ident, "jump2/boot/2/2")


def test_a_rollout_that_has_ended_cannot_be_claimed(url: str) -> None:
    with Journal.open(url) as journal:
        ident = journal.create(a_plan(), WHO, "")
        journal.end(ident, RolloutState.DONE, "done", 0)
        assert not journal.claim(ident, "jump1/boot/1/1")


def test_a_journal_that_is_deleted_while_open_is_not_written_to(url: str, tmp_path: Path) -> None:
    with Journal.open(url) as journal:
        ident = journal.create(a_plan(), WHO, "")
        (tmp_path / "state" / "journal.db").unlink()
        with pytest.raises(JournalError, match="deleted or replaced"):
            journal.append(ident, EventKind.INTENT, "shift", "PUT")


def test_the_end_is_in_the_row_and_in_the_events(url: str) -> None:
    with Journal.open(url) as journal:
        ident = journal.create(a_plan(), WHO, "")
        journal.end(ident, RolloutState.ROLLED_BACK, "back", 6)
        rollout = journal.rollout(ident)
        assert (rollout.state, rollout.sentence, rollout.exit_code) == (RolloutState.ROLLED_BACK, "back", 6)
        assert journal.events(ident)[-1].kind is EventKind.FINISHED


def test_what_somebody_left_is_not_called_failed_not_even_where_its_row_says_so(url: str) -> None:
    with Journal.open(url) as journal:
        ident, other = journal.create(a_plan(), WHO, ""), journal.create(a_plan(), WHO, "")
        journal.append(ident, EventKind.INTENT, "shift-10", "PUT")
        journal.end(ident, RolloutState.STOPPED, "held where it is", 7)
        assert journal.leave(journal.rollout(ident), WHO, "left as it was by alice@jump1", "seen to")
        journal.end(other, RolloutState.FAILED, "nobody could log in", 1)
        assert (journal.rollout(ident).state, journal.rollout(ident).exit_code) == (RolloutState.LEFT, 7)
        assert journal.events(ident)[-1].data == {"state": "left as it was", "exit_code": 7}
        assert " left as it was " in next(history_lines(journal.rollout(ident)))
        with journal.writing() as connection:
            connection.execute(rollouts.update().where(rollouts.c.id == ident).values(state=RolloutState.FAILED))
        assert journal.rollout(ident).state is RolloutState.LEFT
        assert journal.rollout(other).state is RolloutState.FAILED


def test_a_read_only_journal_refuses_to_be_written(url: str) -> None:
    with Journal.open(url) as journal:
        ident = journal.create(a_plan(), WHO, "")
    with Journal.open(url, read_only=True) as reader, pytest.raises(JournalError, match="cannot be written"):
        reader.decide(ident, DecisionKind.ABORT, "", WHO)


def test_a_read_only_journal_that_is_not_there_is_empty_and_stays_away(url: str, tmp_path: Path) -> None:
    with Journal.open(url, read_only=True) as journal:
        assert journal.rollouts() == []
    assert not (tmp_path / "state").exists()


def test_state_files_are_for_their_owner_alone(url: str, tmp_path: Path) -> None:
    with Journal.open(url) as journal:
        journal.create(a_plan(), WHO, "")
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state").iterdir()}
    assert modes.pop("journal.db") == 0o600
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    assert all(mode & 0o077 == 0 for mode in modes.values()), modes


def test_an_id_may_be_shortened_while_it_is_unique(url: str) -> None:
    with Journal.open(url) as journal:
        ident = journal.create(a_plan(), WHO, "")
        assert journal.rollout(ident[:4]).id == ident
        with pytest.raises(JournalError, match="no rollout 'zz'"):
            journal.rollout("zz")


def test_a_journal_that_is_no_database_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_text("this is no database, it is a text file of some length")
    with pytest.raises(JournalError):
        Journal.open(f"sqlite:///{tmp_path}/journal.db")


def test_a_network_file_system_is_refused_for_writing(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"36 35 0:52 / {tmp_path} rw - nfs4 filer:/home rw\n")
    monkeypatch.setattr("console.rollout.schema.is_networked", lambda path: is_networked(path, mounts))
    with pytest.raises(JournalError, match="network file system"):
        Journal.open(url)
    with Journal.open(url, read_only=True) as journal:
        assert journal.rollouts() == []


def test_a_journal_of_another_schema_is_refused(url: str) -> None:
    with Journal.open(url) as journal, journal.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE journal_version SET version = 99")
    with pytest.raises(JournalError, match="schema 99"):
        Journal.open(url)


def test_a_journal_that_somebody_makes_at_this_moment_is_an_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    maker = sqlite3.connect(path, isolation_level=None)
    maker.execute("PRAGMA journal_mode=WAL")
    maker.execute("BEGIN IMMEDIATE")
    with Journal.open(f"sqlite:///{path}", read_only=True) as journal:
        assert journal.rollouts() == []
    maker.close()


def test_who_walks_a_rollout_is_told_of_its_own_record_alone(tmp_path: Path) -> None:
    with Journal.open(f"sqlite:///{tmp_path}/journal.db") as journal:
        ident = journal.create(a_plan(), WHO, "")
        assert journal.runner_of(ident) == ""
        assert journal.claim(ident, "jump1/boot/1/1")
        assert journal.runner_of(ident) == "jump1/boot/1/1"
        assert not journal.end(ident, RolloutState.DONE, "done", 0, runner="jump1/boot/2/2"), "another's is not closed"
        assert not journal.rollout(ident).state.ended
        assert journal.runner_of("f00d42") is None, "a journal that has no such rollout says nothing of it"
