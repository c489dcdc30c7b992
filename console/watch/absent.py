"""Servers that a list has left out: gone, moved out of the selection, or in a cell that is down. Asked one by one.

Nova leaves out what it cannot see, so that absent from a list does not mean deleted (facts: Nova 2.1); only a 404 does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from console.cloud.reader import Reader
from console.errors import CloudError, NotFound
from console.model.server import Server

MOST = 10  # servers asked for in one look: a cell that is down leaves out many


@dataclass(frozen=True, slots=True)
class Absent:
    """What is known of servers that the list does not have. `others`: they are there, and no instance of ours.

    `were`: those that are gone, as they were last told.
    """

    still: Mapping[str, Server] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    were: Mapping[str, Server] = field(default_factory=dict)


class Absences:
    """Remembers who was there, and asks for those that are not any more. One thread at a time."""

    def __init__(self, ours: Callable[[Server], bool]) -> None:
        self._ours = ours
        self._seen: dict[str, Server] = {}  # as they were last told
        self._gone: set[str] = set()  # an id never comes back
        self._were: dict[str, Server] = {}  # those of the gone that were listed once
        self._others: set[str] = set()
        self._turn = 0

    def look(self, reader: Reader, listed: Iterable[Server], named: Iterable[str]) -> Absent:
        """Ask for each server that was listed before, or that is `named` (by a member), and is not in the list.

        One that does not answer is kept as it was, its state unknown. Never raises CloudError.
        """
        there, by_name = {server.id: server for server in listed}, set(named)
        still = {ident: _unknown(self._seen[ident]) for ident in self._seen if _is_partial(there.get(ident))}
        wanted = sorted((by_name.union(self._seen) - there.keys()) - self._gone - self._others)
        still |= {ident: _unknown(self._seen[ident]) for ident in wanted if ident in self._seen}
        for ident in self._some(wanted):
            try:
                found = reader.server(ident)
            except NotFound:
                self._gone.add(ident)
                still.pop(ident, None)
                if ident in self._seen:
                    self._were[ident] = self._seen[ident]
            except CloudError:
                continue
            else:
                if self._ours(found):
                    still[ident] = found
                else:
                    self._others.add(ident)
                    still.pop(ident, None)
        self._gone &= by_name  # nobody asks for the others again
        self._were = {ident: server for ident, server in self._were.items() if ident in by_name}
        self._others &= by_name - there.keys()
        self._seen = there | {ident: self._seen.get(ident, server) for ident, server in still.items()}
        return Absent(still, frozenset(self._gone), frozenset(self._others), dict(self._were))

    def missing(self, listed: Iterable[Server]) -> list[Server]:
        """Those that were there and are not in this list: until they were asked for, their state is unknown."""
        there = {server.id for server in listed}
        return [_unknown(server) for ident, server in self._seen.items() if ident not in there]

    def _some(self, wanted: list[str]) -> list[str]:
        """At most MOST of them, others the next time."""
        if len(wanted) <= MOST:
            return wanted
        start = self._turn % len(wanted)
        self._turn += MOST
        return [*wanted[start:], *wanted[:start]][:MOST]


def _is_partial(server: Server | None) -> bool:
    """A record of a cell that is down: little more than the id (Nova 2.69), so that nothing tells whose it is."""
    return server is not None and server.status == "UNKNOWN" and not server.tags and not server.metadata


def _unknown(server: Server) -> Server:
    return replace(server, status="UNKNOWN", task_state=None, power_state=None, fault="")
