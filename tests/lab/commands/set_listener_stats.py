"""Add to a listener's statistics, by a report such as an amphora sends (without a data plane)."""

from __future__ import annotations

import argparse
import time

from .. import amphorae
from ..inside import OctaviaDatabase
from ..settings import fail, has_dataplane, say

INSIDE = True
_COUNTERS = {"in": "rx", "out": "tx", "total": "totconns", "errors": "ereq", "active": "conns"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """The listener and what to add."""
    parser.add_argument("listener", help="id")
    for option, counter in _COUNTERS.items():
        text = "kept from then on" if option == "active" else "added once"
        parser.add_argument(f"--{option}", dest=counter, type=int, default=0, help=text)


def run(given: argparse.Namespace) -> int:
    """Note the lasting one, report the others once."""
    if has_dataplane():
        fail("measured here, by a real haproxy: use loadgen")
    database = OctaviaDatabase()
    found = database.one(
        f"listener {given.listener}", "SELECT load_balancer_id lb FROM listener WHERE id=%s", given.listener
    )
    amphorae.notes(lambda noted: noted["listeners"].update({given.listener: {"conns": given.conns}}))
    deltas = {counter: getattr(given, counter) for counter in _COUNTERS.values()}
    amphorae.beat(database, found["lb"], {given.listener: deltas})
    time.sleep(0.5)  # the health manager stores them
    say(database.rows("SELECT * FROM listener_statistics WHERE listener_id=%s", given.listener))
    return 0
