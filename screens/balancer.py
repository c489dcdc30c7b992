"""The load balancer screen: listeners, pools, members, monitors and rules as they are, other teams' parts as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from screens.closeup_screen import CloseupScreen
from screens.facts_screen import bindings
from screens.keys import Place

if TYPE_CHECKING:  # only named here: the first paint does not wait for their import
    from console.model.closeup import Focus


class BalancerScreen(CloseupScreen):
    """Every load balancer of a service."""

    place = Place.BALANCER
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.BALANCER)

    @property
    def wish(self) -> Focus:
        """The whole load balancer."""
        from console.model.closeup import Focus  # noqa: PLC0415

        return Focus(self.service_name, balancer=True)
