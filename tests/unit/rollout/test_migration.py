"""A journal that the first version wrote (`journal-1.sql`): read as it is, brought up to date by the first write."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from console.errors import JournalError
from console.plan.plan import Action
from console.rollout.by_hand import by_hand
from console.rollout.journal import Journal
from console.rollout.records import DecisionKind, RolloutState
from console.rollout.schema import VERSION, service_decisions, version
from console.rollout.standing import ServiceDecisionKind, decide, records
from console.rollout.who import Who

DONE, BACK, WAITS = "96acd1", "6907d9", "a5994e"  # a cutover that was done, one that went back, one that waits


@pytest.fixture
def old(tmp_path: Path) -> str:
    path = tmp_path / "journal.db"
    with sqlite3.connect(path) as connection:
        connection.executescript((Path(__file__).parent / "journal-1.sql").read_text())
    connection.close()
    path.chmod(0o600)
    return f"sqlite:///{path}"


def schema_of(url: str) -> int:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = connection.execute(sa.select(version.c.version)).scalars().all()
    engine.dispose()
    assert len(found) == 1
    return int(found[0])


def test_it_is_read_as_it_is(old: str) -> None:
    with Journal.open(old, read_only=True) as journal:
        assert [one.id for one in journal.rollouts()] == [WAITS, BACK, DONE]
        assert journal.changed() == 22 + 4
        record = records(journal, ["nova-api"])["nova-api"]
    assert record.freeze is None
    assert [one.rollout for one in record.barred] == [BACK], "what went back then is known now"
    assert schema_of(old) == 1, "who only reads changes nothing"


def test_the_first_write_brings_it_up_to_date_and_loses_nothing(old: str) -> None:
    with Journal.open(old, read_only=True) as journal:
        before = [(journal.copy(one), journal.rollout(one)) for one in (DONE, BACK, WAITS)]
    with Journal.open(old) as journal:
        assert schema_of(old) == VERSION
        assert [(journal.copy(one), journal.rollout(one)) for one in (DONE, BACK, WAITS)] == before
        decide(journal, "nova-api", ServiceDecisionKind.FREEZE, Who("alice", "jump1"), "migrated")
        assert records(journal, ["nova-api"])["nova-api"].freeze is not None
        with journal.reading() as connection:
            assert connection.execute(sa.select(sa.func.count()).select_from(service_decisions)).scalar() == 1


def test_its_plans_are_understood(old: str) -> None:
    with Journal.open(old) as journal:
        done, waits = journal.rollout(DONE), journal.rollout(WAITS)
        assert (done.state, done.plan.action, done.plan.writes) == (RolloutState.DONE, Action.CUTOVER, 1)
        assert [one.kind for one in journal.decisions(BACK)] == [DecisionKind.CONFIRM, DecisionKind.ABORT]
        left = by_hand(waits, journal.events(WAITS))
    assert waits.plan.writes == 2
    assert len(left.finish) == 1
    assert "/members?additive_only=true" in left.finish[0].path


def test_a_console_that_was_open_before_sees_what_is_written_after(old: str) -> None:
    with Journal.open(old, read_only=True) as reader:
        assert records(reader, ["nova-api"])["nova-api"].freeze is None
        before = reader.changed()
        with Journal.open(old) as writer:
            decide(writer, "nova-api", ServiceDecisionKind.FREEZE, Who("alice", "jump1"), "now")
        assert reader.changed() == before + 1
        assert records(reader, ["nova-api"])["nova-api"].freeze is not None


@pytest.mark.parametrize("read_only", [True, False])
def test_a_journal_of_a_newer_program_is_not_touched(old: str, *, read_only: bool) -> None:
    engine = sa.create_engine(old)
    with engine.begin() as connection:
        connection.execute(version.update().values(version=VERSION + 1))
    engine.dispose()
    with pytest.raises(JournalError, match=f"has schema {VERSION + 1}, this program knows {VERSION}"):
        Journal.open(old, read_only=read_only)
