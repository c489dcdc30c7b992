"""The instance screen: every fact of one instance with its source and age, its actions, its console, its probe."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from screens.closeup_screen import CloseupScreen
from screens.facts_screen import bindings
from screens.keys import Place

if TYPE_CHECKING:  # only named here: the first paint does not wait for their import
    from console.model.closeup import Focus


class InstanceScreen(CloseupScreen):
    """One instance of a service; `key` as in `Instance.key`."""

    place = Place.INSTANCE
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.INSTANCE)

    def __init__(self, service: str, key: str) -> None:
        super().__init__(service)
        self.key = key

    @property
    def wish(self) -> Focus:
        """This instance in every detail."""
        from console.model.closeup import Focus  # noqa: PLC0415

        return Focus(self.service_name, self.key)

    def do_balancer(self) -> None:
        """Open the load balancer that it stands behind."""
        from screens.balancer import BalancerScreen  # noqa: PLC0415

        self.app.push_screen(BalancerScreen(self.service_name))
