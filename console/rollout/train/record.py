"""The journal's rows of trains: who asked for it and why, its rollouts, what was decided and what happened."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from console.errors import UsageError
from console.plan.plan import Plan
from console.rollout.journal import Journal
from console.rollout.records import RolloutState
from console.rollout.schema import train_events, train_rollouts, trains
from console.rollout.who import Who

ABORT = "abort"
TOLD = "told"


@dataclass(frozen=True, slots=True)
class Train:
    """One journey of a train. `state` and `runner` as of a rollout: its conductor is a process of its own."""

    id: str
    name: str
    who: Who
    reason: str
    created_at: float
    state: RolloutState
    sentence: str = ""
    exit_code: int | None = None
    runner: str = ""
    waiting_since: float = 0.0


@dataclass(frozen=True, slots=True)
class Carriage:
    """A rollout of a train. `back`: it takes back what an earlier one of the same service did."""

    rollout_id: str
    service: str
    position: int
    back: bool


@dataclass(frozen=True, slots=True)
class TrainEvent:
    """`kind` is `abort` for a decision, `told` for what happened. `at`: Unix seconds."""

    seq: int
    at: float
    kind: str
    text: str


class Trains:
    """The trains of a journal. Every method is one short transaction; all raise JournalError when the record fails."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def create(self, name: str, plans: Sequence[tuple[Plan, str]], who: Who, reason: str, take_over: str = "") -> str:
        """Record a confirmed train with all of its rollouts, in one transaction. Returns its id.

        `plans`, in order, each with the reason for which it is done although it is not rollback-safe, if it is not.
        """
        train_id = secrets.token_hex(3)
        now = time.time()
        with self._journal.writing() as connection:
            connection.execute(
                trains.insert().values(
                    id=train_id,
                    name=name,
                    who=msgspec.json.encode(who).decode(),
                    reason=reason,
                    created_at=now,
                    waiting_since=now,
                    state=RolloutState.WAITING,
                )
            )
            for position, (plan, override) in enumerate(plans):
                rollout_id = self._journal.record(connection, plan, who, reason, take_over, override=override)
                connection.execute(_carriage(train_id, rollout_id, plan.service, position, back=False))
        return train_id

    def take_back(self, train: Train, carriage: Carriage, plan: Plan, reason: str) -> str:
        """Record the way back of one of its services. Returns the rollout's id."""
        with self._journal.writing() as connection:
            rollout_id = self._journal.record(connection, plan, train.who, reason, "", override=reason)
            connection.execute(_carriage(train.id, rollout_id, plan.service, carriage.position, back=True))
        return rollout_id

    def all(self, limit: int = 50) -> list[Train]:
        """The newest first. A journal that an earlier version made, and that is only read, has none."""
        with self._journal.reading() as connection:
            if not sa.inspect(connection).has_table(trains.name):
                return []
            rows = connection.execute(sa.select(trains).order_by(trains.c.created_at.desc()).limit(limit))
            return [_train(row) for row in rows]

    def newest(self, name: str) -> Train:
        """The newest of a train. Raises UsageError where it never went."""
        found = next((one for one in self.all(1000) if one.name == name), None)
        if found is None:
            raise UsageError(f"train {name} never went", f"`bluegreen train {name}` begins it")
        return found

    def train(self, train_id: str) -> Train:
        """One of them, by its id."""
        with self._journal.reading() as connection:
            return _train(connection.execute(sa.select(trains).where(trains.c.id == train_id)).one())

    def carriages(self, train_id: str) -> list[Carriage]:
        """Its rollouts in order; of one service, the way back after the way there."""
        query = sa.select(train_rollouts).where(train_rollouts.c.train_id == train_id)
        with self._journal.reading() as connection:
            rows = list(connection.execute(query.order_by(train_rollouts.c.position, train_rollouts.c.back)))
        return [Carriage(row.rollout_id, row.service, row.position, bool(row.back)) for row in rows]

    def claim(self, train_id: str, runner: str) -> bool:
        """Make this process the conductor of a train that waits for one; False when another was quicker."""
        with self._journal.writing() as connection:
            changed = connection.execute(
                trains.update()
                .where(trains.c.id == train_id, trains.c.runner == "", trains.c.state == RolloutState.WAITING)
                .values(runner=runner, state=RolloutState.RUNNING, sentence="")
            )
            return changed.rowcount == 1

    def reopen(self, seen: Train) -> bool:
        """Let it wait for another conductor; False when it is not as it was seen any more."""
        with self._journal.writing() as connection:
            changed = connection.execute(
                trains.update()
                .where(trains.c.id == seen.id, trains.c.runner == seen.runner, trains.c.state == seen.state)
                .values(state=RolloutState.WAITING, runner="", waiting_since=time.time(), exit_code=None, ended_at=None)
            )
            return changed.rowcount == 1

    def tell(self, train_id: str, text: str, kind: str = TOLD) -> None:
        """Record what happened, or was decided."""
        with self._journal.writing() as connection:
            connection.execute(_event(train_id, kind, text))

    def events(self, train_id: str, after: int = 0) -> list[TrainEvent]:
        """In order, those after sequence number `after`."""
        query = sa.select(train_events).where(train_events.c.train_id == train_id, train_events.c.seq > after)
        with self._journal.reading() as connection:
            rows = connection.execute(query.order_by(train_events.c.seq))
            return [TrainEvent(row.seq, row.at, row.kind, row.text) for row in rows]

    def end(self, train_id: str, state: RolloutState, sentence: str, exit_code: int) -> None:
        """Record how it ended, as its last event and in its row, in one transaction."""
        with self._journal.writing() as connection:
            connection.execute(_event(train_id, TOLD, sentence))
            connection.execute(
                trains.update()
                .where(trains.c.id == train_id)
                .values(state=state, sentence=sentence, exit_code=exit_code, ended_at=time.time())
            )


def _event(train_id: str, kind: str, text: str) -> sa.Insert:
    return train_events.insert().values(train_id=train_id, at=time.time(), kind=kind, text=text)


def _carriage(train_id: str, rollout_id: str, service: str, position: int, *, back: bool) -> sa.Insert:
    return train_rollouts.insert().values(
        train_id=train_id, rollout_id=rollout_id, service=service, position=position, back=int(back)
    )


def _train(row: sa.Row[tuple[object, ...]]) -> Train:
    return Train(
        id=row.id,
        name=row.name,
        who=msgspec.json.decode(row.who, type=Who),
        reason=row.reason,
        created_at=row.created_at,
        state=RolloutState(row.state),
        sentence=row.sentence,
        exit_code=row.exit_code,
        runner=row.runner,
        waiting_since=row.waiting_since,
    )
