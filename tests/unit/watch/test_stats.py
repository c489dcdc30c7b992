from __future__ import annotations

import pytest

from console.model.stats import Rates, Totals
from console.watch.stats import FORGET, QUIET, Counting


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def totals(total: int, *, errors: int = 0, active: int = 0) -> Totals:
    return Totals(0.0, active, total, total * 100, total * 1000, errors)


def told(clock: Clock, *reports: tuple[float, Totals]) -> Rates:
    """The rates after these reports, each so many seconds after the one before."""
    counting = Counting(clock)
    for after, report in reports:
        clock.now += after
        counting.tell(report)
    assert counting.rates is not None
    return counting.rates


def test_one_report_has_no_rate(clock: Clock) -> None:
    assert told(clock, (0, totals(100))) == Rates(totals(100))


def test_two_reports_that_differ_give_rates(clock: Clock) -> None:
    found = told(clock, (0, totals(100)), (10, totals(150, errors=5)))
    assert (found.over, found.connections, found.bytes_in, found.bytes_out, found.errors) == (10, 5, 500, 5000, 0.5)


def test_the_same_report_within_a_heartbeat_is_no_rate_of_zero(clock: Clock) -> None:
    found = told(clock, (0, totals(100)), (10, totals(150)), (5, totals(150, active=9)))
    assert found.connections == 5
    assert found.totals.active == 9, "open connections are as of now"


def test_the_time_of_polls_between_two_heartbeats_counts(clock: Clock) -> None:
    found = told(clock, (0, totals(100)), (5, totals(100)), (5, totals(150)))
    assert (found.over, found.connections) == (10, 5)


def test_counters_that_stand_still_become_a_rate_of_zero(clock: Clock) -> None:
    found = told(clock, (0, totals(100)), (10, totals(150)), (QUIET + 1, totals(150)))
    assert found.connections == 0


def test_counters_that_stand_still_for_long_keep_the_rate_of_zero(clock: Clock) -> None:
    found = told(clock, (0, totals(100)), *[(10, totals(100))] * 60)
    assert (found.connections, found.errors) == (0, 0)


def test_what_comes_after_standing_still_is_not_spread_over_all_that_time(clock: Clock) -> None:
    found = told(clock, (0, totals(100)), (200, totals(100)), (10, totals(150)))
    assert (found.over, found.connections) == (20, 2.5)


@pytest.mark.parametrize("later", [totals(50), totals(100, errors=0)])
def test_counters_that_went_back_begin_anew(clock: Clock, later: Totals) -> None:
    found = told(clock, (0, totals(100, errors=3)), (10, later))
    assert (found.over, found.connections) == (None, None)


def test_an_old_report_says_nothing_of_now(clock: Clock) -> None:
    assert told(clock, (0, totals(100)), (FORGET + 1, totals(500))).connections is None
