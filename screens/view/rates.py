"""What a listener carries, from Octavia's statistics: open connections, rates between two of its reports.

A report that is too old for its `source`, that of the statistics, gives no figures: only how old it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from console.model.service import Source
from console.model.stats import Rates
from screens.view.line import BLANK, Line, Span, line
from screens.view.words import freshness, quantity


def brief(rates: Rates | None, source: Source, now: float) -> Line:
    """`132 open, 12 conn/s, 0 errors`: what fits beside a listener."""
    if rates is None:
        return BLANK
    return _stale(rates, source, now) or _brief(rates)


def full(rates: Rates | None, source: Source, now: float) -> Line:
    """The same with bytes each way and the total since the listener began."""
    if rates is None:
        return line(("no statistics", "dim"))
    if stale := _stale(rates, source, now):
        return stale
    if rates.over is None:
        flow = (", rates come with the next report", "dim")
    else:
        flow = (f", in {quantity(rates.bytes_in or 0)}B/s, out {quantity(rates.bytes_out or 0)}B/s", "")
    return line(*_brief(rates), flow, (f", {quantity(rates.totals.total)} connections since it began", "dim"))


def total(found: Mapping[str, Rates], source: Source, now: float) -> Line:
    """All listeners together, where there is no room for each."""
    if not found:
        return BLANK
    if stale := _stale(min(found.values(), key=lambda each: each.totals.at), source, now):
        return stale
    active = sum(each.totals.active for each in found.values())
    known = [each.connections for each in found.values() if each.connections is not None]
    flow = f", {quantity(sum(known))} conn/s" if known else ""
    return line(f"{quantity(active)} open{flow}")


def _brief(rates: Rates) -> Line:
    parts = [f"{quantity(rates.totals.active)} open"]
    if rates.connections is not None:
        parts.append(f"{quantity(rates.connections)} conn/s")
    return line((", ".join(parts), ""), ", ", _errors(rates))


def _stale(rates: Rates, source: Source, now: float) -> Line:
    """`statistics STALE 31 s`; nothing while they are fresh. A listener may have answered where another did not."""
    report = replace(source, seen_at=rates.totals.at)
    return BLANK if report.fresh(now) else line((f"statistics {freshness(report, now)}", "stale"))


def _errors(rates: Rates) -> Span:
    if rates.errors:
        return f"{quantity(rates.errors)} errors/s", "bad"
    # errors of the past say nothing of now
    return f"{quantity(rates.totals.errors)} errors" + (" in all" if rates.totals.errors else ""), ""
