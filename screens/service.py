"""The service screen: BLUE beside GREEN, what clients get, the load balancer, and what would ship."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from console.model.colour import Colour
from screens.facts_screen import FactsScreen, bindings
from screens.keys import Place
from screens.navigate import Spot
from screens.view import header
from screens.view.line import Line, line
from screens.view.words import Magnitudes
from screens.widgets.box import Box
from screens.widgets.panel import Panel
from screens.widgets.table import Table

if TYPE_CHECKING:  # only named here: the first paint does not wait for their import
    from console.model.service import Service

_LEAST = 6  # lines of a panel where there is room


class ServiceScreen(FactsScreen):
    """One service. On a small screen one colour is shown at a time."""

    place = Place.SERVICE
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.SERVICE)

    def __init__(self, service: str) -> None:
        super().__init__(service)
        self.front = Colour.BLUE
        self._chosen = False
        self._speeds = Magnitudes()
        self._levels: dict[str, int | None] = {}
        self.filled: tuple[Service | None, float] = (None, 0.0)  # the facts in the tables, and for which moment

    def body(self) -> Iterable[Widget]:
        """The two colours, what stands between them and the clients, and the commits."""
        yield Box(*(Table(id=colour.value, classes="pane") for colour in Colour), id="panes")
        yield Box(Panel(id="traffic", wraps=False), Panel(id="balancer"), id="middle")
        yield Table(id="commits", heading=False)

    def show_body(self, now: float) -> None:
        """Fill every panel."""
        service = self.console_app.service(self.service_name)
        if service is None:
            self._show_nothing()
            return
        if not self._chosen and service.live is not None:
            self.front, self._chosen = service.live, True
        from screens import panels  # noqa: PLC0415 the first paint, without facts, does not wait for its import

        panels.fill(self, service, now, self._speeds)
        self._arrange()

    def banner(self) -> list[Line]:
        """The rollout that has not ended, and how to open it."""
        journal = self.console_app.journal
        rollout = journal.open.get(self.service_name)
        if rollout is None:
            return []
        return [
            header.under_way(
                rollout,
                orphan=rollout.id in journal.orphans,
                waits=rollout.id in journal.waiting,
                glyphs=self.console_app.look.glyphs,
                key=self.situation().key("follow"),
            )
        ]

    # -- panels

    def pane(self, colour: Colour) -> Table:
        """The table of a colour."""
        return self.query_one(f"#{colour.value}", Table)

    def _show_nothing(self) -> None:
        self.filled = None, 0.0
        waiting = line(("waiting for the cloud's first answer", "dim"))
        for colour in Colour:
            pane = self.pane(colour)
            pane.entitle(line((colour.value.upper(), f"{colour.value} live")))
            pane.fill((), (), (waiting,))
        self.query_one("#traffic", Panel).entitle(line(("through the VIP", "title")))
        self.query_one("#balancer", Panel).entitle(line(("load balancer", "title")))
        self.query_one("#commits", Table).entitle(line(("commits", "title")))
        self._arrange()

    # -- layout

    @property
    def is_short(self) -> bool:
        """Whether there is little height: one line where there would be a panel."""
        return self.has_class("-short")

    def _arrange(self) -> None:
        """One colour or two; and panes no higher than they need, so that the rest has room."""
        one = self.has_class("-narrow") and self.is_short
        for colour in Colour:
            self.pane(colour).display = not one or colour is self.front
        self._show_middle()
        wide = self.has_class("-wide")
        self._stack(stacked=not wide)
        # where there is little height the panes take what is left of it
        self._level("#panes", wide and not self.is_short)
        self._level("#middle", wide)
        target = self.pane(self.front)
        if self.is_typing:
            return
        if self.focused is None or not self.focused.display or (one and self.focused is not target):
            target.focus()

    def _show_middle(self) -> None:
        """Workers have neither a load balancer nor clients of their own: room for the rest."""
        service = self.console_app.service(self.service_name)
        power = service is not None and service.rotation == "power"
        traffic = not power or (service is not None and service.traffic_watched)
        self.query_one("#balancer").display = not power
        self.query_one("#traffic").display = traffic
        self.query_one("#middle").display = traffic or not power

    def _stack(self, *, stacked: bool) -> None:
        """Panes one below the other share the room that the style sheet gives them: one that is cut off by its box
        would not know which of its rows are in sight.
        """
        panes = [pane for pane in map(self.pane, Colour) if pane.display]
        most = self.query_one("#panes").styles.max_height  # a share of what the foot leaves
        left = self.size.height - self.query_one("#foot").size.height
        room = int(left * most.value / 100) if stacked and most is not None else 0
        wanted = [pane.wanted_height(max(pane.size.width, 20)) for pane in panes] if room else []
        crowded = sum(wanted) > room
        for index, pane in enumerate(panes):
            others = sum(wanted) - wanted[index] if crowded else 0
            height = min(wanted[index], max(room // len(panes), room - others)) if crowded else None
            if height != self._levels.get(f"#{pane.id}"):
                self._levels[f"#{pane.id}"] = height
                pane.styles.height = height

    def _level(self, selector: str, level: bool) -> None:
        """Panels side by side are as high as the higher one needs; otherwise the style sheet says how high they are."""
        box = self.query_one(selector)
        panels = box.query(Panel)
        height = None
        if level:
            shown = [panel for panel in panels if panel.display]
            height = max((panel.wanted_height(max(panel.size.width, 20)) for panel in shown), default=0)
            height = height if self.is_short else max(height, _LEAST)
        if height != self._levels.get(selector):
            self._levels[selector] = height
            box.styles.height = height

    # -- actions

    def do_other(self) -> None:
        """Show the other colour, or move the cursor to it."""
        self.front, self._chosen = self.front.other, True
        self._arrange()
        self.pane(self.front).focus()

    def do_inspect(self) -> None:
        """Open the instance under the cursor."""
        key = self.pane(self.front).cursor_key
        if not key:
            self.say("there is no instance under the cursor")
            return
        self.console_app.trail.go(Spot(Place.INSTANCE, self.service_name, key))

    def do_cutover(self) -> None:
        """Open the change screen on a plan."""
        from console.plan.plan import Action, Intent  # noqa: PLC0415

        self.console_app.open_plan(self.service_name, Intent(Action.CUTOVER))

    def do_launch(self) -> None:
        """Open the change screen on a plan of new instances; where nothing has a colour yet, on its adoption."""
        from console.plan.plan import Action, Intent  # noqa: PLC0415
        from console.plan.unlabelled import unlabelled  # noqa: PLC0415

        service = self.console_app.service(self.service_name)
        bare = service is not None and not any(side.instances for side in service.colours)
        strangers = service is not None and bool(service.foreign or service.uncoloured)
        adopts = (bare and strangers) or (service is not None and unlabelled(service) is not None)
        wanted = Intent(Action.ADOPT if adopts else Action.LAUNCH)
        self.console_app.open_plan(self.service_name, wanted)

    def do_train(self) -> None:
        """Ask for the train of this service to begin, or what becomes of the one under way."""
        from screens import train_dialogs  # noqa: PLC0415 planning is imported when somebody wants a plan

        train_dialogs.ask(self, self.service_name)

    def do_retire(self) -> None:
        """Open the change screen on a plan to delete the idle colour."""
        from console.plan.plan import Action, Intent  # noqa: PLC0415

        self.console_app.open_plan(self.service_name, Intent(Action.RETIRE))

    def do_rollback(self) -> None:
        """Open the change screen on a plan to go back."""
        from console.plan.plan import Action, Intent  # noqa: PLC0415

        self.console_app.open_plan(self.service_name, Intent(Action.ROLLBACK))
