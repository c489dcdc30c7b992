"""The fleet: every service of the config with its verdict, those that need a human first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from screens.facts_screen import FactsScreen, bindings
from screens.keys import Place, Situation
from screens.navigate import Spot
from screens.told import Told
from screens.trouble import Cause, shared_causes
from screens.view import fleet
from screens.view.fleet import About, Entry
from screens.view.line import Line, line
from screens.view.table import Row
from screens.view.words import long
from screens.widgets.table import Table

if TYPE_CHECKING:  # only named here: the first paint does not wait for their import
    from console.model.verdict import Verdict
    from screens.program import BluegreenApp
    from screens.view.glyphs import Glyphs

_Made = tuple[Entry, "Glyphs", int, Row]


class FleetScreen(FactsScreen):
    """A row for each service; enter opens it. Only the rows whose facts changed are made again."""

    place = Place.FLEET
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.FLEET)

    def __init__(self) -> None:
        super().__init__("")
        self._made: dict[str, _Made] = {}

    def body(self) -> Iterable[Widget]:
        """One table."""
        yield Table(id="services")

    def on_mount(self) -> None:
        """The cursor is in the table."""
        super().on_mount()
        self._table.focus()

    # -- showing

    def header_lines(self, found: Verdict | None, width: int, now: float) -> list[Line]:
        """The fleet in one line."""
        return fleet_header(self.console_app, width, now)

    def told(self, found: Verdict | None) -> list[Told]:
        """Of the console itself, and what keeps sources of several services from answering; the rest is in the rows."""
        app = self.console_app
        causes = [Told(cause.words, cause.hint, cause.waits) for cause in _told_causes(app)]
        return [*map(Told, app.own_problems), *causes]

    def show_body(self, now: float) -> None:
        """A row each."""
        entries = entries_of(self.console_app, now)
        cells = self.app.size.width - 4
        width = fleet.state_width(cells)
        made = {entry.config.name: self._row(entry, now, width) for entry in entries}
        self._table.entitle(line(("services", "title")), line((f"sorted {self.order.words}", "dim")))
        # groups stand together by need alone: by a column every service goes by itself
        by_column = bool(self.order.column)
        rows = list(made.values()) if by_column else fleet.rows(entries, made, self.console_app.look.glyphs)
        self._table.fill(fleet.columns(entries, cells), rows)

    def _row(self, entry: Entry, now: float, width: int) -> Row:
        name, glyphs = entry.config.name, self.console_app.look.glyphs
        made = self._made.get(name)
        if made is not None and made[1] is glyphs and made[2] == width and _same(made[0], entry):
            return made[3]
        at = self.console_app.verdicts.moment(entry.service, now) if entry.service is not None else now
        row = fleet.row(entry, at, glyphs, width)
        self._made[name] = (entry, glyphs, width, row)
        return row

    @property
    def _table(self) -> Table:
        return self.query_one("#services", Table)

    # -- acting

    @property
    def about(self) -> str:
        """The service under the cursor; of a group the one that needs a human most. Empty where there is none."""
        table = self._table
        key = table.cursor_key
        if key.startswith(fleet.GROUP):
            below = table.rows[table.cursor + 1 : table.cursor + 2]
            return below[0].key if below and not below[0].key.startswith(fleet.GROUP) else ""
        return key

    def situation(self) -> Situation:
        """Of the service under the cursor."""
        return self.situation_of(self.about if self.is_built else "")

    def on_table_moved(self) -> None:
        """Other keys may be open for another service."""
        self.show_keys()

    def do_open(self) -> None:
        """Open the service under the cursor."""
        if self.about:
            self.console_app.trail.go(Spot(Place.SERVICE, self.about))

    def do_train(self) -> None:
        """Ask for a train to begin, or what becomes of the one under way."""
        from screens import train_dialogs  # noqa: PLC0415 planning is imported when somebody wants a plan

        train_dialogs.ask(self, self.about)


def entries_of(app: BluegreenApp, now: float) -> list[Entry]:
    """Every service of the config, with what is known of it."""
    entries = []
    causes = frozenset(cause.text for cause in causes_of(app, now))
    for name, config in app.config.services.items():
        service = app.service(name)
        found = app.verdicts.of(service, now) if service is not None else None
        rollout = app.journal.open.get(name)
        orphan = rollout is not None and rollout.id in app.journal.orphans
        waits = rollout is not None and rollout.id in app.journal.waiting
        train = app.journal.trains.get(name)
        entries.append(Entry(config, service, found, rollout, orphan, waits, causes, train))
    return entries


def causes_of(app: BluegreenApp, now: float) -> tuple[Cause, ...]:
    """What keeps sources of several services from answering."""
    services = app.snapshot.services if app.snapshot is not None else {}
    return shared_causes((services[name] for name in app.config.services if name in services), now)


def _told_causes(app: BluegreenApp) -> tuple[Cause, ...]:
    """Those that no other line says: that facts are remembered stands in the header."""
    found = causes_of(app, app.judged_at)
    if app.snapshot is None or not app.snapshot.remembered:
        return found
    from console.watch.remembered import FROM_MEMORY  # noqa: PLC0415 whoever remembered has imported it

    return tuple(cause for cause in found if cause.text != FROM_MEMORY)


def _remembered(app: BluegreenApp) -> str:
    """How old the oldest service is that nothing but an earlier console has seen; empty where there is none."""
    if app.snapshot is None or not app.snapshot.remembered:
        return ""
    now = app.judged_at
    seen = [
        max((source.seen_at or 0.0 for source in service.sources.values()), default=0.0)
        for service in app.snapshot.services.values()
        if not any(source.fresh(now) for source in service.sources.values())
    ]
    return long(now - min(seen)) if seen else ""


def fleet_header(app: BluegreenApp, width: int, now: float) -> list[Line]:
    """The fleet in one line: how many services, how many need a human, how fresh the facts are."""
    mode = line((app.arming.words(now), "armed" if app.arming.armed(now) else "readonly"))
    about = About(
        mode,
        "the cloud can not be watched" if app.watch_problem else "asking the cloud",
        len(app.problems_of("")),
        _remembered(app),
        app.paused_words,
    )
    return fleet.header(entries_of(app, app.judged_at), about, width, app.look.glyphs.ellipsis)


def _same(before: Entry, after: Entry) -> bool:
    """Whether a row would be the same: facts and verdicts are immutable, so their identity tells."""
    return (
        before.config is after.config
        and before.service is after.service
        and before.verdict is after.verdict
        and before.rollout is after.rollout
        and (before.orphan, before.waits) == (after.orphan, after.waits)
        and before.causes == after.causes
        and before.train == after.train
    )
