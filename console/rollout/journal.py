"""The durable record of rollouts: intent before every call, outcome after; decisions go in, events come out."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
import sqlalchemy as sa

from console.errors import JournalError, JournalUnwritable, NoSuchRollout
from console.plan.plan import Plan
from console.rollout import rows
from console.rollout.records import Decision, DecisionKind, Event, EventKind, Rollout, RolloutState
from console.rollout.schema import (
    connect,
    decisions,
    events,
    file_of,
    rollouts,
    service_decisions,
)
from console.rollout.who import Who

ROLLBACK_SAFETY = "rollback-safety"  # what an OVERRIDE is of


@dataclass(frozen=True, slots=True)
class Copy:
    """One rollout as rows of the tables, without sequence numbers: those are each journal's own."""

    rollout: dict[str, Any]
    decisions: tuple[dict[str, Any], ...] = ()
    events: tuple[dict[str, Any], ...] = ()


class Journal:
    """One open journal. Every method is one short transaction; all raise JournalError when the record fails."""

    def __init__(self, engine: sa.Engine, clock: Callable[[], float] = time.time, *, url: str = "") -> None:
        self.engine = engine
        self.url = url  # as the config says it; it may hold a password
        self._clock = clock
        self._file = file_of(engine)
        self._identity = _identity(self._file)
        self._has_service_decisions = False

    @classmethod
    def open(cls, url: str, *, read_only: bool = False) -> Self:
        """Open the journal at a SQLAlchemy URL. Read-only, a missing one is an empty one."""
        return cls(connect(url, read_only=read_only), url=url)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def now(self) -> float:
        """The time that rows get, Unix seconds."""
        return self._clock()

    # -- rollouts

    def create(self, plan: Plan, who: Who, reason: str, take_over: str = "", *, override: str = "") -> str:
        """Record a confirmed plan; returns the rollout's id. In one transaction: no rollout is without its decision.

        `override`: why the plan's commits are shipped or undone although they are not rollback-safe.
        """
        with self.writing() as connection:
            return self.record(connection, plan, who, reason, take_over, override=override)

    def record(
        self, connection: sa.Connection, plan: Plan, who: Who, reason: str, take_over: str, *, override: str
    ) -> str:
        """The same within a transaction that records more."""
        rollout_id = secrets.token_hex(3)
        connection.execute(
            rollouts.insert().values(
                id=rollout_id,
                service=plan.service,
                plan=rows.dump(plan),
                who=rows.dump(who),
                reason=reason,
                created_at=self._clock(),
                waiting_since=self._clock(),
                state=RolloutState.WAITING,
            )
        )
        said = [rows.decision_row(DecisionKind.CONFIRM, "", plan.digest, who, reason=reason, take_over=take_over)]
        if override:
            said.insert(0, rows.decision_row(DecisionKind.OVERRIDE, ROLLBACK_SAFETY, plan.digest, who, reason=override))
        for row in said:
            connection.execute(decisions.insert().values(rollout_id=rollout_id, at=self._clock(), **row))
        return rollout_id

    def rollouts(
        self, service: str | None = None, limit: int = 50, *, where: sa.ColumnElement[bool] | None = None
    ) -> list[Rollout]:
        """The newest first."""
        query = sa.select(rollouts).order_by(rollouts.c.created_at.desc()).limit(limit)
        query = query if where is None else query.where(where)
        if service is not None:
            query = query.where(rollouts.c.service == service)
        with self.reading() as connection:
            return [found for row in connection.execute(query) if (found := rows.readable(row)) is not None]

    def rollout(self, rollout_id: str) -> Rollout:
        """One rollout, by id or by a prefix of it that is unique."""
        query = sa.select(rollouts).where(rollouts.c.id.startswith(rollout_id, autoescape=True)).limit(2)
        with self.reading() as connection:
            found_rows = list(connection.execute(query))
        if len(found_rows) != 1:
            what = "no rollout" if not found_rows else "more than one rollout"
            raise NoSuchRollout(f"the journal has {what} {rollout_id!r}", "`bluegreen history` lists them")
        found = rows.readable(found_rows[0])
        if found is None:
            raise JournalError(
                f"rollout {found_rows[0].id} cannot be read by this version of the program", "use the one that wrote it"
            )
        return found

    def reopen(
        self,
        seen: Rollout,
        decision: DecisionKind,
        plan: Plan,
        who: Who,
        *,
        step: str = "",
        override: str = "",
        **more: str,
    ) -> bool:
        """Record the decision to go on, and wait for a runner; False when the rollout is not as it was seen any more.

        One transaction: of two who decide on the same rollout, one does. `override` as in `create`. `more`: reason,
        take_over.
        """
        with self.writing() as connection:
            changed = connection.execute(
                rollouts.update()
                .where(rollouts.c.id == seen.id, rollouts.c.runner == seen.runner, rollouts.c.state == seen.state)
                .values(
                    state=RolloutState.WAITING, runner="", waiting_since=self._clock(), exit_code=None, ended_at=None
                )
            )
            if changed.rowcount != 1:
                return False
            said = [rows.decision_row(decision, step, plan.digest, who, plan=plan, **more)]
            if override:
                said.insert(
                    0, rows.decision_row(DecisionKind.OVERRIDE, ROLLBACK_SAFETY, plan.digest, who, reason=override)
                )
            for row in said:
                connection.execute(decisions.insert().values(rollout_id=seen.id, at=self._clock(), **row))
            return True

    def claim(self, rollout_id: str, runner: str) -> bool:
        """Make this process the runner of a rollout that waits for one; False when another was quicker."""
        with self.writing() as connection:
            changed = connection.execute(
                rollouts.update()
                .where(rollouts.c.id == rollout_id, rollouts.c.runner == "", rollouts.c.state == RolloutState.WAITING)
                .values(runner=runner, state=RolloutState.RUNNING, sentence="")
            )
            return changed.rowcount == 1

    def end(
        self,
        rollout_id: str,
        state: RolloutState,
        sentence: str,
        exit_code: int,
        *,
        runner: str = "",
        heard: Collection[int] | None = None,
        after: int = 0,
    ) -> bool:
        """Record how a rollout ended, as its last event and in its row, in one transaction.

        False, and nothing is recorded: it is not this `runner`'s any more (empty: whoever's it is); or somebody has
        asked to abort it, in a decision after number `after` that is none of those `heard` (None: that is no matter).
        """
        with self.writing() as connection:
            mine = [rollouts.c.id == rollout_id, *([rollouts.c.runner == runner] if runner else [])]
            if heard is not None:
                asked = sa.select(decisions.c.seq).where(
                    decisions.c.rollout_id == rollout_id,
                    decisions.c.kind == DecisionKind.ABORT,
                    decisions.c.seq > after,
                )
                if not set(connection.execute(asked).scalars()) <= set(heard):
                    return False
            changed = connection.execute(
                rollouts.update()
                .where(*mine)
                .values(state=state, sentence=sentence, exit_code=exit_code, ended_at=self._clock())
            )
            if changed.rowcount != 1:
                return False
            data = {"state": state, "exit_code": exit_code}
            self._append(connection, rollout_id, kind=EventKind.FINISHED, step="", text=sentence, data=data)
            return True

    def leave(self, seen: Rollout, who: Who, sentence: str, reason: str) -> bool:
        """Close the record of what nobody walks; False when it is not as it was seen any more. One transaction."""
        with self.writing() as connection:
            changed = connection.execute(
                rollouts.update()
                .where(rollouts.c.id == seen.id, rollouts.c.runner == seen.runner, rollouts.c.state == seen.state)
                .values(state=RolloutState.LEFT, sentence=sentence, exit_code=7, ended_at=self._clock())
            )
            if changed.rowcount != 1:
                return False
            row = rows.decision_row(DecisionKind.LEAVE, "", seen.plan.digest, who, reason=reason)
            connection.execute(decisions.insert().values(rollout_id=seen.id, at=self._clock(), **row))
            data = {"state": RolloutState.LEFT, "exit_code": 7}
            self._append(connection, seen.id, kind=EventKind.FINISHED, step="", text=sentence, data=data)
            return True

    def runner_of(self, rollout_id: str) -> str | None:
        """Which process walks it by the record; empty: none; None: this is no record of it, as of a file replaced."""
        query = sa.select(rollouts.c.runner).where(rollouts.c.id == rollout_id)
        with self.reading() as connection:
            return connection.execute(query).scalar()

    # -- from one place to another

    def copy(self, rollout_id: str) -> Copy:
        """Everything of one rollout, as rows."""
        with self.reading() as connection:
            row = connection.execute(sa.select(rollouts).where(rollouts.c.id == rollout_id)).mappings().one()
            below = (
                tuple(
                    {name: value for name, value in found.items() if name != "seq"}
                    for found in connection.execute(
                        sa.select(table).where(table.c.rollout_id == rollout_id).order_by(table.c.seq)
                    ).mappings()
                )
                for table in (decisions, events)
            )
            return Copy(dict(row), *below)

    def adopt(self, found: Copy) -> None:
        """Take a rollout in, in place of what is here of it, in one transaction."""
        rollout_id = found.rollout["id"]
        with self.writing() as connection:
            mine = connection.execute(
                sa.select(sa.func.max(events.c.at)).where(events.c.rollout_id == rollout_id)
            ).scalar()
            if mine is not None and mine > max((row["at"] for row in found.events), default=0.0):
                raise JournalError(
                    f"rollout {rollout_id} went on in two places",
                    "both records are kept; `bluegreen show` has one each",
                )
            self._forget(connection, rollout_id)
            connection.execute(rollouts.insert().values(**found.rollout))
            for table, rows in ((decisions, found.decisions), (events, found.events)):
                if rows:
                    connection.execute(table.insert(), list(rows))

    def forget(self, rollout_id: str) -> None:
        """Leave a rollout out, which is in another place."""
        with self.writing() as connection:
            self._forget(connection, rollout_id)

    def _forget(self, connection: sa.Connection, rollout_id: str) -> None:
        for table in (decisions, events):
            connection.execute(table.delete().where(table.c.rollout_id == rollout_id))
        connection.execute(rollouts.delete().where(rollouts.c.id == rollout_id))

    # -- events and decisions

    def append(self, rollout_id: str, kind: EventKind, step: str, text: str, **data: Any) -> None:
        """Add an event; it is on the disk when this returns."""
        with self.writing() as connection:
            self._append(connection, rollout_id, kind=kind, step=step, text=text, data=data)

    def events(self, rollout_id: str, after: int = 0) -> list[Event]:
        """Events in order, those after sequence number `after`."""
        query = sa.select(events).where(events.c.rollout_id == rollout_id, events.c.seq > after).order_by(events.c.seq)
        with self.reading() as connection:
            return [
                Event(r.seq, r.at, EventKind(r.kind), r.step, r.text, msgspec.json.decode(r.data))
                for r in connection.execute(query)
            ]

    def decide(
        self,
        rollout_id: str,
        kind: DecisionKind,
        digest: str,
        who: Who,
        *,
        step: str = "",
        reason: str = "",
        plan: Plan | None = None,
        take_over: str = "",
    ) -> None:
        """Record a decision for the runner to read."""
        row = rows.decision_row(kind, step, digest, who, reason=reason, plan=plan, take_over=take_over)
        with self.writing() as connection:
            connection.execute(decisions.insert().values(rollout_id=rollout_id, at=self._clock(), **row))

    def decisions(self, rollout_id: str, after: int = 0) -> list[Decision]:
        """Decisions in order, those after sequence number `after`."""
        query = (
            sa.select(decisions)
            .where(decisions.c.rollout_id == rollout_id, decisions.c.seq > after)
            .order_by(decisions.c.seq)
        )
        with self.reading() as connection:
            return [rows.decision(row) for row in connection.execute(query) if row.kind in set(DecisionKind)]

    def changed(self) -> int:
        """A number that grows with every event, decision and end: cheap to ask, so that a reader knows when to look."""
        with self.reading() as connection:
            tables = [events, decisions, *([service_decisions] if self.has_service_decisions(connection) else [])]
            newest = [sa.select(sa.func.coalesce(sa.func.max(table.c.seq), 0)).scalar_subquery() for table in tables]
            return int(connection.execute(sa.select(sum(newest[1:], newest[0]))).scalar() or 0)

    # -- inside

    def _append(self, connection: sa.Connection, rollout_id: str, **event: Any) -> None:
        event["data"] = rows.dump(event["data"])
        connection.execute(events.insert().values(rollout_id=rollout_id, at=self._clock(), **event))

    def has_service_decisions(self, connection: sa.Connection) -> bool:
        """Whether the table is there: a journal of schema 1 that is only read has none, until somebody writes."""
        if not self._has_service_decisions:
            self._has_service_decisions = sa.inspect(connection).has_table(service_decisions.name)
        return self._has_service_decisions

    def check(self) -> None:
        """Raise JournalError when the file is not the one that was opened: SQLite goes on writing to a deleted one."""
        if _identity(self._file) != self._identity:
            raise JournalError(f"the journal {self._file} was deleted or replaced while it was open", _MEND)

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One transaction that writes. Raises JournalUnwritable."""
        self.check()
        try:
            with self.engine.begin() as connection:
                yield connection
        except sa.exc.SQLAlchemyError as error:
            raise JournalUnwritable(f"the journal cannot be written: {_cause(error)}", _MEND) from error

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that reads. Raises JournalError."""
        try:
            with self.engine.connect() as connection:
                yield connection
        except sa.exc.SQLAlchemyError as error:
            raise JournalError(f"the journal cannot be read: {_cause(error)}", _MEND) from error


_MEND = "check the disk's space and the permissions of the journal; `bluegreen doctor` shows where it is"


def _identity(path: Path | None) -> tuple[int, int] | None:
    """Device and inode; None for a database that is no file, or for a file that is gone."""
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found is not None else None


def _cause(error: sa.exc.SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error)
