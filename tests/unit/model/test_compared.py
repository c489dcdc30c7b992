from __future__ import annotations

import pytest
from commit_services import service, side

from console.model import compared as versions
from console.model.colour import Colour
from console.model.compared import Versions
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


def test_as_if_the_other_colour_ran_it() -> None:
    blue = side(BLUE, 1, "a", None)
    expected = Versions("a", "c", BLUE, SILENT, untold=(SILENT,), supposed=True)
    assert versions.as_if(service(blue, side(GREEN, 0, "b")), "c") == expected
    assert versions.as_if(service(blue, ColourSet(GREEN)), "c") == expected
    both = versions.as_if(service(side(BLUE, 1, "a"), side(GREEN, 1, "b")), "c")
    assert both == Versions(problem="both colours serve: which of them c would follow is not known")
    assert versions.as_if(service(side(BLUE, 0, "a"), side(GREEN, 0, "b")), "c").problem.endswith(NOTHING)
