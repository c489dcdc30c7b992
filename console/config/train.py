"""Several services that are released together, in order."""

from __future__ import annotations

from typing import NamedTuple


class Train(NamedTuple):
    """`services` in the order in which they are shifted; going back is the other way round."""

    services: tuple[str, ...]
