"""The lease as a row of the journal: for those who share one journal, and only for them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import replace

import msgspec
import sqlalchemy as sa

from console.errors import JournalError, LeaseHeld, LeaseLost
from console.model.lease import LeaseHolder
from console.rollout.lease.lease import NONE_KNOWN, Rivals, held_words
from console.rollout.schema import leases


class JournalLease:
    """A lease on one object, kept in the journal's database; its clock is the one of the host that writes."""

    def __init__(
        self,
        engine: sa.Engine,
        *,
        protected: str,
        client_timeout: float,
        rivals: Rivals = NONE_KNOWN,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._engine = engine
        self._protected = protected
        self._client_timeout = client_timeout
        self._clock = clock
        self._rivals = rivals
        self._sleep = sleep
        self.held: LeaseHolder | None = None

    def acquire(self, wanted: LeaseHolder, *, take_over: str = "") -> None:
        """See Lease.acquire."""
        if self._insert(wanted):
            return
        found = self.find()
        if found is None:
            if not self._insert(wanted):
                raise LeaseHeld("someone else took the lease at this very moment", "look again in some seconds")
        elif take_over in ("", found.owner) and self._rivals.left_behind(found):
            self._replace(found, wanted)
        elif take_over and take_over == found.owner:
            self._take_over(found, wanted)
        elif not take_over and found.rollout == wanted.rollout:
            self._replace(found, wanted)
        elif take_over:
            raise LeaseHeld(
                f"the lease is not {take_over}'s: {held_words(found, self._clock())}", "type the owner exactly as shown"
            )
        else:
            hint = f"wait for it, or, if it is dead, take it over: --take-over {found.owner}"
            raise LeaseHeld(held_words(found, self._clock()), hint)

    def renew(self, step: str) -> None:
        """See Lease.renew."""
        if self.held is None:
            raise LeaseLost("the lease was never taken", "this is a fault of the program; nothing was written")
        now = self._clock()
        mine = replace(self.held, step=step, renewed_at=now, revision=secrets.token_hex(8))
        changed = self._execute(
            leases.update()
            .where(leases.c.object == self._protected, leases.c.revision == self.held.revision)
            .values(**_row(mine))
        )
        if changed != 1:
            held, self.held = self.held, None
            raise LeaseLost(
                f"the lease of rollout {held.rollout} was taken away", "nothing more is written by this rollout"
            )
        self.held = mine

    def release(self) -> None:
        """See Lease.release."""
        if self.held is None:
            return
        held, self.held = self.held, None
        self._delete(held)

    def find(self) -> LeaseHolder | None:
        """See Lease.find."""
        query = sa.select(leases.c.holder).where(leases.c.object == self._protected)
        try:
            with self._engine.connect() as connection:
                text = connection.execute(query).scalar()
        except sa.exc.SQLAlchemyError as error:
            raise _failure(error) from error
        return msgspec.json.decode(text, type=LeaseHolder) if text is not None else None

    def _take_over(self, found: LeaseHolder, wanted: LeaseHolder) -> None:
        seconds = found.ttl + self._client_timeout
        self._rivals.waits(found, seconds)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._sleep(1.0)
            again = self.find()
            if again is None:
                break
            if again.revision != found.revision:
                raise LeaseHeld(f"{found.owner} has renewed the lease just now", "it is alive; talk to its owner")
        self._replace(found, wanted)

    def _replace(self, found: LeaseHolder, wanted: LeaseHolder) -> None:
        """Whoever held it and lives after all finds that out before its next write: the row is another one."""
        self._delete(found)
        if not self._insert(wanted):
            raise LeaseHeld("someone else took the lease at this very moment", "look again in some seconds")

    def _insert(self, wanted: LeaseHolder) -> bool:
        token = secrets.token_hex(8)
        mine = replace(wanted, lease_id=token, renewed_at=self._clock(), revision=token)
        try:
            self._execute(leases.insert().values(object=self._protected, **_row(mine)))
        except sa.exc.IntegrityError:
            return False
        self.held = mine
        return True

    def _delete(self, holder: LeaseHolder) -> None:
        where = (leases.c.object == self._protected, leases.c.revision == holder.revision)
        self._execute(leases.delete().where(*where))

    def _execute(self, statement: sa.Insert | sa.Update | sa.Delete) -> int:
        try:
            with self._engine.begin() as connection:
                return connection.execute(statement).rowcount
        except sa.exc.IntegrityError:
            raise
        except sa.exc.SQLAlchemyError as error:
            raise _failure(error) from error


def _row(holder: LeaseHolder) -> dict[str, object]:
    return {
        "holder": msgspec.json.encode(holder).decode(),
        "renewed_at": holder.renewed_at,
        "revision": holder.revision,
    }


def _failure(error: sa.exc.SQLAlchemyError) -> JournalError:
    return JournalError(f"the lease in the journal does not answer: {error}", "`bluegreen doctor` shows the journal")
