"""How a service is released, in words: the four figures, and the weeks they are from."""

from __future__ import annotations

from collections.abc import Iterator

from console.rollout.delivery import WEEKS, Delivery

_UNITS = ((86400.0, "days"), (3600.0, "hours"), (60.0, "minutes"))


def delivery_lines(found: Delivery) -> Iterator[str]:
    """A line for each figure; one alone where the journal has no release."""
    yield ""
    if not found.releases:
        yield f"the journal has no release in the last {WEEKS} weeks"
        return
    yield f"releases of the last {WEEKS} weeks: {found.releases}, {found.per_week:.1f} a week"
    yield f"  week by week    {' '.join(_week(one.releases, one.failures) for one in found.weeks)}   (!: taken back)"
    lead = f"{_time(found.lead)}, the median of {found.commits}" if found.lead is not None else "not known"
    yield f"  commit to live  {lead}"
    yield f"  failed          {found.failures} of {found.releases}, {found.failure_rate or 0.0:.0%}"
    if found.recovery is not None:
        yield f"  mended after    {_time(found.recovery)}"


def _week(releases: int, failures: int) -> str:
    return f"{releases}{'!' * failures}"


def _time(seconds: float) -> str:
    """`2.5 days`, `3.0 hours`: in the largest unit that it has two of."""
    unit, name = next(((unit, name) for unit, name in _UNITS if seconds >= 2 * unit), (1.0, "seconds"))
    return f"{seconds / unit:.1f} {name}"
