"""What was measured: a row each, as a table for people and as JSON for programs."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import Any

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `bar` is the most that it may be; a `value` of None was not measured, and `note` says why."""

    what: str
    value: float | None
    unit: str
    bar: float | None = None
    note: str = ""

    @property
    def state(self) -> str:
        """`kept`, `MISSED`, `not measured`, or empty where there is no bar."""
        if self.value is None:
            return "not measured"
        if self.bar is None:
            return ""
        return "kept" if self.value <= self.bar else "MISSED"


def measured(what: str, work: Callable[[], Iterable[Row]]) -> list[Row]:
    """The rows of one measurement; one that fails is a row that says why."""
    try:
        return list(work())
    except (AssertionError, OSError, RuntimeError) as error:
        return [Row(what, None, "", note=str(error).strip().splitlines()[0][:200] if str(error) else repr(error))]


def table(rows: Sequence[Row]) -> str:
    """The rows for people."""
    width = max(len(row.what) for row in rows)
    return "\n".join(_line(row, width) for row in rows)


def document(rows: Sequence[Row]) -> dict[str, Any]:
    """The rows for programs, with what they were measured on."""
    machine = {
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "textual": metadata.version("textual"),
        "system": platform.platform(),
    }
    found = [{**asdict(row), "state": row.state} for row in rows]
    return {"schema": SCHEMA, "at": round(time.time()), "machine": machine, "rows": found}


def median_ratio(mine: Sequence[float], others: Sequence[float]) -> float:
    """The median of the ratios, pair by pair: what the machine did to both at the time cancels out."""
    return statistics.median(one / other for one, other in zip(mine, others, strict=True))


def spread(values: Sequence[float], digits: int = 0) -> str:
    """The least and the most, for a note."""
    return f"{min(values):.{digits}f} to {max(values):.{digits}f}"


def _line(row: Row, width: int) -> str:
    value = "-" if row.value is None else f"{row.value:,.{0 if row.value >= 100 else 2}f}"
    bar = "" if row.bar is None else f"bar {row.bar:,.4g}"
    return f"{row.what:<{width}} {value:>9} {row.unit:<8} {bar:<11} {row.state:<12} {row.note}".rstrip()
