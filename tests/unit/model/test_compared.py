from __future__ import annotations

from dataclasses import replace

import pytest
from commit_services import service, side

from console.model import compared as versions
from console.model.colour import Colour
from console.model.compared import Versions
from console.model.lease import LeaseHolder
from console.model.record import Record
from console.model.service import ColourSet

BLUE, GREEN = Colour.BLUE, Colour.GREEN
UNKNOWN = "the version of GREEN is unknown"
SILENT = "1 of 2 instances of BLUE tells no version"
NOTHING = "none is live, so there is nothing to compare"


@pytest.mark.parametrize(
    ("blue", "green", "expected"),
    [
        (side(BLUE, 1, "a", "a"), side(GREEN, 0, "b"), Versions("a", "b", BLUE)),
        (side(BLUE, 0, "a"), side(GREEN, 1, "b"), Versions("b", "a", GREEN)),
        (side(BLUE, 1, "a"), ColourSet(GREEN), Versions("a", None, BLUE)),
        (side(BLUE, 1, "a", "a"), side(GREEN, 0, None), Versions("a", None, BLUE, UNKNOWN)),
        (side(BLUE, 1, "a", None), side(GREEN, 0, "b"), Versions("a", "b", BLUE, SILENT, untold=(SILENT,))),
        (
            side(BLUE, 1, "a", "b"),
            side(GREEN, 0, "c"),
            Versions(None, "c", BLUE, "the instances of BLUE run 2 versions"),
        ),
        (side(BLUE, 1, "a"), side(GREEN, 1, "b"), Versions("a", "b", BLUE, both=True)),
        (side(BLUE, 0, "a"), side(GREEN, 0, "b"), Versions(problem=f"no colour is in rotation: {NOTHING}")),
    ],
)
def test_the_versions_that_are_compared(blue: ColourSet, green: ColourSet, expected: Versions) -> None:
    assert versions.of(service(blue, green)) == expected


def test_an_unknown_role_is_not_called_none() -> None:
    """Octavia never answered: nobody knows of any weight."""
    found = versions.of(service(side(BLUE, 0, "a"), side(GREEN, 0, "b"), seen=False))
    assert found == Versions(problem="what is in rotation is not known, so there is nothing to compare")


def test_where_the_traffic_goes_while_both_serve() -> None:
    """By the journal, else by the lease; where only one serves, the roles say it."""
    both = service(side(BLUE, 1, "a"), side(GREEN, 1, "b"))
    assert versions.heading(both) is None
    led = replace(both, lease=LeaseHolder("p", "al@j", "a1b2c3", "cutover api blue>green", "", "", 0.0, 0.0, 60.0))
    assert versions.heading(led) is GREEN
    assert versions.heading(replace(led, record=Record(heading=BLUE))) is BLUE
    assert versions.heading(replace(led, green=side(GREEN, 0, "b"))) is None
