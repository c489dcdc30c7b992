"""Where traffic is being moved to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.model.colour import Colour, Role

if TYPE_CHECKING:  # only named here: the first paint does not wait for its import
    from console.model.service import Service


def heading(service: Service) -> Colour | None:
    """The colour to which traffic is being moved, by the journal, else by the lease that everyone sees; None: neither.

    Told while both colours serve; otherwise the roles say it.
    """
    if any(service.role(side.colour) is not Role.BOTH for side in service.colours):
        return None
    if service.record is not None and service.record.heading is not None:
        return service.record.heading
    doing = service.lease.action if service.lease is not None else ""
    return next((colour for colour in Colour if doing.endswith(f">{colour.value}")), None)
