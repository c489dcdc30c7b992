"""The journal means the same on SQLite, PostgreSQL and MariaDB: what is written, who may claim, who holds the lease."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from mysql_server import mysql
from plan_worlds import NOW, config, usual
from postgresql_server import postgresql

from console.errors import JournalError, LeaseHeld, LeaseLost
from console.model.lease import LeaseHolder
from console.plan.plan import Action, Intent, Plan
from console.plan.planner import plan
from console.rollout.journal import Journal
from console.rollout.lease.in_journal import JournalLease
from console.rollout.records import DecisionKind, EventKind, RolloutState
from console.rollout.schema import VERSION, connect, service_decisions, version
from console.rollout.standing import ServiceDecisionKind, decide, records
from console.rollout.who import Who

WHO = Who("alice", "jump1")
ALICE = LeaseHolder("", "alice@jump1", "r1", "cutover nova-api", "release", "start", time.time(), 0, ttl=0.5)
BOB = replace(ALICE, owner="bob@jump2", rollout="r2")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with postgresql(tmp_path_factory.mktemp("postgresql")) as url:
        yield url


@pytest.fixture(scope="module")
def maria(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with mysql(tmp_path_factory.mktemp("mysql")) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql", "mysql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/journal.db"
    return str(request.getfixturevalue("server" if request.param == "postgresql" else "maria"))


def a_plan(members: int = 3) -> Plan:
    made = plan(usual(members), config(), Intent(Action.CUTOVER), NOW)
    assert isinstance(made, Plan)
    return made


def test_a_large_plan_and_its_times_come_back_as_they_went_in(url: str) -> None:
    large = a_plan(200)
    with Journal.open(url) as journal:
        before = time.time()
        rollout = journal.rollout(journal.create(large, WHO, "why \u2028 \x1b[31m"))
    assert rollout.plan == large
    assert rollout.reason == "why \u2028 \x1b[31m"
    assert before <= rollout.created_at <= time.time()


def test_a_spectator_sees_each_event_within_a_second(url: str) -> None:
    with Journal.open(url) as runner, Journal.open(url, read_only=True) as spectator:
        ident = runner.create(a_plan(), WHO, "")
        for number in range(5):
            runner.append(ident, EventKind.WAIT, "shift", f"event {number}")
            written = time.monotonic()
            while len(spectator.events(ident)) <= number:
                assert time.monotonic() - written < 1.0
        assert spectator.changed() > 0


def test_a_freeze_and_its_end_are_seen_by_the_other_host(url: str) -> None:
    with Journal.open(url) as one, Journal.open(url, read_only=True) as two:
        before = two.changed()
        decide(one, "glance", ServiceDecisionKind.FREEZE, WHO, "holidays \u2028", until=time.time() + 60)
        assert two.changed() > before
        found = records(two, ["glance"])["glance"].frozen(time.time())
        assert found is not None
        assert (found.by, found.reason) == ("alice@jump1", "holidays \u2028")
        decide(one, "glance", ServiceDecisionKind.UNFREEZE, WHO, "over")
        assert records(two, ["glance"])["glance"].freeze is None


def test_what_was_rolled_back_is_known_to_the_other_host(url: str) -> None:
    made = a_plan()
    with Journal.open(url) as one, Journal.open(url, read_only=True) as two:
        ident = one.create(made, WHO, "errors")
        one.claim(ident, "jump1/boot/1/1")
        one.append(ident, EventKind.INTENT, "shift", "PUT")
        one.end(ident, RolloutState.ROLLED_BACK, "it went back", 6)
        bar = records(two, [made.service])[made.service].bar_on(made.target_version)
        assert bar is not None
        assert bar.rollout == ident
        decide(one, made.service, ServiceDecisionKind.ALLOW, WHO, "mended", version=made.target_version)
        assert records(two, [made.service])[made.service].barred == ()


def test_twenty_hosts_open_a_new_journal_at_once(url: str, tmp_path: Path) -> None:
    fresh = url if not url.startswith("sqlite") else f"sqlite:///{tmp_path}/fresh.db"
    failed: list[JournalError] = []

    def opened() -> None:
        try:
            Journal.open(fresh).close()
        except JournalError as error:
            failed.append(error)

    threads = [threading.Thread(target=opened) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_one_of_many_hosts_brings_an_old_journal_up_to_date(url: str) -> None:
    engine = connect(url, read_only=False)
    with engine.begin() as connection:
        service_decisions.drop(connection)
        connection.execute(version.update().values(version=1))
    threads = [threading.Thread(target=lambda: Journal.open(url).close()) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.connect() as connection:
        assert connection.execute(sa.select(version.c.version)).scalars().all() == [VERSION]
        assert connection.execute(sa.select(sa.func.count()).select_from(service_decisions)).scalar() == 0
    engine.dispose()


def test_of_two_hosts_one_claims_and_one_resumes(url: str) -> None:
    with Journal.open(url) as one, Journal.open(url) as two:
        ident = one.create(a_plan(), WHO, "")
        assert [one.claim(ident, "jump1/boot/1/1"), two.claim(ident, "jump2/boot/2/2")] == [True, False]
        seen = two.rollout(ident)
        assert two.reopen(seen, DecisionKind.FINISH, a_plan(), WHO)
        assert not one.reopen(seen, DecisionKind.GO_BACK, a_plan(), WHO)
        two.end(ident, RolloutState.DONE, "done", 0)
        assert one.rollout(ident).state is RolloutState.DONE


def test_of_twenty_hosts_one_holds_the_lease(url: str) -> None:
    won: list[JournalLease] = []

    def race(number: int) -> None:
        engine = connect(url, read_only=False)
        mine = JournalLease(engine, protected="racers", client_timeout=0.1)
        try:
            mine.acquire(replace(ALICE, rollout=f"r{number}", ttl=60))
            won.append(mine)
        except LeaseHeld:
            pass
        finally:
            engine.dispose()

    threads = [threading.Thread(target=race, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


def test_a_dead_holder_is_taken_over_and_learns_of_it(url: str) -> None:
    engine, other = connect(url, read_only=False), connect(url, read_only=False)
    try:
        dead = JournalLease(engine, protected="taken", client_timeout=0.1)
        dead.acquire(ALICE)
        taker = JournalLease(other, protected="taken", client_timeout=0.1)
        taker.acquire(BOB, take_over=ALICE.owner)
        with pytest.raises(LeaseLost):
            dead.renew("shift")
        taker.release()
    finally:
        engine.dispose()
        other.dispose()


def test_a_server_that_is_not_there_is_one_clear_error_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(JournalError) as caught:
        Journal.open(f"postgresql://bluegreen:sesame@/postgres?host={tmp_path}")
    assert "cannot be opened" in str(caught.value)
    assert "sesame" not in f"{caught.value.message} {caught.value.hint}"
