"""How a journal of an older schema becomes one of the next. Tables that are new are there already when a step runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa


def _to_2(_: sa.Connection) -> None:
    """Decisions about services have a table of their own; nothing that was written before goes into it."""


MIGRATIONS: Mapping[int, Callable[[sa.Connection], None]] = {2: _to_2}
