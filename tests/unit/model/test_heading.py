from __future__ import annotations

from dataclasses import replace

from commit_services import service, side

from console.model.colour import Colour
from console.model.heading import heading
from console.model.lease import LeaseHolder
from console.model.record import Record

BLUE, GREEN = Colour.BLUE, Colour.GREEN


def test_where_the_traffic_goes_while_both_serve() -> None:
    """By the journal, else by the lease; where only one serves, the roles say it."""
    both = service(side(BLUE, 1, "a"), side(GREEN, 1, "b"))
    assert heading(both) is None
    led = replace(both, lease=LeaseHolder("p", "al@j", "a1b2c3", "cutover api blue>green", "", "", 0.0, 0.0, 60.0))
    assert heading(led) is GREEN
    assert heading(replace(led, record=Record(heading=BLUE))) is BLUE
    assert heading(replace(led, green=side(GREEN, 0, "b"))) is None
