"""The problems: every error and every stale source, with its cause, what to do about it, and since when."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from console.model.text import visible
from screens.facts_screen import FactsScreen, bindings
from screens.filtering import JUST_NOW
from screens.fleet import fleet_header
from screens.keys import Place, Situation
from screens.navigate import Spot
from screens.told import Told
from screens.trouble import ROLLOUT, Trouble, of_rollouts, troubles
from screens.view import header
from screens.view.line import Line, line
from screens.view.table import Column, Row
from screens.view.words import age, count
from screens.widgets.table import Table

if TYPE_CHECKING:  # only named here: the first paint does not wait for their import
    from console.model.verdict import Verdict
    from screens.view.glyphs import Glyphs

_COLUMNS = (
    Column("", 1),
    Column("service", 0, most=34, keeps_end=True),
    Column("about", 14),
    Column("since", 10),
    Column("at", 8, needs=70),
)


class ProblemsScreen(FactsScreen):
    """Of one service, or of all of them (an empty name). Enter opens what the problem is about."""

    place = Place.PROBLEMS
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.PROBLEMS)

    def __init__(self, service: str = "") -> None:
        super().__init__(service)
        self._troubles: dict[str, Trouble] = {}

    def body(self) -> Iterable[Widget]:
        """One table."""
        yield Table(id="troubles")

    def on_mount(self) -> None:
        """The cursor is in the table."""
        super().on_mount()
        self._table.focus()

    # -- showing

    def header_lines(self, found: Verdict | None, width: int, now: float) -> list[Line]:
        """The service's, or the fleet's."""
        if self.service_name:
            return super().header_lines(found, width, now)
        return fleet_header(self.console_app, width, now)

    def told(self, found: Verdict | None) -> list[Told]:
        """Nothing above the list: it is the list."""
        return []

    def banner(self) -> list[Line]:
        """In the list."""
        return []

    def show_body(self, now: float) -> None:
        """A row each, with the whole sentence below it."""
        app = self.console_app
        names = [self.service_name] if self.service_name else list(app.config.services)
        found = [
            *of_rollouts(app.journal.open, app.journal.orphans, names),
            *troubles(app.snapshot, app.verdicts, names, app.own_problems, now),
        ]
        alike = Counter[str]()
        self._troubles = {}
        for each in found:
            alike[each.key] += 1
            self._troubles[f"{each.key}|{alike[each.key]}"] = each
        title = count(len(self._troubles), "problem")
        self._table.entitle(
            line((title if found else "problems", "title")), line((f"sorted {self.order.words}", "dim"))
        )
        waiting = app.snapshot is None and not app.watch_problem
        none = "waiting for the cloud's first answer" if waiting else "no problem: every source answers, all is well"
        refresh = self.situation_of(self.service_name).key("refresh")
        rows = [row(key, each, now, app.look.glyphs, refresh) for key, each in self._troubles.items()]
        self._table.fill(_COLUMNS, rows, (line((none, "dim")),))

    @property
    def _table(self) -> Table:
        return self.query_one("#troubles", Table)

    # -- acting

    @property
    def about(self) -> str:
        """The service of the problem under the cursor."""
        chosen = self.chosen
        return chosen.services[0] if chosen is not None and chosen.services else self.service_name

    def situation(self) -> Situation:
        """Of the problem under the cursor."""
        return self.situation_of(self.about if self.is_built else self.service_name)

    def on_table_moved(self) -> None:
        """Other keys may be open for another problem."""
        self.show_keys()

    @property
    def chosen(self) -> Trouble | None:
        """The problem under the cursor."""
        return self._troubles.get(self._table.cursor_key)

    def pieces(self) -> Iterable[tuple[str, str]]:
        """What can be copied of the problem under the cursor: its sentence, and what to do."""
        chosen = self.chosen
        if chosen is None:
            return ()
        hint = header.with_key(chosen.hint, self.situation().key("refresh"))
        return [(label, visible(text)) for label, text in (("problem", chosen.text), ("what to do", hint)) if text]

    def do_go(self) -> None:
        """Open what the problem is about."""
        chosen = self.chosen
        if chosen is None or not chosen.services:
            self.say("this problem is about the console itself: there is nothing to open")
            return
        if chosen.about == ROLLOUT:
            self.do_follow()
            return
        service = chosen.services[0]
        self.console_app.trail.go(
            Spot(Place.INSTANCE, service, chosen.instance) if chosen.instance else Spot(Place.SERVICE, service)
        )


def row(key: str, trouble: Trouble, now: float, glyphs: Glyphs, refresh: str = "ctrl+r") -> Row:
    """A problem as a row: whose, about what, since when, and below it the whole sentence and what to do.

    `refresh` is the key that looks now.
    """
    names = trouble.services
    who = visible(names[0]) if names else ""
    if len(names) > 1:
        who = f"{count(len(names), 'service')}: {who}, {glyphs.ellipsis}"
    about, text = visible(trouble.about), trouble.text
    if len(trouble.sources) > 1:
        about = count(len(trouble.sources), "source")
        text = f"{', '.join(trouble.sources[:-1])} and {trouble.sources[-1]}: {text}"
    since = at = ""
    if trouble.since is not None:
        seconds = now - trouble.since
        # in steps: what ticks costs bytes, and the moment stands beside it
        seconds = seconds // 15 * 15 if seconds < 60 else seconds
        since = JUST_NOW if seconds < 15 else f"{'over ' if trouble.seen_here else ''}{age(seconds)}"
        at = time.strftime("%H:%M:%S", time.localtime(trouble.since))
    role = "bad" if trouble.grave else "warn"
    cells = ((glyphs.attention, role), (who, "strong"), (about, ""), (since, ""), (at, "dim"))
    notes = [line((visible(text), role))]
    if trouble.hint:
        hint = header.with_key(trouble.hint, refresh if trouble.waits else "")
        notes.append(line((f"{glyphs.arrow} {visible(hint)}", "")))
    return Row(key, cells, tuple(notes))
