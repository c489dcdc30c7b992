"""The instance screen: every fact of one instance with its source and age, its actions, its console, its probe."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from console.model.focus import Focus
from screens.closeup_screen import CloseupScreen, Tab
from screens.facts_screen import bindings
from screens.keys import Place, Situation
from screens.view.instance import find
from screens.widgets.panel import Panel
from screens.widgets.part import Part
from screens.widgets.sheet import Sheet

if TYPE_CHECKING:  # only named here: the first paint does not wait for their import
    from console.model.closeup import InstanceCloseup
    from console.model.instance import Instance


class InstanceScreen(CloseupScreen):
    """One instance of a service; `key` as in `Instance.key`. One that is listed no more is shown as it was last."""

    place = Place.INSTANCE
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.INSTANCE)
    tabs = (
        Tab("facts", "facts", "left", "-first"),
        Tab("probed", "probe", "left", "-middle"),
        Tab("details", "details", "left"),
        Tab("deeds", "actions", "right", "-middle"),
        Tab("console", "console", "right"),
    )

    def __init__(self, service: str, key: str) -> None:
        super().__init__(service)
        self.key = key
        self._last: Instance | None = None

    def make(self, tab: Tab) -> Panel:
        """A console is read from its end."""
        return Part(id=tab.id, classes=f"part {tab.classes}", follows=tab.id == "console")

    @property
    def wish(self) -> Focus:
        """This instance in every detail."""
        return Focus(self.service_name, self.key)

    @property
    def closeup(self) -> InstanceCloseup | None:
        """Its details, if the watch has them."""
        snapshot = self.console_app.snapshot
        found = snapshot.instance if snapshot is not None else None
        return found if found is not None and (found.service, found.key) == (self.service_name, self.key) else None

    def situation(self) -> Situation:
        """The instance decides as well."""
        found = find(self.console_app.service(self.service_name), self.key)
        return super().situation()._replace(instance=found)

    def do_drain(self) -> None:
        """Open the change screen on a plan to take it out."""
        self._plan("drain")

    def do_restore(self) -> None:
        """Open the change screen on a plan to put it back."""
        self._plan("restore")

    def do_keep_as_is(self) -> None:
        """Open the change screen on a plan to hold it, or to release the hold."""
        found = find(self.console_app.service(self.service_name), self.key)
        held = found is not None and any(member.held_by is not None for member in found.members)
        self._plan("unhold" if held else "hold")

    def _plan(self, action: str) -> None:
        from console.plan.orders import SingleOrder  # noqa: PLC0415 the first paint does not wait for it
        from console.plan.plan import Action, Intent  # noqa: PLC0415
        from console.rollout.who import Who  # noqa: PLC0415

        order = SingleOrder((self._last.name if self._last is not None else self.key,), Who.current().owner)
        self.console_app.open_plan(self.service_name, Intent(Action(action), order=order))

    def show_body(self, now: float) -> None:
        """Fill every part."""
        from screens.view import closeup as view  # noqa: PLC0415 the first paint does not wait for its import
        from screens.view import facts, instance  # noqa: PLC0415

        service = self.console_app.service(self.service_name)
        found = instance.find(service, self.key)
        self._last = found or self._last
        if service is None or self._last is None:
            self.show_waiting()
            return
        one, glyphs, closeup = self._last, self.console_app.look.glyphs, self.closeup
        self.query_one("#who", Sheet).show(instance.headline(service, one, now, glyphs, listed=found is not None))
        told = instance.facts(service, one, now)
        self.show_lines("facts", lambda cells: facts.lines(told, cells))
        self.show_lines("probed", instance.probe_lines(service, one, now))
        self.show_lines("details", view.details(one, closeup))
        self.show_lines("deeds", view.deeds(one, closeup, now, glyphs))
        self.show_lines("console", view.console(one, closeup))
        self.place_parts()
