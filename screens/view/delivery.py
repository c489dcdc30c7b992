"""How a service is released: the four figures, and a plot of the weeks behind them."""

from __future__ import annotations

import re

from console.rollout.delivery import WEEKS, Delivery
from screens.view.glyphs import Glyphs
from screens.view.line import BLANK, Line, line
from screens.view.words import count, long

_PLOT_HEIGHT, _NARROWEST, _WIDEST = 9, 40, 100
_CONTROL = re.compile(r"\x1b\[[0-9;]*m")


def lines(found: Delivery | None, cells: int, glyphs: Glyphs) -> list[Line]:
    """Figures, then releases and failures week by week."""
    if found is None:
        return [line(("reading the journal", "dim"))]
    if not found.releases:
        return [line((f"the journal has no release in the last {WEEKS} weeks", "dim"))]
    return [*figures(found), BLANK, *plot(found, cells, glyphs)]


def figures(found: Delivery) -> list[Line]:
    """The four, in the words of those who ask for them."""
    rate = found.failure_rate or 0.0
    taken = f"{found.failures} of {found.releases} taken back"
    lead = f"{long(found.lead)} (median of {count(found.commits, 'commit')})" if found.lead is not None else "not known"
    recovery = long(found.recovery) if found.recovery is not None else "nothing had to be taken back"
    return [
        line((f"{'releases':<22}", "label"), (f"{found.per_week:.1f} a week", "strong"), f", {found.releases} in all"),
        line((f"{'commit to live':<22}", "label"), lead),
        line((f"{'failed':<22}", "label"), (f"{rate:.0%}", "warn" if found.failures else ""), f", {taken}"),
        line((f"{'until it was mended':<22}", "label"), recovery),
    ]


def plot(found: Delivery, cells: int, glyphs: Glyphs) -> list[Line]:
    """A bar for each week, those that were taken back on top, the newest week at the right."""
    import plotext  # noqa: PLC0415 a tenth of a second, for whoever looks at it

    kept = [week.releases - week.failures for week in found.weeks]
    failed = [week.failures for week in found.weeks]
    names = [f"-{WEEKS - 1 - n}w" if n < WEEKS - 1 else "now" for n in range(WEEKS)]
    most = max(week.releases for week in found.weeks)
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plotsize(max(min(cells, _WIDEST), _NARROWEST), _PLOT_HEIGHT)
    plotext.frame(False)
    plotext.stacked_bar(names, [kept, failed], width=0.6, marker=["#" if glyphs.ascii_only else "█", glyphs.lost])
    plotext.yticks(sorted({0, (most + 1) // 2, most}))
    drawn = _CONTROL.sub("", plotext.build()).rstrip().split("\n")
    key = f"releases a week; {glyphs.lost} taken back"
    return [line((key, "dim")), *(line(text.rstrip()) for text in drawn)]
