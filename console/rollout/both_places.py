"""What this host has recorded of rollouts: the journal, and what the second place has in its stead."""

from __future__ import annotations

from contextlib import suppress

import sqlalchemy as sa

from console.errors import JournalError
from console.rollout import second_place
from console.rollout.journal import Journal
from console.rollout.records import Event, EventKind, Rollout
from console.rollout.schema import events as table


class BothPlaces:
    """Both, to be read. A rollout that went on in the second place is as that tells it, until it is brought home."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._moved = {one.id: one for one in second_place.rollouts(journal.url)}
        self._events: dict[str, list[Event]] = {}
        if self._moved:
            with suppress(JournalError), second_place.open_second(journal.url) as second:
                self._events = {ident: second.events(ident) for ident in self._moved}

    def rollouts(self, service: str, limit: int, *, where: sa.ColumnElement[bool] | None = None) -> list[Rollout]:
        """The newest first; `limit` and `where` are of the journal's. Raises JournalError."""
        here = self._journal.rollouts(service, limit, where=where)
        moved = [one for one in self._moved.values() if one.service == service]
        found = [*moved, *(one for one in here if one.id not in self._moved)]
        return sorted(found, key=lambda one: -one.created_at)

    def events(self, rollout_id: str) -> list[Event]:
        """Of one rollout, in order. Raises JournalError."""
        return self._events[rollout_id] if rollout_id in self._events else self._journal.events(rollout_id)

    def wrote(self, rollout_id: str) -> bool:
        """Whether any call of it may have reached the cloud. Raises JournalError."""
        if rollout_id in self._events:
            return any(event.kind is EventKind.INTENT for event in self._events[rollout_id])
        return wrote(self._journal, rollout_id)


def wrote(journal: Journal, rollout_id: str) -> bool:
    """Whether any call of a rollout may have reached the cloud. Raises JournalError."""
    query = sa.select(table.c.seq).where(table.c.rollout_id == rollout_id, table.c.kind == EventKind.INTENT)
    with journal.reading() as connection:
        return connection.execute(query.limit(1)).first() is not None
