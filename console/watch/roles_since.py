"""From when on answers through the VIP are of the roles that are seen now: remembered from one look to the next."""

from __future__ import annotations

from console.model.colour import Colour, Role
from console.model.roles import is_settled
from console.model.service import BALANCER, Service

_GRACE = 3.0  # seconds after a change was seen that an answer may still be of what was before


class RolesSince:
    """Of one service. One thread at a time."""

    def __init__(self) -> None:
        self._last: tuple[Role, Role, bool] | None = None
        self._since = 0.0

    def of(self, service: Service) -> float:
        """Unix seconds; 0 while nothing else was seen: whoever asks the VIP has seen the load balancer before."""
        seen_at = service.source(BALANCER).seen_at
        if seen_at is None:
            return self._since
        found = service.role(Colour.BLUE), service.role(Colour.GREEN), is_settled(service)
        if self._last is not None and found != self._last:
            self._since = seen_at + _GRACE
        self._last = found
        return self._since
