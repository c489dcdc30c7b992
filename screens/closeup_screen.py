"""What the screens of one instance and of one load balancer have in common: parts of a page, one under the keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, NamedTuple

from textual import events
from textual.widget import Widget

from console.model.instance import Instance
from screens import themes
from screens.facts_screen import FactsScreen
from screens.keys import Place
from screens.navigate import Spot
from screens.view.line import Line, line
from screens.widgets.box import Box
from screens.widgets.panel import Panel
from screens.widgets.sheet import Sheet


class Tab(NamedTuple):
    """A part of the page: its id, what it is called, the column it stands in, and how high it is there."""

    id: str
    title: str
    column: str
    classes: str = ""


class CloseupScreen(FactsScreen):
    """Parts of a page. `tab` goes from one to the next, the arrows scroll it.

    On a wide and tall screen all parts are shown, in two columns; on a smaller one the chosen one alone, under a line
    that names them all. What is most important of all stands above them at any size.
    """

    CSS_PATH = themes.sheet("closeup")
    tabs: ClassVar[tuple[Tab, ...]] = ()

    def __init__(self, service: str) -> None:
        super().__init__(service)
        self.front = self.tabs[0].id if self.tabs else ""

    def body(self) -> Iterable[Widget]:
        """The headline, the names of the parts, the parts."""
        yield Sheet(id="who", wraps=True)
        yield Sheet(id="tabs")
        columns = dict.fromkeys(tab.column for tab in self.tabs)
        boxes = [
            Box(*(self.make(tab) for tab in self.tabs if tab.column == column), id=column, classes="column")
            for column in columns
        ]
        yield Box(*boxes, id="parts")

    def make(self, tab: Tab) -> Panel:
        """The widget of a part."""
        from screens.widgets.part import Part  # noqa: PLC0415

        return Part(id=tab.id, classes=f"part {tab.classes}")

    def part(self, tab_id: str) -> Panel:
        """The widget of a part."""
        return self.query_one(f"#{tab_id}", Panel)

    def show_lines(self, tab_id: str, lines: Sequence[Line] | Callable[[int], Sequence[Line]]) -> None:
        """Show lines in a part, or lines that are made for its width."""
        part = self.part(tab_id)
        part.entitle(line((next(tab.title for tab in self.tabs if tab.id == tab_id), "title")))
        if callable(lines):
            part.show_made(lines)
        else:
            part.show(lines)

    def show_waiting(self) -> None:
        """Show that nothing was seen yet."""
        for tab in self.tabs:
            self.show_lines(tab.id, [line(("waiting for the cloud's first answer", "dim"))])
        self.place_parts()

    # -- layout

    def place_parts(self) -> None:
        """All parts, or the chosen one; the keys go to that one."""
        one = self.has_class("-narrow") or self.has_class("-short")
        self.set_class(one, "-one-part")
        bar = self.query_one("#tabs", Sheet)
        bar.display = one
        for tab in self.tabs:
            self.part(tab.id).display = not one or tab.id == self.front
        for column in dict.fromkeys(tab.column for tab in self.tabs):
            here = any(tab.id == self.front for tab in self.tabs if tab.column == column)
            self.query_one(f"#{column}").display = not one or here
        names = [
            span
            for tab in self.tabs
            for span in ((f"[{tab.title}]", "strong") if tab.id == self.front else (f" {tab.title} ", "dim"), " ")
        ]
        bar.show([line(*names)])
        target = self.part(self.front)
        if self.focused is not target and not self.is_typing:
            target.focus()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A click goes to a part as well."""
        if event.widget.id in {tab.id for tab in self.tabs} and event.widget.id != self.front:
            self.front = str(event.widget.id)
            self.place_parts()

    # -- actions

    def do_part(self) -> None:
        """To the next part."""
        ids = [tab.id for tab in self.tabs]
        self.front = ids[(ids.index(self.front) + 1) % len(ids)]
        self.place_parts()

    def open_instance(self, instance: Instance) -> None:
        """Open an instance over this screen."""

        self.console_app.trail.go(Spot(Place.INSTANCE, self.service_name, instance.key))
