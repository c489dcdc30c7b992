"""Times as people type them."""

from __future__ import annotations

from datetime import datetime

import pytest

from console.cli.until import span, when
from console.errors import UsageError

NOW = datetime(2026, 12, 23, 12, 0).timestamp()  # noqa: DTZ001 local time is what is typed


@pytest.mark.parametrize(("text", "seconds"), [("90m", 5400), ("8h", 28_800), ("3d", 259_200), (" 8h ", 28_800)])
def test_a_span_is_from_now(text: str, seconds: int) -> None:
    assert when(text, NOW) == NOW + seconds


def test_a_moment_is_local_time_unless_it_says_otherwise() -> None:
    assert when("2026-12-24T08:00", NOW) == datetime(2026, 12, 24, 8, 0).timestamp()  # noqa: DTZ001
    assert when("2026-12-24T08:00+00:00", NOW) == datetime.fromisoformat("2026-12-24T08:00+00:00").timestamp()


@pytest.mark.parametrize(
    "text", ["", "soon", "0h", "2026-12-23T11:59", "400d", "2050-01-01", "8 h", "-3d", "9" * 30 + "d"]
)
def test_what_is_no_moment_ahead_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        when(text, NOW)


@pytest.mark.parametrize(
    ("text", "seconds"), [("300", 300), ("90s", 90), ("5m", 300), (" 1h ", 3600), ("1d", 86_400), ("1", 1)]
)
def test_a_span_is_of_seconds_or_has_a_unit(text: str, seconds: int) -> None:
    assert span(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "5 m", "-5", "2d", "86401", "m", "1.5h", "9" * 30])
def test_what_is_no_span_of_a_day_at_most_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no time from 1 s to a day"):
        span(text)
