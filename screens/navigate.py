"""Where the console is, and the ways between: forward to what was left, back to what led here."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from screens.keys import Place

if TYPE_CHECKING:
    from screens.facts_screen import FactsScreen
    from screens.program import BluegreenApp

_DEEPEST = 20  # screens that are kept for going back


class Spot(NamedTuple):
    """Enough to open a screen again. `service` is empty for the whole fleet, `instance` is an instance's key."""

    place: Place
    service: str = ""
    instance: str = ""


def screen_at(spot: Spot) -> FactsScreen:
    """A screen that shows this spot."""
    # each is imported when it is opened: the first paint waits for one only
    if spot.place is Place.FLEET:
        from screens.fleet import FleetScreen  # noqa: PLC0415

        return FleetScreen()
    if spot.place is Place.PROBLEMS:
        from screens.problems import ProblemsScreen  # noqa: PLC0415

        return ProblemsScreen(spot.service)
    if spot.place is Place.INSTANCE:
        from screens.instance import InstanceScreen  # noqa: PLC0415

        return InstanceScreen(spot.service, spot.instance)
    if spot.place is Place.BALANCER:
        from screens.balancer import BalancerScreen  # noqa: PLC0415

        return BalancerScreen(spot.service)
    if spot.place is Place.COMMITS:
        from screens.commits import CommitsScreen  # noqa: PLC0415

        return CommitsScreen(spot.service)
    from screens.service import ServiceScreen  # noqa: PLC0415

    return ServiceScreen(spot.service)


def spot_of(screen: FactsScreen) -> Spot | None:
    """Where a screen is; None for a change, which is opened by its own keys."""
    if screen.place is Place.CHANGE:
        return None
    return Spot(screen.place, screen.service_name, getattr(screen, "key", ""))


class Trail:
    """The way through the screens. The program's stack of screens is the way back; what was left lies ahead.

    A screen that is still on the way back is gone back to, not opened a second time: it shows the row it showed.
    """

    def __init__(self, app: BluegreenApp) -> None:
        self._app = app
        self._ahead: list[Spot] = []

    @property
    def has_back(self) -> bool:
        """Whether something led here."""
        return len(self._screens()) > 1

    @property
    def has_ahead(self) -> bool:
        """Whether something was left by going back."""
        return bool(self._ahead)

    def go(self, spot: Spot) -> None:
        """Show this spot."""
        spots = [spot_of(screen) for screen in self._screens()]
        if spot in spots:
            while spot_of(self._screens()[-1]) != spot:
                self.back()
            return
        self._ahead.clear()
        self._open(spot)

    def back(self) -> None:
        """To what led here, if anything did."""
        screens = self._screens()
        if len(screens) < 2:
            return
        if (spot := spot_of(screens[-1])) is not None:
            self._ahead.append(spot)
        self._app.pop_screen()

    def ahead(self) -> None:
        """To what was left last by going back."""
        if self._ahead:
            self._open(self._ahead.pop())

    def forget(self, services: frozenset[str]) -> None:
        """These services are no more: nothing of theirs is shown or gone back to."""
        self._ahead = [spot for spot in self._ahead if spot.service not in services]
        if not any(getattr(screen, "service_name", "") in services for screen in self._app.screen_stack):
            return
        while len(self._app.screen_stack) > 1:
            self._app.pop_screen()
        if not self._screens():
            # the very first screen can not be exchanged: the fleet stands over it from now on
            self._app.push_screen(screen_at(Spot(Place.FLEET)))

    def _open(self, spot: Spot) -> None:
        if len(self._screens()) >= _DEEPEST:
            while len(self._screens()) > 1:
                self._app.pop_screen()
        self._app.push_screen(screen_at(spot))

    def _screens(self) -> list[FactsScreen]:
        from screens.facts_screen import FactsScreen  # noqa: PLC0415

        known = self._app.config.services
        facts = [screen for screen in self._app.screen_stack if isinstance(screen, FactsScreen)]
        return [screen for screen in facts if not screen.service_name or screen.service_name in known]
