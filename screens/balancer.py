"""The load balancer screen: listeners, pools, members, monitors and rules as they are, other teams' parts as well."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from console.model.focus import Focus
from console.model.text import clipped
from screens.closeup_screen import CloseupScreen, Tab
from screens.facts_screen import bindings
from screens.keys import Place
from screens.view.line import Line, line
from screens.widgets.panel import Panel
from screens.widgets.sheet import Sheet
from screens.widgets.table import Table

if TYPE_CHECKING:  # only named here: the first paint does not wait for their import
    from console.model.closeup import BalancerCloseup
    from console.model.service import Service


class BalancerScreen(CloseupScreen):
    """Every load balancer of a service. Enter on a member opens the instance behind it."""

    place = Place.BALANCER
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.BALANCER)
    tabs = (
        Tab("balancer", "load balancer", "left", "-first"),
        Tab("listeners", "listeners", "left"),
        Tab("pools", "pools", "right", "-middle"),
        Tab("members", "members", "right"),
    )

    def make(self, tab: Tab) -> Panel:
        """Members are rows under a cursor."""
        return Table(id=tab.id, classes=f"part {tab.classes}") if tab.id == "members" else super().make(tab)

    @property
    def wish(self) -> Focus:
        """The whole load balancer."""
        return Focus(self.service_name, balancer=True)

    def show_body(self, now: float) -> None:
        """Fill every part."""
        from screens.view import balancer_page as page  # noqa: PLC0415 the first paint does not wait for its import

        app = self.console_app
        service = app.service(self.service_name)
        found = app.snapshot.load_balancers if app.snapshot is not None else ()
        every = page.closeups(service, found) if service is not None else ()
        if service is None or not every:
            self.show_waiting()
            return
        self.query_one("#who", Sheet).show(page.headline(service, every, now))
        self._show_facts(service, every, now, page.failing(service, found))
        self.show_lines("listeners", _each(every, lambda one: page.listeners(service, one, now)))
        pools = _each(every, lambda one: page.pools(service, one))
        self.show_lines("pools", [*pools, *page.sessions_note(service)])
        members = self.query_one("#members", Table)
        members.entitle(line(("members", "title")))
        members.fill(
            page.columns(service), page.member_rows(service, every, app.look.glyphs), (line(("no member", "dim")),)
        )
        self.place_parts()

    def _show_facts(
        self, service: Service, every: tuple[BalancerCloseup, ...], now: float, troubles: list[Line]
    ) -> None:
        from screens.view import balancer_page as page  # noqa: PLC0415
        from screens.view import facts  # noqa: PLC0415

        told = [fact for one in every for fact in page.facts(service, one, now)]
        self.show_lines("balancer", lambda cells: [*troubles, *facts.lines(told, cells)])

    def do_inspect(self) -> None:
        """Open the instance behind the member under the cursor."""
        from screens.view import balancer_page as page  # noqa: PLC0415

        service = self.console_app.service(self.service_name)
        key = self.query_one("#members", Table).cursor_key
        owner = page.owner(service, key) if service is not None else None
        if owner is None:
            self.say("no instance of this service is behind this member")
            return
        self.open_instance(owner)


def _each(every: tuple[BalancerCloseup, ...], make: Callable[[BalancerCloseup], list[Line]]) -> list[Line]:
    """The lines of each load balancer, under its name where there are several."""
    if len(every) == 1:
        return make(every[0])
    return [
        spans
        for one in every
        for spans in (line((clipped(one.balancer.name or one.balancer.id, 80), "title")), *make(one))
    ]
