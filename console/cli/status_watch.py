"""`bluegreen status --watch`: each change as one line with its time. No cursor movement: it may be read by anything."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from console.cli.looking import clock, config_of
from console.cli.status_changes import News, Seen, Tone, look
from console.config.model import Config
from console.model.snapshot import Snapshot
from console.model.text import visible
from console.terminal import wants_no_colour

if TYPE_CHECKING:  # its journal is opened once somebody watches
    from console.cli.status_rollouts import Rollouts
    from console.model.service import Service

LEFT = 130  # the exit code after ctrl+c
_GROWS_OLD = 5.0  # seconds after which facts are looked at again although nothing came: they may have become stale
_PATIENCE = 4.0  # seconds that the first words about a service wait for every source to be asked once
_CLOSELY = 5  # services that can be asked as closely as one; of more none is, as on the fleet's screen
_NAMES = 6  # of services that the first line names
_SGR = {Tone.BAD: "31", Tone.GOOD: "32"}


def run(args: argparse.Namespace) -> int:
    """Watch until ctrl+c, or until nobody reads."""
    return watch(config_of(args), args.services or None, as_json=args.json)


def watch(config: Config, names: Sequence[str] | None, *, as_json: bool = False) -> int:
    """Watch these services (all without names) and write what changes; returns the exit code.

    Raises UsageError for a service that the config does not have.
    """
    from console.cli.status_rollouts import Now
    from console.model.focus import Focus
    from console.rollout.standing import with_records
    from console.watch.poller import Poller

    snapshots: SimpleQueue[Snapshot] = SimpleQueue()
    poller = Poller(config, names, snapshots.put)
    told = Told(time.time())
    coloured = sys.stdout.isatty() and not wants_no_colour(os.environ)
    try:
        if not as_json:
            _write(f"{clock(time.time())} {_beginning(names or list(config.services))}")
        if len(names or config.services) > _CLOSELY:
            poller.focus(Focus())
        poller.start()
        journal = Now(config)
        for at, snapshot, news in _told(snapshots, told, lambda one: with_records(config.journal, one), journal.of):
            if as_json:
                _write(_document(snapshot, news, journal.of(snapshot)))
            else:
                for one in folded(news):
                    _write(line(at, one, coloured=coloured))
    except KeyboardInterrupt:
        return LEFT
    except BrokenPipeError:
        # whoever read has left: nothing to say any more, not even when the interpreter flushes at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    finally:
        poller.stop()
    return 0


def _beginning(names: Sequence[str]) -> str:
    shown, more = ", ".join(names[:_NAMES]), len(names) - _NAMES
    which = visible(shown) + (f" and {more} more" if more > 0 else "")
    return f"watching {which} since {time.strftime('%Y-%m-%d')}; ctrl+c ends it"


def line(at: float, news: News, *, coloured: bool = False) -> str:
    """`14:03:22 nova-api: NOT WELL`."""
    text = f"{clock(at)} {visible(news.service)}: {visible(news.text)}"
    sgr = _SGR.get(news.tone)
    return f"\x1b[{sgr}m{text}\x1b[0m" if coloured and sgr else text


def folded(news: Iterable[News]) -> Iterator[News]:
    """The same news of several services as one line that names them all; the order is that of the first of each."""
    of: dict[News, list[str]] = {}
    for one in news:
        of.setdefault(replace(one, service=""), []).append(one.service)
    yield from (replace(one, service=", ".join(names)) for one, names in of.items())


@dataclass(slots=True)
class Told:
    """What was told of each service so far. `began`: when the watch did, Unix seconds."""

    began: float
    last: dict[str, Seen] = field(default_factory=dict)
    needy: dict[str, frozenset[str]] = field(default_factory=dict)

    def news(self, snapshot: Snapshot, now: float, rollouts: Rollouts | None = None) -> tuple[News, ...]:
        """What has changed since the last time that this was asked, the services in the config's order."""
        found: list[News] = []
        for name, service in snapshot.services.items():
            asked = all(one.seen_at is not None or one.problem for one in service.sources.values())
            if name in self.last or asked or now - self.began > _PATIENCE:
                self.last[name], lines = look(service, now, self.last.get(name))
                found += lines
                found += self._left_to_do(service, rollouts) if rollouts is not None else ()
        return tuple(found)

    def _left_to_do(self, service: Service, rollouts: Rollouts) -> Iterator[News]:
        """Rollouts that nobody ends by itself any more, and those that somebody has seen to."""
        before = self.needy.get(service.name, frozenset())
        now = {one.rollout.id: one for one in rollouts.needy(service)}
        self.needy[service.name] = frozenset(now)
        for ident in now.keys() - before:
            yield News(service.name, f"{now[ident].words}: `{now[ident].command}`", Tone.BAD)
        for ident in before - now.keys():
            yield News(service.name, f"rollout {ident} does not wait for a person any more", Tone.GOOD)


def _told(
    snapshots: SimpleQueue[Snapshot],
    told: Told,
    recorded: Callable[[Snapshot], Snapshot] = lambda one: one,
    rollouts: Callable[[Snapshot], Rollouts | None] = lambda _: None,
    now: Callable[[], float] = time.time,
) -> Iterator[tuple[float, Snapshot, tuple[News, ...]]]:
    """News as they come, for ever."""
    latest: Snapshot | None = None
    while True:
        try:
            latest = snapshots.get(timeout=_GROWS_OLD)
        except Empty:
            if latest is None:
                continue
        latest, at = recorded(latest), now()
        if news := told.news(latest, at, rollouts(latest)):
            yield at, latest, news


def _document(snapshot: Snapshot, news: Sequence[News], rollouts: Rollouts) -> str:
    from console.cli.status_json import as_json

    document: dict[str, Any] = as_json(snapshot, rollouts)
    document["changes"] = [{"service": one.service, "text": one.text, "tone": one.tone} for one in news]
    return json.dumps(document, separators=(",", ":"))


def _write(text: str) -> None:
    print(text, flush=True)  # noqa: T201
