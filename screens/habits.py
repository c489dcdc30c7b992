"""What the console remembers of its user between two runs: how each list is sorted. A file in the state folder."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

from console.config.places import make_private
from screens.filtering import Order


class Habits:
    """Sort orders by place. Reading and writing happen in threads: a home folder on a network may hang.

    A file that cannot be read or written is no reason to say anything: the order is as given then.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._orders: dict[str, Order] = {}
        self._lock = threading.Lock()

    def order(self, place: str) -> Order:
        """How the rows of a place are sorted."""
        return self._orders.get(place, Order())

    def sort(self, place: str, order: Order) -> None:
        """Sort them so from now on."""
        self._orders[place] = order
        if self._path is not None:
            threading.Thread(target=self._write, args=(self._path, dict(self._orders)), daemon=True).start()

    def read(self) -> None:
        """Remember what an earlier console was told; what was chosen since this one began stays."""
        if self._path is None:
            return
        import json  # noqa: PLC0415 not before the first paint

        try:
            told = _orders(json.loads(self._path.read_text("utf-8")))
        except (OSError, ValueError):
            return
        self._orders = {**told, **self._orders}

    def _write(self, path: Path, orders: dict[str, Order]) -> None:
        import json  # noqa: PLC0415
        import tempfile  # noqa: PLC0415

        text = json.dumps({"sort": {place: [each.column, each.backwards] for place, each in orders.items()}})
        with self._lock:
            try:
                make_private(path.parent)
                handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(text)
                Path(name).replace(path)
            except OSError:
                return


def _orders(raw: Any) -> dict[str, Order]:
    sort = raw.get("sort") if isinstance(raw, dict) else None
    if not isinstance(sort, dict):
        return {}
    return {
        place: Order(value[0], value[1])
        for place, value in sort.items()
        if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], bool)
    }
