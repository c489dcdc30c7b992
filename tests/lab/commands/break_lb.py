"""Make each further update of a load balancer fail in its amphora (data plane only).

break-lb LB on    its configuration gets a line that `haproxy -c` refuses: what is changed from then on ends in
                  ERROR, the old configuration goes on serving
break-lb LB off   (then change something: the next update takes all of it)
"""

from __future__ import annotations

import argparse

from ..dataplane.haproxy import Amphora
from ..inside import OctaviaDatabase
from ..settings import say

INSIDE = True


def arguments(parser: argparse.ArgumentParser) -> None:
    """The load balancer and on or off."""
    parser.add_argument("lb", help="id or name")
    parser.add_argument("state", choices=["on", "off"])


def run(given: argparse.Namespace) -> int:
    """Put the mark that Amphora.upload looks for."""
    row = OctaviaDatabase().one(
        f"amphora of {given.lb}",
        "SELECT a.id FROM amphora a JOIN load_balancer l ON l.id = a.load_balancer_id "
        "WHERE (l.id=%s OR l.name=%s) AND a.status != 'DELETED'",
        given.lb,
        given.lb,
    )
    mark = Amphora(row["id"]).broken
    if given.state == "on":
        mark.touch()
    else:
        mark.unlink(missing_ok=True)
    say("updates", "fail" if mark.exists() else "work")
    return 0
