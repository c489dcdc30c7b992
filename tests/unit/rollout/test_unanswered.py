"""A call without an answer is not judged before it has settled."""

from __future__ import annotations

import pytest

from console.rollout.records import Event, EventKind
from console.rollout.unanswered import settled_at

TTL = 60.0


def event(seq: int, kind: EventKind, **data: object) -> Event:
    return Event(seq, 1000.0 + seq, kind, "shift", "", dict(data))


INTENT, LOST = event(1, EventKind.INTENT), event(2, EventKind.OUTCOME, answered=False)


@pytest.mark.parametrize(
    ("events", "until"),
    [
        ([], 0.0),
        ([INTENT], 1031.0),  # killed before the outcome
        ([INTENT, LOST], 1032.0),  # killed after "no answer"
        ([INTENT, event(2, EventKind.OUTCOME, request_id="r")], 0.0),
        ([INTENT, event(2, EventKind.OUTCOME, status=409)], 0.0),  # an answer, too
        ([INTENT, LOST, event(3, EventKind.VERIFIED)], 0.0),  # read back as written
        ([INTENT, LOST, event(3, EventKind.SETTLED)], 1032.0),  # ACTIVE again is not success
    ],
)
def test_when_a_call_may_be_judged(events: list[Event], until: float) -> None:
    assert settled_at(events, TTL) == until
