"""The list of services, where the config has more than one: those that are not well first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from console.model.colour import Colour
from console.model.text import visible
from screens.facts_screen import FactsScreen, bindings
from screens.keys import Place
from screens.view.glyphs import Glyphs
from screens.view.header import Head
from screens.view.line import line
from screens.view.table import Column, Row
from screens.widgets.table import Table

if TYPE_CHECKING:
    from console.model.verdict import Verdict

_COLUMNS = (
    Column("", 1),
    Column("service", 20),
    Column("environment", 12),
    Column("state", 14),
    Column("serves", 0, most=34),
    Column("the other", 0, most=34, needs=100),
)


class ChooserScreen(FactsScreen):
    """Every service of the config with its verdict; enter opens one."""

    place = Place.CHOOSER
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.CHOOSER)

    def __init__(self) -> None:
        super().__init__("")

    def body(self) -> Iterable[Widget]:
        """One table."""
        yield Table(id="services")

    def on_mount(self) -> None:
        """The cursor is in the table."""
        super().on_mount()
        self.query_one("#services", Table).focus()

    def head(self, found: Verdict | None) -> Head:
        """No service: the whole list."""
        app = self.console_app
        return Head("services", "", False, app.arming, waiting_for=f"{len(app.config.services)} in the config")

    def show_body(self, now: float) -> None:
        """A row each."""
        table, glyphs = self.query_one("#services", Table), self.console_app.look.glyphs
        rows = [self._row(name, now, glyphs) for name in self.console_app.config.services]
        table.entitle(line(("services", "title")))
        table.fill(_COLUMNS, sorted(rows, key=lambda row: row.cells[0][0] != glyphs.attention))

    def _row(self, name: str, now: float, glyphs: Glyphs) -> Row:
        app = self.console_app
        config, service = app.config.services[name], app.service(name)
        environment = (visible(config.environment), "strong" if config.is_production else "")
        if service is None:
            waiting = ("asking", "dim")
            return Row(name, ((" ", ""), (visible(name), "strong"), environment, waiting, ("", ""), ("", "")))
        found = app.verdicts.of(service, now)
        sign = (" ", "") if found.healthy else (glyphs.attention, "bad")
        state = ("well", "") if found.healthy else ("STALE" if not found.fresh else "not well", "bad")
        first, second = (Colour.GREEN, Colour.BLUE) if service.live is Colour.GREEN else (Colour.BLUE, Colour.GREEN)
        sides = ((visible(found.side(first)), first.value), (visible(found.side(second)), second.value))
        rollout = app.journal.open.get(name)
        notes = (line((f"rollout {rollout.id} is {rollout.state}", "warn")),) if rollout is not None else ()
        return Row(name, (sign, (visible(name), "strong"), environment, state, *sides), notes)

    def do_open(self) -> None:
        """Open the service under the cursor."""
        self.console_app.open_service(self.query_one("#services", Table).cursor_key)
