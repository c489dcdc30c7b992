"""What a listener carries, from Octavia's statistics: open connections, rates between two of its reports."""

from __future__ import annotations

from collections.abc import Mapping

from console.model.stats import Rates
from screens.view.line import BLANK, Line, Span, line
from screens.view.words import quantity


def brief(rates: Rates | None) -> Line:
    """`132 open, 12 conn/s, 0 errors`: what fits beside a listener."""
    if rates is None:
        return BLANK
    parts = [f"{quantity(rates.totals.active)} open"]
    if rates.connections is not None:
        parts.append(f"{quantity(rates.connections)} conn/s")
    return line((", ".join(parts), ""), ", ", _errors(rates))


def full(rates: Rates | None) -> Line:
    """The same with bytes each way and the total since the listener began."""
    if rates is None:
        return line(("no statistics", "dim"))
    if rates.over is None:
        flow = (", rates come with the next report", "dim")
    else:
        flow = (f", in {quantity(rates.bytes_in or 0)}B/s, out {quantity(rates.bytes_out or 0)}B/s", "")
    return line(*brief(rates), flow, (f", {quantity(rates.totals.total)} connections since it began", "dim"))


def total(found: Mapping[str, Rates]) -> Line:
    """All listeners together, where there is no room for each."""
    if not found:
        return BLANK
    active = sum(each.totals.active for each in found.values())
    known = [each.connections for each in found.values() if each.connections is not None]
    flow = f", {quantity(sum(known))} conn/s" if known else ""
    return line(f"{quantity(active)} open{flow}")


def _errors(rates: Rates) -> Span:
    if rates.errors:
        return f"{quantity(rates.errors)} errors/s", "bad"
    # errors of the past say nothing of now
    return f"{quantity(rates.totals.errors)} errors" + (" in all" if rates.totals.errors else ""), ""
