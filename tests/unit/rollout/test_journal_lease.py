"""The lease in the journal: one holder, told to the others, lost with a clear word, taken over only when it is dead."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from console.errors import LeaseHeld, LeaseLost
from console.model.lease import LeaseHolder
from console.rollout.lease.in_journal import JournalLease
from console.rollout.lease.lease import Rivals
from console.rollout.schema import connect

ALICE = LeaseHolder("", "alice@a", "r1", "cutover nova-api blue>green", "release", "start", time.time(), 0, ttl=0.2)
BOB = replace(ALICE, owner="bob@b", rollout="r2")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    made = connect(f"sqlite:///{tmp_path}/journal.db", read_only=False)
    yield made
    made.dispose()


def lease(engine: sa.Engine) -> JournalLease:
    return JournalLease(engine, protected="pool-1", client_timeout=0.1)


def test_the_second_is_told_who_why_and_what(engine: sa.Engine) -> None:
    lease(engine).acquire(ALICE)
    with pytest.raises(LeaseHeld, match='alice@a is doing cutover nova-api blue>green, reason "release"'):
        lease(engine).acquire(BOB)


def test_of_twenty_racers_one_wins(engine: sa.Engine) -> None:
    won: list[str] = []
    lost: list[str] = []
    gate = threading.Barrier(20)

    def race(number: int) -> None:
        wanted = replace(ALICE, owner=f"user{number}@host", rollout=f"r{number}")
        gate.wait()
        try:
            lease(engine).acquire(wanted)
        except LeaseHeld:
            lost.append(wanted.owner)
        else:
            won.append(wanted.owner)

    threads = [threading.Thread(target=race, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 19)


def test_a_dead_holder_is_taken_over_by_name_and_learns_of_it(engine: sa.Engine) -> None:
    mine, theirs = lease(engine), lease(engine)
    mine.acquire(ALICE)
    with pytest.raises(LeaseHeld):
        theirs.acquire(BOB, take_over="carol@c")
    theirs.acquire(BOB, take_over="alice@a")
    with pytest.raises(LeaseLost):
        mine.renew("shift")
    mine.release()
    found = theirs.find()
    assert found is not None
    assert found.owner == "bob@b"


def test_what_is_left_behind_is_taken_at_once_and_a_wait_is_told(engine: sa.Engine) -> None:
    told: list[float] = []
    left = Rivals(lambda holder: holder.rollout == "r1", lambda _, seconds: told.append(seconds))
    mine, theirs = (JournalLease(engine, protected="pool-1", client_timeout=0.1, rivals=left) for _ in range(2))
    mine.acquire(ALICE)
    theirs.acquire(BOB)
    with pytest.raises(LeaseLost):
        mine.renew("shift")
    assert told == []
    with pytest.raises(LeaseHeld):
        mine.acquire(ALICE)
    mine.acquire(ALICE, take_over="bob@b")
    assert told == [pytest.approx(0.3)]


def test_a_holder_that_renews_is_not_taken_over(engine: sa.Engine) -> None:
    mine, theirs = lease(engine), lease(engine)
    mine.acquire(replace(ALICE, ttl=3.0))
    beating = threading.Timer(0.3, lambda: mine.renew("shift"))
    beating.start()
    with pytest.raises(LeaseHeld, match="renewed"):
        theirs.acquire(BOB, take_over="alice@a")
    beating.join()


def test_a_released_lease_is_free(engine: sa.Engine) -> None:
    mine = lease(engine)
    mine.acquire(ALICE)
    mine.release()
    assert mine.find() is None
    lease(engine).acquire(BOB)
