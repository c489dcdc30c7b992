"""What exactly is asked for where a colour's name is not enough: everything resolved, so that planning stays pure.

An order is part of the intent: planned again from the same facts it gives the same plan.
"""

from __future__ import annotations

import msgspec


class SingleOrder(msgspec.Struct, frozen=True, tag="single"):
    """A change of single instances. `names`: of instances, in the order that matters (`replace`: the old, the new).

    `who` holds what is held. `min_ratio`: how much of the capacity of now is enough while it lasts, None: the config's.
    """

    names: tuple[str, ...] = ()
    who: str = ""
    min_ratio: float | None = None


Order = SingleOrder
