"""When the old colour is due to be retired: said everywhere, done nowhere by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plan_worlds import NOW, usual
from rich.console import Console

from console.cli.status import show
from console.cli.status_json import as_json
from console.model.colour import Colour
from console.model.record import Kept, Record, StandsBy
from console.model.retirement import retirement
from console.model.service import Service
from console.model.snapshot import Snapshot
from console.model.verdict import verdict

HOUR = 3600.0
LONG_AGO = Record(stands_by=StandsBy(Colour.GREEN, NOW - 3 * HOUR))
KEPT = replace(LONG_AGO, kept=Kept(Colour.GREEN, "bob@jump1", "month's end", NOW + 5 * HOUR))


def stands_by(record: Record | None, after: float = 2 * HOUR, cost: float = 0.5) -> Service:
    """BLUE serves, GREEN was served by before: three instances."""
    return replace(usual(), record=record, retire_after=after, cost_per_hour=cost)


@pytest.mark.parametrize(
    ("record", "after", "said"),
    [
        (LONG_AGO, 2 * HOUR, "due to be retired for an hour: `bluegreen retire nova-api`"),
        (LONG_AGO, 7 * HOUR, "due to be retired in 4 hours"),
        (LONG_AGO, 0.0, "`bluegreen retire nova-api` deletes it when nobody needs it as the way back"),
        (KEPT, 2 * HOUR, "by bob@jump1: month's end"),
    ],
)
def test_what_stands_by_is_told_with_what_it_costs_and_until_when(record: Record, after: float, said: str) -> None:
    found = retirement(stands_by(record, after), NOW)
    assert found is not None
    assert found.words(NOW).startswith("GREEN stands by: 3 instances, 1.5 an hour; ")
    assert said in found.words(NOW)


def test_the_verdict_line_says_that_it_is_due_and_nothing_before() -> None:
    assert verdict(stands_by(LONG_AGO), NOW).due == "GREEN due to be retired"
    assert "GREEN due to be retired" in verdict(stands_by(LONG_AGO), NOW).line
    for early in (stands_by(LONG_AGO, 7 * HOUR), stands_by(LONG_AGO, 0.0), stands_by(KEPT), stands_by(None)):
        assert verdict(early, NOW).due == ""
    assert verdict(stands_by(KEPT), NOW + 6 * HOUR).due, "it was kept for five hours"


@pytest.mark.parametrize("record", [None, Record(), Record(stands_by=StandsBy(Colour.BLUE, NOW - HOUR))])
def test_what_did_not_serve_before_is_not_due(record: Record | None) -> None:
    assert retirement(stands_by(record), NOW) is None


def test_status_has_it_for_people_and_for_programs() -> None:
    snapshot = Snapshot(NOW, 1, {"nova-api": stands_by(KEPT)})
    console = Console(width=120, no_color=True)
    with console.capture() as said:
        show(snapshot, console)
    assert "GREEN stands by: 3 instances, 1.5 an hour; kept until " in said.get()
    (told,) = as_json(snapshot)["services"]
    assert told["standing_by"] == {
        "colour": "green",
        "count": 3,
        "due": False,
        "due_at": NOW + 5 * HOUR,
        "cost_per_hour": 1.5,
        "kept": {"by": "bob@jump1", "reason": "month's end", "until": NOW + 5 * HOUR},
    }
    (other,) = as_json(Snapshot(NOW, 1, {"nova-api": stands_by(None)}))["services"]
    assert other["standing_by"] is None
