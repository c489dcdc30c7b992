"""A call without an answer is not judged before it has settled, whatever the clock on the wall says."""

from __future__ import annotations

import time

import pytest

from console.rollout import elapsed, pace
from console.rollout.records import Event, EventKind
from console.rollout.unanswered import settles_in

TTL = 60.0
NOW = 1002.0


def event(seq: int, kind: EventKind, **data: object) -> Event:
    return Event(seq, 1000.0 + seq, kind, "shift", "", dict(data))


INTENT, LOST = event(1, EventKind.INTENT), event(2, EventKind.OUTCOME, answered=False)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: NOW)


@pytest.mark.parametrize(
    ("events", "left"),
    [
        ([], 0.0),
        ([INTENT], 29.0),  # killed before the outcome
        ([INTENT, LOST], 30.0),  # killed after "no answer"
        ([INTENT, event(2, EventKind.OUTCOME, request_id="r")], 0.0),
        ([INTENT, event(2, EventKind.OUTCOME, status=409)], 0.0),  # an answer, too
        ([INTENT, LOST, event(3, EventKind.VERIFIED)], 0.0),  # read back as written
        ([INTENT, LOST, event(3, EventKind.SETTLED)], 30.0),  # ACTIVE again is not success
    ],
)
def test_when_a_call_may_be_judged(wall: None, events: list[Event], left: float) -> None:
    assert settles_in(events, TTL) == left


@pytest.mark.parametrize("jump", [-86_400.0, 86_400.0])
def test_a_clock_that_is_set_makes_nobody_judge_early_or_wait_for_it(
    monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    lost = event(1, EventKind.INTENT, **{elapsed.MOMENT: elapsed.moment()})
    monkeypatch.setattr(time, "time", lambda: lost.at + jump)
    assert 29.0 < settles_in([lost], TTL) <= 30.0


def test_a_moment_of_another_boot_says_nothing(wall: None, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = event(1, EventKind.INTENT, **{elapsed.MOMENT: ["another", 5.0]})
    assert settles_in([lost], TTL) == 29.0
    monkeypatch.setattr(time, "time", lambda: lost.at - 500.0)
    assert settles_in([lost], TTL) == 30.0, "a clock that is behind makes nobody wait longer than a call takes"


def test_a_hurried_clock_settles_sooner(wall: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(pace.VARIABLE, "20")
    assert settles_in([INTENT, LOST], TTL) == 1.5
