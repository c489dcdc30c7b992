"""Who is kept out only because its members are disabled, by an eviction or by hand, and what enables them again."""

from __future__ import annotations

from collections.abc import Sequence

from console.model.colour import Colour, Role
from console.model.instance import Instance
from console.model.service import Service


def enabled_again(service: Service, colour: Colour, out: Sequence[tuple[Instance, str]]) -> str:
    """What to type, in a clause; empty where none of those that are kept `out` is merely disabled.

    Where the colour is idle it is what takes an eviction back: at weight 0, so that they are checked first.
    """
    names = [one.name for one, _ in out if any(not m.admin_state_up and m.held_by is None for m in one.members)]
    if not names:
        return ""
    if service.live is colour.other and service.role(colour) is Role.IDLE:
        return f"enable {', '.join(names)} again: `bluegreen evict {service.name} --undo` (it takes an eviction back)"
    return f"enable {', '.join(names)} again: `bluegreen restore {service.name} {' '.join(names)}`"
